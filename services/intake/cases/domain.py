"""Rules of a case at the window: its states, what each kind must say of itself, and every refusal."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Final, NamedTuple
from uuid import UUID

from chassis.rules.clock import shanghai_date
from chassis.rules.machines import step
from chassis.rules.refusals import Kind, Refusal
from contracts.clocks import petition_notice
from contracts.codes import (
    CaseKind,
    CaseState,
    DisputeType,
    EvaluatedUnit,
    EventScale,
    IntakeChannel,
    PartyRole,
    PetitionCategory,
    Route,
    Satisfaction,
    Tier,
)

NOTICES: Final = frozenset({"PET_NOTICE_DIRECT", "PET_NOTICE_TRANSFERRED"})
"""Clocks of the notice to a petitioner (XF§23), one for each way in."""


class Action(StrEnum):
    """What moves a case."""

    ROUTE = "route"
    CONCLUDE = "conclude"


TRANSITIONS: Final[Mapping[tuple[CaseState, Action], CaseState]] = MappingProxyType(
    {
        (CaseState.REGISTERED, Action.ROUTE): CaseState.ROUTED,
        (CaseState.ROUTED, Action.CONCLUDE): CaseState.CONCLUDED,
    }
)
START: Final = CaseState.REGISTERED
FINAL: Final = frozenset({CaseState.CONCLUDED})

CODE_ALPHABET: Final = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
"""Without 0 and O, 1 and I, which people confuse when they read a code out."""
CODE_PAIRS: Final = tuple(second + first for first in CODE_ALPHABET for second in CODE_ALPHABET)
"""Two characters for ten bits, the lower five first: reading two at a time halves what a registration waits for."""
CODE_SHIFTS: Final = range(0, 60, 10)
"""Six pairs make the twelve characters of a code."""
SKEW: Final = timedelta(minutes=5)
"""How far the clock of a phone may be ahead."""
HANDED_OVER: Final = frozenset({Route.MEDIATION, Route.PETITION})
"""Routes on which another service takes the case; on the others it stays until its desk has an outcome."""
EVALUATE: Final = "record_satisfaction"
"""What can be done with a concluded case; it moves no state."""
PERMISSIONS: Final[Mapping[str, str]] = MappingProxyType(
    {Action.ROUTE: "intake.cases.route", EVALUATE: "intake.cases.record_satisfaction"}
)
"""Permission of each act of a person; concluding is what the facts of other services do."""


class CaseNotFound(Refusal):
    """No such case, or none that the caller may know of: both are answered alike."""

    kind = Kind.NOT_FOUND
    code = "not_found"
    zh = "未找到该事项"
    en = "Nothing is known under this id"


class AccusationNotTakenHere(Refusal):
    """Accusations need a store apart, closed to those accused (XF§30, 46); until it exists no door takes them."""

    code = "accusation_not_taken_here"
    zh = "检举控告请直接向纪检监察机关提出：12388 举报电话、www.12388.gov.cn 或纪委监委来访接待场所"
    en = "Bring an accusation to discipline inspection directly: telephone 12388, www.12388.gov.cn, or its desk"


class PetitionCategoryMissing(Refusal):
    """A petition belongs to one of the legal categories."""

    code = "petition_category_missing"
    zh = "信访事项应注明类别"
    en = "A petition needs its legal category"


class NotForThisKind(Refusal):
    """The field belongs to cases of another kind."""

    code = "not_for_this_kind"
    zh = "此类事项没有这一项"
    en = "A case of this kind has no such field"


class TierDoesNotFit(Refusal):
    """The division has no body of this tier: a township has no village of its own."""

    code = "tier_does_not_fit"
    zh = "该区划没有这一层级"
    en = "The division has no body of this tier"


class FewerThanParties(Refusal):
    """People involved include the parties."""

    code = "fewer_than_parties"
    zh = "涉及人数少于当事人数"
    en = "Fewer people are involved than there are parties"


class InTheFuture(Refusal):
    """The matter cannot have happened, or been received, after the present."""

    code = "in_the_future"
    zh = "时间不能晚于现在"
    en = "This lies in the future"


class AlreadyRegistered(Refusal):
    """A case with this source and id there is registered. `case_id` is for callers who may see that case, else None."""

    kind = Kind.CONFLICT
    code = "already_registered"
    zh = "该来源的这一条已经登记"
    en = "This record of this source is registered already"

    def __init__(self, case_id: UUID | None = None) -> None:
        super().__init__(field="source")
        self.case_id = case_id


class NotConcluded(Refusal):
    """Satisfaction is asked once the case has an outcome."""

    kind = Kind.CONFLICT
    code = "not_concluded"
    zh = "事项办结后才能评价"
    en = "A case is evaluated once it is concluded"


class AlreadyEvaluated(Refusal):
    """Each unit is evaluated once."""

    kind = Kind.CONFLICT
    code = "already_evaluated"
    zh = "对该单位的评价已经登记"
    en = "This unit has been evaluated already"


class UnitTookNoPart(Refusal):
    """The petition department is evaluated for petitions only."""

    kind = Kind.CONFLICT
    code = "unit_took_no_part"
    zh = "该单位没有经办此事项"
    en = "This unit took no part in the case"


class ReasonWithoutDissatisfaction(Refusal):
    """A reason belongs to a dissatisfied answer."""

    code = "reason_without_dissatisfaction"
    zh = "只有不满意才填写原因"
    en = "Only a dissatisfied answer has a reason"


class NewParty(NamedTuple):
    """A party as told; particulars are checked and sealed when the case is registered.

    `id` is given where it must be known, as in the demonstration county.
    """

    role: PartyRole
    name: str
    id: UUID | None = None
    phone: str | None = None
    identity_number: str | None = None
    address: str | None = None


class NewCase(NamedTuple):
    """What was brought. `received_at` is when, if that was before now, as with what a phone collected offline."""

    kind: CaseKind
    channel: IntakeChannel
    division: str
    narrative: str
    parties: Sequence[NewParty] = ()
    category: DisputeType | None = None
    petition_category: PetitionCategory | None = None
    tier: Tier | None = None
    people_involved: int | None = None
    visitors: int | None = None
    amount_fen: int | None = None
    scale: EventScale | None = None
    occurred_on: date | None = None
    received_at: datetime | None = None
    title: str | None = None
    source: str | None = None
    source_id: str | None = None
    source_author: str | None = None


def receipt_code(hashed: bytes) -> str:
    """The code that the person who brought the case keeps (一案一码), from a keyed hash of the case's id.

    It follows from the id for whoever has the key, and for nobody else.
    """
    number = int.from_bytes(hashed[:8])
    return "".join([CODE_PAIRS[number >> shift & 1023] for shift in CODE_SHIFTS])


def advance(state: CaseState, action: Action) -> CaseState:
    """The state that `action` leads to; raises IllegalTransition."""
    return step(TRANSITIONS, state, action)


def check_kind(kind: CaseKind, category: DisputeType | None, petition_category: PetitionCategory | None) -> None:
    """Refuse a case whose categories do not belong to its kind, and every accusation (settled for every door)."""
    if petition_category is PetitionCategory.ACCUSATION:
        raise AccusationNotTakenHere(field="petition_category")
    if kind is CaseKind.PETITION and petition_category is None:
        raise PetitionCategoryMissing(field="petition_category")
    if kind is not CaseKind.PETITION and petition_category is not None:
        raise NotForThisKind(field="petition_category")
    if kind is not CaseKind.DISPUTE and category is not None:
        raise NotForThisKind(field="category")


def checked_people(case: NewCase, now: datetime) -> int:
    """How many people are involved; raises the refusals of figures and times that cannot be."""
    if case.received_at is not None and case.received_at > now + SKEW:
        raise InTheFuture(field="received_at")
    if case.occurred_on is not None and case.occurred_on > shanghai_date(now):
        raise InTheFuture(field="occurred_on")
    if case.visitors is not None and case.kind is not CaseKind.PETITION:
        raise NotForThisKind(field="visitors")
    people = case.people_involved or max(1, len(case.parties))
    if people < len(case.parties):
        raise FewerThanParties(field="people_involved")
    return people


def notice_clock(case: NewCase) -> str | None:
    """The clock by which a petitioner is to be told; None where none is, or name or address are unknown (XF§23).

    Whoever left a telephone number can be told, so that counts as reachable too.
    """
    owed = case.kind is CaseKind.PETITION and any(party.address or party.phone for party in case.parties)
    return petition_notice(case.channel) if owed else None


def evaluated_units(route: Route | None) -> tuple[EvaluatedUnit, ...]:
    """Whom the person is asked about: the unit that handled the case and, for a petition, the petition department."""
    if route is Route.PETITION:
        return (EvaluatedUnit.RESPONSIBLE_UNIT, EvaluatedUnit.PETITION_DEPARTMENT)
    return (EvaluatedUnit.RESPONSIBLE_UNIT,)


def may_evaluate(
    state: CaseState, route: Route | None, unit: EvaluatedUnit, evaluated: Collection[EvaluatedUnit]
) -> None:
    """Refuse an evaluation before the outcome, of a unit that took no part, or a second one of the same unit."""
    if state is not CaseState.CONCLUDED:
        raise NotConcluded
    if unit not in evaluated_units(route):
        raise UnitTookNoPart(field="of")
    if unit in evaluated:
        raise AlreadyEvaluated(field="of")


def check_reason(satisfaction: Satisfaction, reason: object | None) -> None:
    """Refuse a reason beside an answer that is not dissatisfied."""
    if reason is not None and satisfaction is not Satisfaction.DISSATISFIED:
        raise ReasonWithoutDissatisfaction(field="reason_code")


def actions(
    state: CaseState, route: Route | None, evaluated: Collection[EvaluatedUnit], permissions: Collection[str]
) -> Sequence[str]:
    """What a caller with these permissions may do next."""
    possible: list[str] = [
        action.value for (origin, action) in TRANSITIONS if origin is state and action in PERMISSIONS
    ]
    if state is CaseState.CONCLUDED and set(evaluated_units(route)) - set(evaluated):
        possible.append(EVALUATE)
    return [action for action in possible if PERMISSIONS[action] in permissions]
