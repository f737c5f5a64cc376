"""Facts about a case at the one window."""

from typing import ClassVar
from uuid import UUID

from contracts.codes import (
    CaseKind,
    CaseOutcome,
    ConcludingService,
    DisputeType,
    DissatisfactionReason,
    EvaluatedUnit,
    EventScale,
    IntakeChannel,
    Route,
    RoutingReason,
    Satisfaction,
    Tier,
)
from contracts.envelope import Event
from contracts.fields import (
    ClockId,
    Count,
    Day,
    DivisionCode,
    Fen,
    Flag,
    Moment,
    OfficialNumber,
    People,
    SourceReference,
)
from contracts.topics import INTAKE_CASES, Topic


class CaseRegistered(Event):
    """A matter was brought to the one window and registered 登记; registering is not accepting 受理.

    Counts one case (件). Source: Petition Work Regulations arts. 22-23: everything received is registered.
    """

    type: ClassVar[str] = "intake.case_registered"
    topic: ClassVar[Topic] = INTAKE_CASES

    case_id: UUID
    """The case, by a random id that says nothing about anybody."""
    number: OfficialNumber
    """Official number 登记编号."""
    kind: CaseKind
    """What was brought."""
    channel: IntakeChannel
    """By which door."""
    category: DisputeType | None = None
    """Type of dispute; null until someone has classified it, or when it is no dispute."""
    division: DivisionCode
    """Where it happened or, if that is unknown, where it was brought."""
    tier: Tier
    """Level that has the case at registration."""
    people_involved: People
    """People involved 涉及人数, in persons, parties included."""
    amount_fen: Fen | None = None
    """Amount in dispute 涉及金额, in fen; null when there is none or it is unknown."""
    scale: EventScale | None = None
    """Class of scale; null when not classified."""
    parties: Count
    """Number of parties recorded 当事人数."""
    occurred_on: Day | None = None
    """Day the matter itself happened 发生日期; null when unknown."""
    registered_at: Moment
    """Instant of registration: indicators count a case by its Shanghai date."""
    source: SourceReference | None = None
    """For an imported case, where it came from and its id there; null for one registered here."""


class CaseRouted(Event):
    """The case was sent to the procedure or the organ that can settle it 分流.

    A case may be routed several times; it counts once wherever cases are counted.
    """

    type: ClassVar[str] = "intake.case_routed"
    topic: ClassVar[Topic] = INTAKE_CASES

    case_id: UUID
    """The case."""
    division: DivisionCode
    """Division of the case."""
    route: Route
    """Where it went."""
    tier: Tier
    """Level that has the case from now on."""
    organisation_id: UUID | None = None
    """Organisation that receives it, by its directory id; null when the service chooses."""
    reason_code: RoutingReason
    """Why."""


class CaseConcluded(Event):
    """The case has an outcome 办结; nothing closes without one.

    `resolved` is apart from the outcome: whether the substance was settled 化解.
    """

    type: ClassVar[str] = "intake.case_concluded"
    topic: ClassVar[Topic] = INTAKE_CASES

    case_id: UUID
    """The case."""
    division: DivisionCode
    """Division of the case."""
    outcome: CaseOutcome
    """How it ended."""
    concluded_by: ConcludingService
    """Service that established the outcome."""
    resolved: Flag | None = None
    """Whether the substance was settled; null when nobody has judged it."""


class SatisfactionRecorded(Event):
    """The person who brought the case said how satisfied they were 满意度评价."""

    type: ClassVar[str] = "intake.satisfaction_recorded"
    topic: ClassVar[Topic] = INTAKE_CASES

    case_id: UUID
    """The case."""
    division: DivisionCode
    """Division of the case."""
    satisfaction: Satisfaction
    """The answer."""
    reason_code: DissatisfactionReason | None = None
    """Why not, when the answer was dissatisfied and a reason was given."""
    of: EvaluatedUnit
    """Whom the answer is about."""


class IntakeDeadlineMissed(Event):
    """A statutory clock that runs at the window ended before the act it asks for 超期.

    Source: Petition Work Regulations art. 23: the petitioner is told within 15 days.
    """

    type: ClassVar[str] = "intake.deadline_missed"
    topic: ClassVar[Topic] = INTAKE_CASES

    case_id: UUID
    """The case."""
    division: DivisionCode
    """Division of the case."""
    clock: ClockId
    """Which clock."""
    due_date: Day
    """The last day that was missed, Shanghai date."""
