"""The catalog: every event that may travel, by type and major version."""

from collections.abc import Mapping
from types import MappingProxyType

from contracts.envelope import Event
from contracts.intake import cases, directory, handovers
from contracts.mediation import cases as mediations
from contracts.petition import matters
from contracts.topics import PersonalData

EVENTS: tuple[type[Event], ...] = (
    cases.CaseRegistered,
    cases.CaseRouted,
    cases.CaseConcluded,
    cases.SatisfactionRecorded,
    cases.IntakeDeadlineMissed,
    handovers.MediationRequested,
    handovers.PetitionRequested,
    directory.DivisionRecorded,
    directory.OrganisationRecorded,
    directory.StaffRecorded,
    directory.GridRecorded,
    mediations.MediationOpened,
    mediations.MediationConsentSought,
    mediations.MediationConsentRecorded,
    mediations.MediationAccepted,
    mediations.MediatorAssigned,
    mediations.MediationSessionHeld,
    mediations.AgreementReached,
    mediations.AgreementTookEffect,
    mediations.MediationTerminated,
    mediations.MediationDeadlineMissed,
    matters.PetitionRegistered,
    matters.PetitionAccepted,
    matters.PetitionExtended,
    matters.OpinionIssued,
    matters.OpinionDelivered,
    matters.PetitionConcluded,
    matters.PetitionDeadlineMissed,
)
"""Every event class, in the order of the published page."""

OPEN_EVENTS: tuple[type[Event], ...] = tuple(event for event in EVENTS if event.topic.personal is PersonalData.OPEN)
"""Those that an analyst may read, from Kafka or from the feed."""

CATALOG: Mapping[tuple[str, int], type[Event]] = MappingProxyType(
    {(event.type, event.version): event for event in EVENTS}
)
"""Event class by type and version. An unknown type is someone else's; an unknown version of a known one is an error."""
