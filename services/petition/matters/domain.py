"""Rules of a petition matter: its states, what leads from one to the next, its clocks, and every guard; pure."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from chassis.rules.machines import next_actions, step
from chassis.rules.refusals import Kind, Refusal
from contracts.clocks import petition_notice
from contracts.codes import IntakeChannel, OpinionConclusion, PetitionCategory, PetitionRoute, PetitionState

State = PetitionState


class MatterUnknown(Refusal):
    """No such matter, or none that the caller may know of."""

    kind = Kind.NOT_FOUND
    code = "not_found"
    zh = "未找到该事项"
    en = "Nothing is known under this id"


class ParticularsGone(Refusal):
    """The handover's parcel was deleted before it arrived: there is nobody to hear, and nothing told."""

    kind = Kind.GONE
    code = "particulars_gone"
    zh = "移交的信访人信息已被删除，无法登记"
    en = "The particulars handed over were deleted; no matter can be registered without them"


class AccusationNotTakenHere(Refusal):
    """Accusations need a store apart, closed to those accused (XF§30, 46); until it exists no door takes them."""

    code = "accusation_not_taken_here"
    zh = "检举控告请直接向纪检监察机关提出：12388 举报电话、www.12388.gov.cn 或纪委监委来访接待场所"
    en = "Bring an accusation to discipline inspection directly: telephone 12388, www.12388.gov.cn, or its desk"


class RouteNotOfCategory(Refusal):
    """Each legal category has routes of its own (XF§29-31)."""

    code = "route_not_of_category"
    zh = "该办理途径不适用于此类信访事项"
    en = "This route is not one for matters of this category"


class PetitionerMissing(Refusal):
    """Route R31_6 begins with hearing the petitioner, and its opinion is made out to one (XF§31(6), 32)."""

    kind = Kind.CONFLICT
    code = "petitioner_missing"
    zh = "本事项没有可以听取陈述的信访人，不能适用该办理途径"
    en = "The matter has no petitioner who could be heard; this route is not open to it"


class NoticeOwed(Refusal):
    """The petitioner is told in writing of the acceptance, unless name or address is unclear (XF§23)."""

    kind = Kind.CONFLICT
    code = "notice_owed"
    zh = "应当书面告知信访人受理情况"
    en = "The petitioner has to be told of the acceptance in writing"


class TimeInFuture(Refusal):
    """Only what has happened is recorded."""

    code = "time_in_future"
    zh = "时间不能晚于现在"
    en = "This cannot have happened later than now"


class TimeTooEarly(Refusal):
    """It cannot have happened before what it follows from."""

    code = "time_too_early"
    zh = "时间早于其前提事项"
    en = "This cannot have happened before what it follows from"


class NotCarriedOut(Refusal):
    """An opinion that supports the claim is concluded once it has been carried out (XF§32)."""

    kind = Kind.CONFLICT
    code = "not_carried_out"
    zh = "处理意见支持信访请求的，落实后才能办结"
    en = "The opinion supports the claim: the matter is concluded once it has been carried out"


class NothingToCarryOut(Refusal):
    """No opinion supports the claim, so nothing was to be carried out."""

    code = "nothing_to_carry_out"
    zh = "没有需要落实的处理意见"
    en = "There is no supporting opinion that was to be carried out"


class Action(StrEnum):
    """What moves a matter. INVESTIGATE, FOLLOW_PROCEDURE and EXECUTE follow from other acts and are asked by nobody."""

    ACCEPT = "accept"
    INVESTIGATE = "investigate"
    FOLLOW_PROCEDURE = "follow_procedure"
    EXTEND = "extend"
    ISSUE_OPINION = "issue_opinion"
    DELIVER_OPINION = "deliver_opinion"
    EXECUTE = "execute"
    CONCLUDE = "conclude"


TRANSITIONS: Final[Mapping[tuple[State, Action], State]] = MappingProxyType(
    {
        (State.REGISTERED, Action.ACCEPT): State.ACCEPTED,
        (State.ACCEPTED, Action.INVESTIGATE): State.INVESTIGATING,
        (State.ACCEPTED, Action.FOLLOW_PROCEDURE): State.IN_PROCEDURE,
        (State.INVESTIGATING, Action.EXTEND): State.EXTENDED,  # leads nowhere back: once only (XF§34)
        (State.INVESTIGATING, Action.ISSUE_OPINION): State.OPINION_ISSUED,
        (State.EXTENDED, Action.ISSUE_OPINION): State.OPINION_ISSUED,
        (State.OPINION_ISSUED, Action.DELIVER_OPINION): State.OPINION_DELIVERED,
        (State.OPINION_DELIVERED, Action.EXECUTE): State.EXECUTING,
        # Concluding does not wait for the review window and does not end it: the petitioner's right stays (XF§35).
        (State.OPINION_DELIVERED, Action.CONCLUDE): State.CONCLUDED,
        (State.EXECUTING, Action.CONCLUDE): State.CONCLUDED,
        (State.IN_PROCEDURE, Action.CONCLUDE): State.CONCLUDED,
    }
)
START: Final = State.REGISTERED
FINAL: Final = frozenset({State.CONCLUDED})
BY_THEMSELVES: Final = frozenset({Action.INVESTIGATE, Action.FOLLOW_PROCEDURE, Action.EXECUTE})

HANDLE: Final = "PET_HANDLE"
NOTICE_DIRECT: Final = "PET_NOTICE_DIRECT"
NOTICE_TRANSFERRED: Final = "PET_NOTICE_TRANSFERRED"
DUTIES: Final = frozenset({HANDLE, NOTICE_DIRECT, NOTICE_TRANSFERRED})
"""Clocks of the organ: one that runs out unmet is a fact."""

ROUTES_OF: Final[Mapping[PetitionCategory, frozenset[PetitionRoute]]] = MappingProxyType(
    {
        PetitionCategory.SUGGESTION: frozenset({PetitionRoute.R29}),
        PetitionCategory.APPEAL_CLAIM: frozenset(
            {
                PetitionRoute.R31_1,
                PetitionRoute.R31_2,
                PetitionRoute.R31_3,
                PetitionRoute.R31_4,
                PetitionRoute.R31_5,
                PetitionRoute.R31_6,
            }
        ),
    }
)
COLLECTIVE_FROM: Final = 5
"""Visitors who make a collective visit 集体访; that at most five of them may speak for it is another rule (XF§20)."""


class NoticeWay(StrEnum):
    """How the petitioner was told in writing of acceptance, route and procedure (XF§23)."""

    ON_THE_SPOT = "ON_THE_SPOT"
    AFTERWARDS = "AFTERWARDS"


def advance(state: State, action: Action) -> State:
    """The state that the action leads to; raises IllegalTransition."""
    return step(TRANSITIONS, state, action)


def possible(state: State) -> tuple[Action, ...]:
    """What can be asked for next."""
    return tuple(action for action in next_actions(TRANSITIONS, state) if action not in BY_THEMSELVES)


def may_register(category: PetitionCategory) -> None:
    """The matter may stand among the others; raises AccusationNotTakenHere."""
    if category is PetitionCategory.ACCUSATION:
        raise AccusationNotTakenHere(field="category")


def is_collective(visitors: int) -> bool:
    """Whether so many visitors make a collective visit."""
    return visitors >= COLLECTIVE_FROM


def notice_clock(channel: IntakeChannel, *, reachable: bool) -> str | None:
    """The clock of the written notice that is owed, None where nobody can be told: name or address unclear (XF§23).

    Not `PET_DISPATCH`: that is owed by a petition department that passes a matter on (XF§22). Here the organ that has
    the matter accepts it itself, so what it owes is the notice of XF§23, whose clock depends on how the matter came.
    Transfer and assignment will bring the other one.
    """
    return petition_notice(channel) if reachable else None


def may_take(route: PetitionRoute, category: PetitionCategory, *, petitioners: int) -> None:
    """The route is open to the matter; raises AccusationNotTakenHere, RouteNotOfCategory and PetitionerMissing."""
    if route is PetitionRoute.R30:
        raise AccusationNotTakenHere(field="route")
    if route not in ROUTES_OF[category]:
        raise RouteNotOfCategory(field="route")
    if route is PetitionRoute.R31_6 and not petitioners:
        raise PetitionerMissing(field="route")


def accepted_into(state: State, route: PetitionRoute) -> State:
    """Where acceptance leads on this route; raises IllegalTransition."""
    following = Action.INVESTIGATE if route is PetitionRoute.R31_6 else Action.FOLLOW_PROCEDURE
    return advance(advance(state, Action.ACCEPT), following)


def handling_clock(route: PetitionRoute) -> str | None:
    """The clock that starts with acceptance: on R31_6 only, the others follow the law they lead to (XF§34)."""
    return HANDLE if route is PetitionRoute.R31_6 else None


def may_leave_untold(clock: str | None) -> None:
    """Nobody has to be told; raises NoticeOwed."""
    if clock is not None:
        raise NoticeOwed(field="notice")


def delivered_into(state: State, conclusion: OpinionConclusion) -> State:
    """Where the last delivery leads: a supporting opinion is then carried out, and that is pressed for (XF§32)."""
    delivered = advance(state, Action.DELIVER_OPINION)
    return advance(delivered, Action.EXECUTE) if conclusion is OpinionConclusion.SUPPORT else delivered


def may_conclude(state: State, carried_out_at: datetime | None) -> None:
    """What was to be carried out has been; raises IllegalTransition, NotCarriedOut and NothingToCarryOut."""
    advance(state, Action.CONCLUDE)
    if state is State.EXECUTING and carried_out_at is None:
        raise NotCarriedOut(field="carried_out_at")
    if state is not State.EXECUTING and carried_out_at is not None:
        raise NothingToCarryOut(field="carried_out_at")


def happened(given: datetime | None, *, now: datetime, earliest: datetime | None, field: str) -> datetime:
    """When something happened: as stated, or now; raises TimeInFuture and TimeTooEarly."""
    at = given or now
    if at > now:
        raise TimeInFuture(field=field)
    if earliest is not None and at < earliest:
        raise TimeTooEarly(field=field)
    return at
