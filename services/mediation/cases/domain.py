"""Rules of a mediation case: its states, what leads from one to the next, and every guard; pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from chassis.rules.machines import next_actions, step
from chassis.rules.refusals import Kind, Refusal
from contracts.codes import ConsentStand, DisputeType, MediationState, TerminationReason
from contracts.roles import Role
from services.mediation.parties.domain import outstanding_of

State = MediationState


class CaseUnknown(Refusal):
    """No such case, or none that the caller may know of."""

    kind = Kind.NOT_FOUND
    code = "not_found"
    zh = "未找到该事项"
    en = "Nothing is known under this id"


class ParticularsGone(Refusal):
    """The handover's parcel was deleted before it arrived: nobody can be asked, so no case can be opened from it."""

    kind = Kind.GONE
    code = "particulars_gone"
    zh = "移交的当事人信息已被删除，无法立案"
    en = "The particulars handed over were deleted; no case can be opened without them."


class OtherSideMissing(Refusal):
    """Mediation needs two sides (RM§17)."""

    kind = Kind.CONFLICT
    code = "other_side_missing"
    zh = "案件只有一方当事人，无法征询对方意愿"
    en = "The case has one party only; there is nobody else to be asked."


class ConsentMissing(Refusal):
    """Not every party has agreed (RM§17)."""

    kind = Kind.CONFLICT
    code = "consent_missing"
    zh = "尚有当事人未同意调解，不能受理"
    en = "Not every party has agreed to mediation; the case cannot be accepted."


class CategoryMissing(Refusal):
    """Clock and form of the agreement hang on the type of the dispute."""

    code = "category_missing"
    zh = "请先确定纠纷类型再受理"
    en = "Say which type of dispute it is; the clock depends on it."


class MediatorUnknown(Refusal):
    """The directory has no such post."""

    code = "mediator_unknown"
    zh = "目录中没有该调解员"
    en = "The directory has no such mediator."


class MediatorNotFit(Refusal):
    """The post does not mediate, is not held today, or serves another area."""

    kind = Kind.CONFLICT
    code = "mediator_not_fit"
    zh = "该人员不是本辖区在任的调解员"
    en = "This post is not that of a mediator in office for the area of the case."


class TimeInFuture(Refusal):
    """Only what has happened is recorded."""

    code = "time_in_future"
    zh = "时间不能晚于现在"
    en = "This cannot have happened later than now."


class TimeTooEarly(Refusal):
    """It cannot have happened before what it follows from."""

    code = "time_too_early"
    zh = "时间早于其前提事项"
    en = "This cannot have happened before what it follows from."


class ReasonNotPossible(Refusal):
    """The reason does not belong to the state that the case is in."""

    kind = Kind.CONFLICT
    code = "reason_not_possible"
    zh = "当前状态下不能以此原因终止"
    en = "The case cannot end for this reason in its present state."


class RefusalNotRecorded(Refusal):
    """A party's refusal is recorded as its answer, which ends the case by itself."""

    kind = Kind.CONFLICT
    code = "refusal_not_recorded"
    zh = "当事人拒绝调解的，请登记其答复"
    en = "Record the party's refusal as its answer; that ends the case."


class NotExpired(Refusal):
    """The clock has not run out."""

    kind = Kind.CONFLICT
    code = "not_expired"
    zh = "调解期限尚未届满"
    en = "The time for mediation has not run out."


class Action(StrEnum):
    """What can be asked for; named as in the permission that it needs."""

    SEEK_CONSENT = "seek_consent"
    RECORD_CONSENT = "record_consent"
    ACCEPT = "accept"
    ASSIGN_MEDIATOR = "assign_mediator"
    RECORD_SESSION = "record_session"
    AGREE = "record_agreement"
    TAKE_EFFECT = "make_effective"
    TERMINATE = "terminate"


TRANSITIONS: Final[Mapping[tuple[State, Action], State]] = MappingProxyType(
    {
        (State.REGISTERED, Action.SEEK_CONSENT): State.CONSENT_PENDING,
        (State.REGISTERED, Action.TERMINATE): State.TERMINATED,
        (State.CONSENT_PENDING, Action.RECORD_CONSENT): State.CONSENT_PENDING,
        (State.CONSENT_PENDING, Action.ACCEPT): State.ACCEPTED,
        (State.CONSENT_PENDING, Action.TERMINATE): State.TERMINATED,
        (State.ACCEPTED, Action.ASSIGN_MEDIATOR): State.MEDIATOR_ASSIGNED,
        (State.ACCEPTED, Action.TERMINATE): State.TERMINATED,
        # A mediator may step aside and the parties may choose another one (RM§19, 23).
        (State.MEDIATOR_ASSIGNED, Action.ASSIGN_MEDIATOR): State.MEDIATOR_ASSIGNED,
        (State.MEDIATOR_ASSIGNED, Action.RECORD_SESSION): State.IN_MEDIATION,
        (State.MEDIATOR_ASSIGNED, Action.TERMINATE): State.TERMINATED,
        (State.IN_MEDIATION, Action.ASSIGN_MEDIATOR): State.IN_MEDIATION,
        (State.IN_MEDIATION, Action.RECORD_SESSION): State.IN_MEDIATION,
        (State.IN_MEDIATION, Action.AGREE): State.AGREED,
        (State.IN_MEDIATION, Action.TERMINATE): State.TERMINATED,
        (State.AGREED, Action.TAKE_EFFECT): State.EFFECTIVE,
        (State.AGREED, Action.TERMINATE): State.TERMINATED,
    }
)
FINAL: Final = frozenset({State.EFFECTIVE, State.TERMINATED})
OPEN: Final = frozenset(state for state, _ in TRANSITIONS)
"""States in which something is still to be done."""
UNDER_WAY: Final = frozenset({State.ACCEPTED, State.MEDIATOR_ASSIGNED, State.IN_MEDIATION})
"""Accepted and without terms: where the time can run out on the parties."""

GROUNDS: Final[Mapping[TerminationReason, frozenset[State]]] = MappingProxyType(
    {
        TerminationReason.REFUSED: frozenset({State.CONSENT_PENDING}),
        TerminationReason.WITHDRAWN: OPEN,
        TerminationReason.UNREACHABLE: OPEN,
        TerminationReason.NO_AGREEMENT: frozenset({State.IN_MEDIATION}),
        TerminationReason.EXPIRED: UNDER_WAY,
        TerminationReason.SIGNING_REFUSED: frozenset({State.AGREED}),
        TerminationReason.SUED: OPEN,
        TerminationReason.SHAM: OPEN,
        TerminationReason.CRIMINAL: OPEN,
    }
)
"""In which states each reason can end a case. Any party may withdraw, or sue, at any time (RM§3, 23)."""

LEAST_PARTIES: Final = 2
MEDIATORS: Final = frozenset({Role.MEDIATOR, Role.COMMITTEE_DIRECTOR, Role.VILLAGE_ROOM_DIRECTOR})
"""Roles that may mediate."""


class NoticeForm(StrEnum):
    """How the parties were told of the nature of mediation and of their rights and duties (R75§30)."""

    ORAL = "ORAL"
    WRITTEN = "WRITTEN"


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """A post in the directory, as far as mediating asks. `covers`: it serves the division of the case."""

    roles: frozenset[str]
    covers: bool
    valid_from: date | None = None
    valid_to: date | None = None


def advance(state: State, action: Action) -> State:
    """The state that the action leads to; raises IllegalTransition."""
    return step(TRANSITIONS, state, action)


def possible(state: State, stands: Sequence[ConsentStand | None]) -> tuple[Action, ...]:
    """What can be done next: acceptance only after every answer, an answer only while one is missing."""
    outstanding = outstanding_of(stands)
    unwanted = Action.ACCEPT if outstanding else Action.RECORD_CONSENT
    return tuple(action for action in next_actions(TRANSITIONS, state) if action is not unwanted)


def may_seek_consent(parties: int) -> None:
    """There is another side to be asked; raises OtherSideMissing."""
    if parties < LEAST_PARTIES:
        raise OtherSideMissing


def may_accept(stands: Sequence[ConsentStand | None]) -> None:
    """Every party agreed (RM§17); raises ConsentMissing."""
    if not stands or outstanding_of(stands):
        raise ConsentMissing


def classified(known: DisputeType | None, given: DisputeType | None) -> DisputeType:
    """The type under which the case is accepted, the committee's word before the window's; raises CategoryMissing."""
    category = given or known
    if category is None:
        raise CategoryMissing(field="category")
    return category


def may_mediate(post: Post | None, today: date) -> None:
    """The post exists today, mediates, and serves the division of the case; raises MediatorUnknown, MediatorNotFit."""
    if post is None:
        raise MediatorUnknown(field="mediator_id")
    in_office = (post.valid_from or today) <= today <= (post.valid_to or today)
    if not (in_office and post.covers and post.roles & MEDIATORS):
        raise MediatorNotFit(field="mediator_id")


def happened(given: datetime | None, *, now: datetime, field: str, earliest: datetime | None = None) -> datetime:
    """When something happened: as stated, or now; raises TimeInFuture and TimeTooEarly."""
    at = given or now
    if at > now:
        raise TimeInFuture(field=field)
    if earliest is not None and at < earliest:
        raise TimeTooEarly(field=field)
    return at


def county_of(division: str) -> str:
    """The county part of a division code: dossiers are numbered within it."""
    return division[:6]


def dossier_number(year: int, county: str | None, number: int) -> str:
    """Number of a dossier 卷宗号, such as （2026）肃人调字第1号: its mark begins the county's name."""
    return f"（{year}）{(county or '')[:1]}人调字第{number}号"


def may_terminate(
    state: State,
    reason: TerminationReason,
    *,
    stands: Sequence[ConsentStand | None],
    due_at: datetime | None,
    now: datetime,
) -> None:
    """The reason fits the state and the facts.

    Raises ReasonNotPossible, RefusalNotRecorded (a refusal is a party's own answer) and NotExpired: `due_at` is the end
    of the clock with every extension, None while it stands still.
    """
    advance(state, Action.TERMINATE)
    if state not in GROUNDS[reason]:
        raise ReasonNotPossible(field="reason")
    if reason is TerminationReason.REFUSED and ConsentStand.REFUSED not in stands:
        raise RefusalNotRecorded(field="reason")
    if reason is TerminationReason.EXPIRED and (due_at is None or now < due_at):
        raise NotExpired(field="reason")


def was_accepted(state: State) -> bool:
    """Whether a case in this open state had been accepted: success rates are counted on accepted cases."""
    return state in UNDER_WAY or state is State.AGREED
