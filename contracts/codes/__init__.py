"""The code tables that services, events, documents and analysts share; standard library only: pure rules use them."""

from collections.abc import Mapping
from types import MappingProxyType

from contracts.codes.cases import (
    AccessPurpose,
    CaseKind,
    CaseOutcome,
    CaseProgress,
    CaseState,
    ConcludingService,
    DisputeType,
    DissatisfactionReason,
    EvaluatedUnit,
    EventScale,
    IntakeChannel,
    PartyRole,
    Route,
    RoutingReason,
    Satisfaction,
    Tier,
)
from contracts.codes.mediation import (
    AgreementForm,
    ConsentStand,
    MediationState,
    MediatorChoice,
    SessionOutcome,
    TerminationReason,
)
from contracts.codes.petition import (
    DeliveryMethod,
    ExtensionReason,
    OpinionConclusion,
    PetitionCategory,
    PetitionRoute,
    PetitionState,
)
from contracts.codes.places import DivisionKind, DivisionLevel, GridRole, OrganisationKind
from contracts.codes.table import Code, Label

_TABLES: tuple[type[Code], ...] = (
    IntakeChannel,
    CaseKind,
    CaseState,
    CaseProgress,
    DisputeType,
    Tier,
    Route,
    RoutingReason,
    PartyRole,
    EventScale,
    CaseOutcome,
    ConcludingService,
    Satisfaction,
    DissatisfactionReason,
    EvaluatedUnit,
    AccessPurpose,
    MediationState,
    TerminationReason,
    AgreementForm,
    ConsentStand,
    MediatorChoice,
    SessionOutcome,
    PetitionCategory,
    PetitionRoute,
    PetitionState,
    OpinionConclusion,
    DeliveryMethod,
    ExtensionReason,
    DivisionLevel,
    DivisionKind,
    OrganisationKind,
    GridRole,
)

TABLES: Mapping[str, type[Code]] = MappingProxyType({table.__name__: table for table in _TABLES})
"""Every code table by its name, in the order of the published page."""

LABELS: Mapping[str, Mapping[str, Label]] = MappingProxyType(
    {name: MappingProxyType({code.value: code.label for code in table}) for name, table in TABLES.items()}
)
"""Chinese and English label of every code: `LABELS["Tier"]["VILLAGE"].zh`."""

__all__ = [
    "LABELS",
    "TABLES",
    "AccessPurpose",
    "AgreementForm",
    "CaseKind",
    "CaseOutcome",
    "CaseProgress",
    "CaseState",
    "Code",
    "ConcludingService",
    "ConsentStand",
    "DeliveryMethod",
    "DisputeType",
    "DissatisfactionReason",
    "DivisionKind",
    "DivisionLevel",
    "EvaluatedUnit",
    "EventScale",
    "ExtensionReason",
    "GridRole",
    "IntakeChannel",
    "Label",
    "MediationState",
    "MediatorChoice",
    "OpinionConclusion",
    "OrganisationKind",
    "PartyRole",
    "PetitionCategory",
    "PetitionRoute",
    "PetitionState",
    "Route",
    "RoutingReason",
    "Satisfaction",
    "SessionOutcome",
    "TerminationReason",
    "Tier",
]
