"""Cases as their services would tell of them: each story is a few facts on two or three topics, in order on each."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from uuid import UUID

from chassis.bus.protocol import Record
from chassis.journal.entries import new_id
from contracts.codes import (
    AgreementForm,
    CaseKind,
    CaseOutcome,
    ConcludingService,
    DeliveryMethod,
    DisputeType,
    DivisionKind,
    DivisionLevel,
    EvaluatedUnit,
    ExtensionReason,
    IntakeChannel,
    OpinionConclusion,
    PetitionCategory,
    PetitionRoute,
    Route,
    RoutingReason,
    Satisfaction,
    TerminationReason,
    Tier,
)
from contracts.envelope import Envelope, Event
from contracts.intake.cases import CaseConcluded, CaseRegistered, CaseRouted, IntakeDeadlineMissed, SatisfactionRecorded
from contracts.intake.directory import DivisionRecorded, division_id
from contracts.mediation.cases import (
    AgreementReached,
    AgreementTookEffect,
    MediationAccepted,
    MediationDeadlineMissed,
    MediationOpened,
    MediationTerminated,
)
from contracts.petition.matters import (
    OpinionDelivered,
    OpinionIssued,
    PetitionAccepted,
    PetitionConcluded,
    PetitionDeadlineMissed,
    PetitionExtended,
    PetitionRegistered,
)

COUNTY = "130926000000"
WOBEI = "130926102000"
WOBEI_VILLAGE = "130926102201"
SHANGCUN = "130926103000"
XIAN = "130929100000"
NUMBER = "（2026）肃窗字第1号"
MORNING = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
"""9:00 in Shanghai on Monday, 2 March 2026."""
DAY = timedelta(days=1)


@dataclass
class Case:
    """One case, and the records of its facts in the order in which they were told."""

    division: str = WOBEI
    kind: CaseKind = CaseKind.DISPUTE
    category: DisputeType | None = DisputeType.NEIGHBOR
    at: datetime = MORNING
    case_id: UUID = field(default_factory=new_id)
    records: list[Record] = field(default_factory=list)
    _versions: dict[str, int] = field(default_factory=dict)
    _previous: dict[str, int] = field(default_factory=dict)

    def tell(self, event: Event, at: datetime | None = None) -> "Case":
        """Publish a fact, numbered in its service's chain and on its topic."""
        topic, owner = event.topic.name, event.topic.owner
        version = self._versions[owner] = self._versions.get(owner, 0) + 1
        envelope = Envelope.of(
            event,
            id=new_id(),
            time=at or self.at,
            recordedat=at or self.at,
            sequence=version,
            previous=self._previous.get(topic, 0),
            division=self.division,
            correlationid=new_id(),
        )
        self._previous[topic] = version
        self.records.append(Record(topic, str(self.case_id), envelope.to_bytes()))
        return self

    def registered(self, people: int = 4, channel: IntakeChannel = IntakeChannel.WINDOW) -> "Case":
        return self.tell(
            CaseRegistered(
                case_id=self.case_id,
                number=NUMBER,
                kind=self.kind,
                channel=channel,
                category=self.category,
                division=self.division,
                tier=Tier.VILLAGE,
                people_involved=people,
                parties=2,
                registered_at=self.at,
            )
        )

    def routed(self, route: Route = Route.MEDIATION, tier: Tier = Tier.TOWNSHIP, after: int = 0) -> "Case":
        fact = CaseRouted(
            case_id=self.case_id,
            division=self.division,
            route=route,
            tier=tier,
            reason_code=RoutingReason.CLASSIFIED,
        )
        return self.tell(fact, self.at + after * DAY)

    def opened(self, tier: Tier = Tier.TOWNSHIP) -> "Case":
        return self.tell(
            MediationOpened(
                case_id=self.case_id, division=self.division, tier=tier, category=self.category, number=NUMBER
            )
        )

    def accepted(self, after: int = 1, tier: Tier = Tier.TOWNSHIP) -> "Case":
        return self.tell(
            MediationAccepted(
                case_id=self.case_id,
                division=self.division,
                tier=tier,
                category=self.category or DisputeType.OTHER,
                clock="MED_GENERAL",
                accepted_at=self.at + after * DAY,
            )
        )

    def agreed(self, after: int = 5) -> "Case":
        return self.tell(
            AgreementReached(
                case_id=self.case_id,
                division=self.division,
                form=AgreementForm.WRITTEN,
                partial=False,
                reached_at=self.at + after * DAY,
            )
        )

    def effective(self, after: int = 6, tier: Tier = Tier.TOWNSHIP) -> "Case":
        return self.tell(
            AgreementTookEffect(
                case_id=self.case_id,
                division=self.division,
                tier=tier,
                category=self.category or DisputeType.OTHER,
                form=AgreementForm.WRITTEN,
                partial=False,
                effective_at=self.at + after * DAY,
            )
        )

    def terminated(self, after: int = 6, *, accepted: bool = True) -> "Case":
        return self.tell(
            MediationTerminated(
                case_id=self.case_id,
                division=self.division,
                tier=Tier.TOWNSHIP,
                category=self.category,
                reason=TerminationReason.NO_AGREEMENT if accepted else TerminationReason.REFUSED,
                accepted=accepted,
                terminated_at=self.at + after * DAY,
            )
        )

    def petitioned(self, visitors: int = 1) -> "Case":
        return self.tell(
            PetitionRegistered(
                case_id=self.case_id,
                division=self.division,
                number=NUMBER,
                category=PetitionCategory.APPEAL_CLAIM,
                channel=IntakeChannel.WINDOW,
                visitors=visitors,
                collective=visitors >= 5,
                registered_at=self.at,
            )
        )

    def petition_accepted(self, after: int = 3) -> "Case":
        return self.tell(
            PetitionAccepted(
                case_id=self.case_id,
                division=self.division,
                route=PetitionRoute.R31_6,
                clock="PET_HANDLE",
                due_date=(self.at + (after + 60) * DAY).date(),
                accepted_at=self.at + after * DAY,
            )
        )

    def extended(self, after: int = 50) -> "Case":
        return self.tell(
            PetitionExtended(
                case_id=self.case_id,
                division=self.division,
                clock="PET_HANDLE",
                days=30,
                due_date=(self.at + 93 * DAY).date(),
                reason_code=ExtensionReason.EVIDENCE,
                extended_at=self.at + after * DAY,
            )
        )

    def answered(self, after: int = 30) -> "Case":
        return self.tell(
            OpinionIssued(
                case_id=self.case_id,
                division=self.division,
                conclusion=OpinionConclusion.SUPPORT,
                issued_at=self.at + after * DAY,
            )
        )

    def delivered(self, after: int = 32, outstanding: int = 0) -> "Case":
        return self.tell(
            OpinionDelivered(
                case_id=self.case_id,
                division=self.division,
                method=DeliveryMethod.IN_PERSON,
                delivered_at=self.at + after * DAY,
                petitioner_id=new_id(),
                outstanding=outstanding,
            )
        )

    def petition_concluded(self, after: int = 40, *, resolved: bool = True, on_time: bool | None = True) -> "Case":
        return self.tell(
            PetitionConcluded(
                case_id=self.case_id,
                division=self.division,
                resolved=resolved,
                on_time=on_time,
                concluded_at=self.at + after * DAY,
            )
        )

    def missed(self, clock: str = "PET_HANDLE", after: int = 63) -> "Case":
        kind = {"PET": PetitionDeadlineMissed, "MED": MediationDeadlineMissed}.get(clock[:3], IntakeDeadlineMissed)
        fact = kind(case_id=self.case_id, division=self.division, clock=clock, due_date=(self.at + after * DAY).date())
        return self.tell(fact, self.at + (after + 1) * DAY)

    def concluded(self, after: int = 7, *, resolved: bool | None = True) -> "Case":
        fact = CaseConcluded(
            case_id=self.case_id,
            division=self.division,
            outcome=CaseOutcome.AGREEMENT_EFFECTIVE,
            concluded_by=ConcludingService.MEDIATION,
            resolved=resolved,
        )
        return self.tell(fact, self.at + after * DAY)

    def evaluated(
        self,
        satisfaction: Satisfaction = Satisfaction.SATISFIED,
        of: EvaluatedUnit = EvaluatedUnit.RESPONSIBLE_UNIT,
        after: int = 8,
    ) -> "Case":
        fact = SatisfactionRecorded(case_id=self.case_id, division=self.division, satisfaction=satisfaction, of=of)
        return self.tell(fact, self.at + after * DAY)


def place(code: str, *names: str) -> Case:
    """A division that was recorded under each of these names, one after the other."""
    told = Case(code, case_id=division_id(code))
    for name in names:
        told.tell(
            DivisionRecorded(
                record_id=told.case_id,
                code=code,
                name=name,
                parent_code=None if code == COUNTY else COUNTY,
                level=DivisionLevel.COUNTY if code == COUNTY else DivisionLevel.TOWNSHIP,
                kind=DivisionKind.COUNTY if code == COUNTY else DivisionKind.TOWN,
            )
        )
    return told


def told(cases: Sequence[Case]) -> list[Record]:
    """All facts of these cases, case by case."""
    return [record for case in cases for record in case.records]


def interleaved(cases: Sequence[Case], choose: random.Random) -> Iterator[Record]:
    """The same facts in an order that no bus excludes: only a case's facts on one topic keep theirs."""
    streams: dict[tuple[str, str], list[Record]] = {}
    for record in told(cases):
        streams.setdefault((record.topic, record.key), []).append(record)
    waiting = list(streams.values())
    while waiting:
        stream = choose.choice(waiting)
        yield stream.pop(0)
        if not stream:
            waiting.remove(stream)
