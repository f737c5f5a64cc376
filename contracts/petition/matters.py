"""Facts about a petition matter under the Petition Work Regulations 信访工作条例."""

from typing import ClassVar
from uuid import UUID

from contracts.codes import (
    DeliveryMethod,
    ExtensionReason,
    IntakeChannel,
    OpinionConclusion,
    PetitionCategory,
    PetitionRoute,
)
from contracts.envelope import Event
from contracts.fields import ClockId, Count, Day, DivisionCode, Flag, Moment, OfficialNumber, People
from contracts.topics import PETITION_MATTERS, Topic


class PetitionRegistered(Event):
    """The petition department has the matter on its books 信访登记. Counts one matter (件).

    Source: Petition Work Regulations art. 22.
    """

    type: ClassVar[str] = "petition.registered"
    topic: ClassVar[Topic] = PETITION_MATTERS

    case_id: UUID
    """The matter, under the id its case was registered with."""
    division: DivisionCode
    """Division of the matter."""
    number: OfficialNumber
    """Official number."""
    category: PetitionCategory
    """Legal category."""
    channel: IntakeChannel
    """By which door it came."""
    visitors: People
    """Petitioners, in person-times (人次); never to be added to matters (件)."""
    collective: Flag
    """Whether it is a collective visit 集体访: five people or more."""
    registered_at: Moment
    """When it was registered."""


class PetitionAccepted(Event):
    """The competent organ accepted the matter and chose the procedure 受理.

    Source: Petition Work Regulations arts. 23, 29-31 and 34: the 60 days start here, and on route `R31_6` only.
    """

    type: ClassVar[str] = "petition.accepted"
    topic: ClassVar[Topic] = PETITION_MATTERS

    case_id: UUID
    """The matter."""
    division: DivisionCode
    """Division of the matter."""
    route: PetitionRoute
    """Procedure."""
    clock: ClockId | None = None
    """Statutory clock that runs from here; null on routes that follow another law."""
    due_date: Day | None = None
    """Last day of that clock, Shanghai date; null when none runs."""
    accepted_at: Moment
    """When it was accepted."""


class PetitionExtended(Event):
    """The head of the organ granted more time because the circumstances are complex 延期; the petitioner is told why.

    Source: Petition Work Regulations art. 34: once, at most 30 days.
    """

    type: ClassVar[str] = "petition.extended"
    topic: ClassVar[Topic] = PETITION_MATTERS

    case_id: UUID
    """The matter."""
    division: DivisionCode
    """Division of the matter."""
    clock: ClockId
    """Which clock got longer."""
    days: Count
    """Days granted, calendar days."""
    due_date: Day
    """Its last day from now on, Shanghai date."""
    reason_code: ExtensionReason
    """In what way the matter is complex."""
    extended_at: Moment
    """When it was granted."""


class OpinionIssued(Event):
    """The organ issued its handling opinion 信访处理意见书.

    Source: Petition Work Regulations art. 32.
    """

    type: ClassVar[str] = "petition.opinion_issued"
    topic: ClassVar[Topic] = PETITION_MATTERS

    case_id: UUID
    """The matter."""
    division: DivisionCode
    """Division of the matter."""
    conclusion: OpinionConclusion
    """What it says of the claim."""
    issued_at: Moment
    """When it was issued."""


class OpinionDelivered(Event):
    """The handling opinion reached a petitioner 送达: without a recorded delivery no review window runs.

    One fact a petitioner: each has a window of their own, from the delivery to them.

    Source: Petition Work Regulations art. 35.
    """

    type: ClassVar[str] = "petition.opinion_delivered"
    topic: ClassVar[Topic] = PETITION_MATTERS

    case_id: UUID
    """The matter."""
    division: DivisionCode
    """Division of the matter."""
    method: DeliveryMethod
    """How."""
    delivered_at: Moment
    """When it was received."""
    review_until: Day | None = None
    """Last day to ask for review 复查, Shanghai date; null when none is open."""
    petitioner_id: UUID | None = None
    """Who received it, by the party's pseudonymous id."""
    outstanding: Count = 0
    """Petitioners whom it has yet to reach; 0: the handling is finished."""


class PetitionConcluded(Event):
    """The procedure is finished 办结; whether the substance is settled 化解 is another fact."""

    type: ClassVar[str] = "petition.concluded"
    topic: ClassVar[Topic] = PETITION_MATTERS

    case_id: UUID
    """The matter."""
    division: DivisionCode
    """Division of the matter."""
    resolved: Flag
    """Whether the substance is settled 化解."""
    on_time: Flag | None = None
    """Whether it was concluded within its limit, valid extension included; null where no limit ran."""
    concluded_at: Moment
    """When it was concluded."""


class PetitionDeadlineMissed(Event):
    """A statutory clock of the matter ran out before the act it asks for 超期."""

    type: ClassVar[str] = "petition.deadline_missed"
    topic: ClassVar[Topic] = PETITION_MATTERS

    case_id: UUID
    """The matter."""
    division: DivisionCode
    """Division of the matter."""
    clock: ClockId
    """Which clock."""
    due_date: Day
    """The last day that was missed, Shanghai date."""
