"""Facts about a case in people's mediation."""

from typing import ClassVar
from uuid import UUID

from contracts.codes import (
    AgreementForm,
    ConsentStand,
    DisputeType,
    MediatorChoice,
    PartyRole,
    SessionOutcome,
    TerminationReason,
    Tier,
)
from contracts.envelope import Event
from contracts.fields import ClockId, Count, Day, DivisionCode, Flag, Moment, OfficialNumber, People
from contracts.topics import MEDIATION_CASES, Topic


class MediationOpened(Event):
    """Mediation has the case on its books; nobody has consented yet and no clock runs."""

    type: ClassVar[str] = "mediation.opened"
    topic: ClassVar[Topic] = MEDIATION_CASES

    case_id: UUID
    """The case, under the id it was registered with."""
    division: DivisionCode
    """Division of the case."""
    tier: Tier
    """Level that mediates."""
    category: DisputeType | None = None
    """Type of dispute; null when not classified."""
    number: OfficialNumber
    """Official number."""


class MediationConsentSought(Event):
    """The parties were asked whether they agree to mediation 征询意愿.

    Source: People's Mediation Law art. 17.
    """

    type: ClassVar[str] = "mediation.consent_sought"
    topic: ClassVar[Topic] = MEDIATION_CASES

    case_id: UUID
    """The case."""
    division: DivisionCode
    """Division of the case."""
    parties: People
    """How many parties must agree."""


class MediationConsentRecorded(Event):
    """One party answered whether it agrees to mediation.

    Source: People's Mediation Law arts. 17 and 23.
    """

    type: ClassVar[str] = "mediation.consent_recorded"
    topic: ClassVar[Topic] = MEDIATION_CASES

    case_id: UUID
    """The case."""
    division: DivisionCode
    """Division of the case."""
    party_id: UUID
    """The party, by an id that exists in this case only."""
    role: PartyRole
    """Capacity of the party."""
    stand: ConsentStand
    """The answer."""
    outstanding: Count
    """Parties that have yet to agree."""


class MediationAccepted(Event):
    """Every party agreed and the committee accepted the case 受理: the statutory clock starts.

    Source: People's Mediation Law art. 17; clock by the regime of the type (R75 art. 33 and others).
    """

    type: ClassVar[str] = "mediation.accepted"
    topic: ClassVar[Topic] = MEDIATION_CASES

    case_id: UUID
    """The case."""
    division: DivisionCode
    """Division of the case."""
    tier: Tier
    """Level that mediates."""
    category: DisputeType | None = None
    """Type of dispute; null when not classified."""
    clock: ClockId
    """Statutory clock that runs."""
    due_date: Day | None = None
    """Last day, Shanghai date, in time until 24:00; null while the clock is paused without an end."""
    accepted_at: Moment
    """When it was accepted."""
    dossier_number: OfficialNumber | None = None
    """Number of the mediation dossier 卷宗号, such as （2026）肃人调字第1号: gapless in its county and year."""


class MediatorAssigned(Event):
    """A mediator has the case 指定调解员; a later one of these replaces the earlier.

    Source: People's Mediation Law art. 19.
    """

    type: ClassVar[str] = "mediation.mediator_assigned"
    topic: ClassVar[Topic] = MEDIATION_CASES

    case_id: UUID
    """The case."""
    division: DivisionCode
    """Division of the case."""
    mediator_id: UUID
    """The mediator's post in the directory, by its pseudonymous id."""
    chosen_by: MediatorChoice
    """Whether the committee appointed or the parties chose."""
    assigned_at: Moment
    """When it was recorded."""


class MediationSessionHeld(Event):
    """The parties sat down with the mediator 调解一次; nothing of what was said is a fact here.

    Source: People's Mediation Law arts. 15, 27.
    """

    type: ClassVar[str] = "mediation.session_held"
    topic: ClassVar[Topic] = MEDIATION_CASES

    case_id: UUID
    """The case."""
    division: DivisionCode
    """Division of the case."""
    session: Count
    """Which session of the case it was, from 1."""
    outcome: SessionOutcome
    """How it ended."""
    held_at: Moment
    """When it was held."""


class AgreementReached(Event):
    """The parties agreed on terms 达成一致; a written agreement is not in effect yet."""

    type: ClassVar[str] = "mediation.agreement_reached"
    topic: ClassVar[Topic] = MEDIATION_CASES

    case_id: UUID
    """The case."""
    division: DivisionCode
    """Division of the case."""
    form: AgreementForm
    """Oral or written."""
    partial: Flag
    """Whether a part of the dispute stays open 部分协议."""
    reached_at: Moment
    """When the terms were agreed."""


class AgreementTookEffect(Event):
    """The agreement binds 协议生效: this, and nothing earlier, counts as success 调解成功.

    Source: People's Mediation Law arts. 29-31. The 30 days for judicial confirmation run from `effective_at` (art. 33).
    """

    type: ClassVar[str] = "mediation.agreement_took_effect"
    topic: ClassVar[Topic] = MEDIATION_CASES

    case_id: UUID
    """The case."""
    division: DivisionCode
    """Division of the case."""
    tier: Tier
    """Level that settled it."""
    category: DisputeType | None = None
    """Type of dispute; null when not classified."""
    form: AgreementForm
    """Oral or written."""
    partial: Flag
    """Whether a part of the dispute stays open."""
    effective_at: Moment
    """Oral: when reached. Written: when the last of signatures, mediator's signature and seal was there."""


class MediationTerminated(Event):
    """Mediation ended without an effective agreement 终止; the parties were told of court, arbitration and other ways.

    Source: People's Mediation Law art. 26.
    """

    type: ClassVar[str] = "mediation.terminated"
    topic: ClassVar[Topic] = MEDIATION_CASES

    case_id: UUID
    """The case."""
    division: DivisionCode
    """Division of the case."""
    tier: Tier
    """Level that had the case."""
    category: DisputeType | None = None
    """Type of dispute; null when not classified."""
    reason: TerminationReason
    """Why."""
    accepted: Flag
    """Whether the case had been accepted before: success rates are counted on accepted cases."""
    terminated_at: Moment
    """When it ended."""


class MediationDeadlineMissed(Event):
    """A statutory clock of the mediation ran out before the act it asks for 超期."""

    type: ClassVar[str] = "mediation.deadline_missed"
    topic: ClassVar[Topic] = MEDIATION_CASES

    case_id: UUID
    """The case."""
    division: DivisionCode
    """Division of the case."""
    clock: ClockId
    """Which clock."""
    due_date: Day
    """The last day that was missed, Shanghai date."""
