from datetime import UTC, datetime, timedelta

import pytest

from chassis.rules.refusals import IllegalTransition
from contracts.clocks import CLOCKS
from contracts.codes import IntakeChannel, OpinionConclusion, PetitionCategory, PetitionRoute, PetitionState
from services.petition.matters import domain
from services.petition.matters.domain import Action
from tests.machines import check_machine

NOW = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)


def test_the_table_is_sound() -> None:
    check_machine(domain.TRANSITIONS, start=domain.START, final=domain.FINAL, actions=list(Action))


@pytest.mark.parametrize("state", PetitionState)
@pytest.mark.parametrize("action", Action)
def test_every_pair_is_decided(state: PetitionState, action: Action) -> None:
    if (state, action) in domain.TRANSITIONS:
        assert domain.advance(state, action) is domain.TRANSITIONS[state, action]
    else:
        with pytest.raises(IllegalTransition):
            domain.advance(state, action)


@pytest.mark.parametrize("state", PetitionState)
def test_what_follows_by_itself_is_offered_to_nobody(state: PetitionState) -> None:
    offered = domain.possible(state)
    assert not domain.BY_THEMSELVES & set(offered)
    assert all((state, action) in domain.TRANSITIONS for action in offered)


@pytest.mark.parametrize("route", PetitionRoute)
@pytest.mark.parametrize("category", [PetitionCategory.SUGGESTION, PetitionCategory.APPEAL_CLAIM])
def test_every_route_is_decided_for_every_category(category: PetitionCategory, route: PetitionRoute) -> None:
    if route is PetitionRoute.R30:
        with pytest.raises(domain.AccusationNotTakenHere):
            domain.may_take(route, category, petitioners=1)
    elif (category is PetitionCategory.SUGGESTION) is (route is PetitionRoute.R29):
        domain.may_take(route, category, petitioners=1)
    else:
        with pytest.raises(domain.RouteNotOfCategory):
            domain.may_take(route, category, petitioners=1)


@pytest.mark.parametrize("route", sorted(domain.ROUTES_OF[PetitionCategory.APPEAL_CLAIM]))
def test_only_a_matter_with_a_petitioner_can_be_investigated(route: PetitionRoute) -> None:
    if route is PetitionRoute.R31_6:
        with pytest.raises(domain.PetitionerMissing):
            domain.may_take(route, PetitionCategory.APPEAL_CLAIM, petitioners=0)
    else:
        domain.may_take(route, PetitionCategory.APPEAL_CLAIM, petitioners=0)


@pytest.mark.parametrize("route", PetitionRoute)
def test_sixty_days_run_on_one_route_only(route: PetitionRoute) -> None:
    investigated = route is PetitionRoute.R31_6
    assert (domain.handling_clock(route) == "PET_HANDLE") is investigated
    assert (domain.handling_clock(route) is None) is not investigated
    assert domain.accepted_into(PetitionState.REGISTERED, route) is (
        PetitionState.INVESTIGATING if investigated else PetitionState.IN_PROCEDURE
    )


def test_accusations_are_not_among_the_matters() -> None:
    with pytest.raises(domain.AccusationNotTakenHere):
        domain.may_register(PetitionCategory.ACCUSATION)
    domain.may_register(PetitionCategory.SUGGESTION)
    domain.may_register(PetitionCategory.APPEAL_CLAIM)
    assert PetitionCategory.ACCUSATION not in domain.ROUTES_OF


@pytest.mark.parametrize(("visitors", "collective"), [(1, False), (4, False), (5, True), (6, True), (500, True)])
def test_five_visitors_make_a_collective_visit(visitors: int, collective: bool) -> None:  # noqa: FBT001
    assert domain.is_collective(visitors) is collective


@pytest.mark.parametrize("channel", IntakeChannel)
def test_the_clock_of_the_notice_depends_on_how_the_matter_came(channel: IntakeChannel) -> None:
    clock = domain.notice_clock(channel, reachable=True)
    sent_by_an_organ = channel in {
        IntakeChannel.UPPER_ASSIGNMENT,
        IntakeChannel.PETITION_REFERRAL,
        IntakeChannel.DEPARTMENT_REFERRAL,
    }
    assert clock == ("PET_NOTICE_TRANSFERRED" if sent_by_an_organ else "PET_NOTICE_DIRECT")
    assert domain.notice_clock(channel, reachable=False) is None


def test_every_duty_is_a_clock_of_the_law() -> None:
    assert CLOCKS.keys() >= domain.DUTIES


def test_nobody_may_be_left_untold_where_a_notice_is_owed() -> None:
    domain.may_leave_untold(None)
    with pytest.raises(domain.NoticeOwed):
        domain.may_leave_untold("PET_NOTICE_DIRECT")


@pytest.mark.parametrize("conclusion", OpinionConclusion)
def test_only_what_is_supported_is_carried_out(conclusion: OpinionConclusion) -> None:
    after = domain.delivered_into(PetitionState.OPINION_ISSUED, conclusion)
    supported = conclusion is OpinionConclusion.SUPPORT
    assert after is (PetitionState.EXECUTING if supported else PetitionState.OPINION_DELIVERED)


@pytest.mark.parametrize("state", PetitionState)
@pytest.mark.parametrize("carried_out_at", [None, NOW])
def test_every_conclusion_is_decided(state: PetitionState, carried_out_at: datetime | None) -> None:
    def ask() -> None:
        domain.may_conclude(state, carried_out_at)

    if (state, Action.CONCLUDE) not in domain.TRANSITIONS:
        with pytest.raises(IllegalTransition):
            ask()
    elif (state is PetitionState.EXECUTING) is (carried_out_at is not None):
        ask()
    else:
        refusal = domain.NotCarriedOut if carried_out_at is None else domain.NothingToCarryOut
        with pytest.raises(refusal):
            ask()


def test_what_is_not_stated_happened_now() -> None:
    assert domain.happened(None, now=NOW, earliest=None, field="at") == NOW


def test_only_what_has_happened_is_recorded_and_not_before_its_cause() -> None:
    second = timedelta(seconds=1)
    assert domain.happened(NOW, now=NOW, earliest=NOW, field="at") == NOW
    with pytest.raises(domain.TimeInFuture):
        domain.happened(NOW + second, now=NOW, earliest=None, field="at")
    with pytest.raises(domain.TimeTooEarly):
        domain.happened(NOW - second, now=NOW, earliest=NOW, field="at")
