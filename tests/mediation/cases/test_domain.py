from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

import pytest

from chassis.rules.refusals import IllegalTransition
from contracts.codes import ConsentStand, DisputeType, MediationState, TerminationReason
from contracts.roles import Role
from services.mediation.cases import domain
from services.mediation.cases.domain import Action
from tests.machines import check_machine

YES, NO = ConsentStand.CONSENTED, ConsentStand.REFUSED
NOW = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)
STATES = sorted({state for state, _ in domain.TRANSITIONS} | domain.FINAL)


def test_the_table_is_sound() -> None:
    check_machine(domain.TRANSITIONS, start=MediationState.REGISTERED, final=domain.FINAL, actions=list(Action))


@pytest.mark.parametrize("state", MediationState)
@pytest.mark.parametrize("action", Action)
def test_every_pair_is_decided(state: MediationState, action: Action) -> None:
    if (state, action) in domain.TRANSITIONS:
        assert domain.advance(state, action) is domain.TRANSITIONS[state, action]
    else:
        with pytest.raises(IllegalTransition):
            domain.advance(state, action)


@pytest.mark.parametrize("state", STATES)
def test_every_open_state_can_be_ended_and_no_final_one(state: MediationState) -> None:
    assert ((state, Action.TERMINATE) in domain.TRANSITIONS) is (state in domain.OPEN)
    assert (state in domain.OPEN) is (state not in domain.FINAL)


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("reason", TerminationReason)
def test_every_reason_is_decided_in_every_state(state: MediationState, reason: TerminationReason) -> None:
    def ask() -> None:
        domain.may_terminate(state, reason, stands=[YES, NO], due_at=NOW, now=NOW)

    if state in domain.FINAL:
        with pytest.raises(IllegalTransition):
            ask()
    elif state in domain.GROUNDS[reason]:
        ask()
    else:
        with pytest.raises(domain.ReasonNotPossible):
            ask()


@pytest.mark.parametrize("reason", [TerminationReason.WITHDRAWN, TerminationReason.SUED])
def test_a_party_may_withdraw_or_sue_at_any_time(reason: TerminationReason) -> None:
    assert domain.GROUNDS[reason] == domain.OPEN


def test_an_agreement_that_was_reached_can_no_longer_expire() -> None:
    with pytest.raises(domain.ReasonNotPossible):
        domain.may_terminate(MediationState.AGREED, TerminationReason.EXPIRED, stands=[], due_at=NOW, now=NOW)


@pytest.mark.parametrize(("due_at", "expired"), [(NOW, True), (NOW + timedelta(microseconds=1), False), (None, False)])
def test_only_a_clock_that_ran_out_has_expired(due_at: datetime | None, *, expired: bool) -> None:
    def ask() -> None:
        domain.may_terminate(
            MediationState.IN_MEDIATION, TerminationReason.EXPIRED, stands=[YES], due_at=due_at, now=NOW
        )

    if expired:
        ask()
    else:
        with pytest.raises(domain.NotExpired):
            ask()


def test_a_refusal_has_to_be_a_partys_own_answer() -> None:
    with pytest.raises(domain.RefusalNotRecorded):
        domain.may_terminate(
            MediationState.CONSENT_PENDING, TerminationReason.REFUSED, stands=[YES, None], due_at=None, now=NOW
        )


@pytest.mark.parametrize("stands", [[], [None, None], [YES, None], [YES, NO], [NO]])
def test_without_the_consent_of_all_there_is_no_acceptance(stands: Sequence[ConsentStand | None]) -> None:
    with pytest.raises(domain.ConsentMissing):
        domain.may_accept(stands)


def test_with_the_consent_of_all_there_is() -> None:
    domain.may_accept([YES, YES])


@pytest.mark.parametrize("parties", [0, 1])
def test_there_must_be_another_side_to_ask(parties: int) -> None:
    with pytest.raises(domain.OtherSideMissing):
        domain.may_seek_consent(parties)
    domain.may_seek_consent(2)


def test_acceptance_is_offered_once_nobody_is_outstanding() -> None:
    pending = MediationState.CONSENT_PENDING
    assert domain.possible(pending, [YES, None]) == (Action.RECORD_CONSENT, Action.TERMINATE)
    assert domain.possible(pending, [YES, YES]) == (Action.ACCEPT, Action.TERMINATE)


@pytest.mark.parametrize("state", sorted(domain.FINAL))
def test_nothing_is_offered_when_a_case_has_ended(state: MediationState) -> None:
    assert domain.possible(state, [YES, YES]) == ()


def test_the_committees_classification_goes_before_the_windows() -> None:
    assert domain.classified(DisputeType.OTHER, DisputeType.MEDICAL) is DisputeType.MEDICAL
    assert domain.classified(DisputeType.OTHER, None) is DisputeType.OTHER
    with pytest.raises(domain.CategoryMissing):
        domain.classified(None, None)


TODAY = date(2026, 3, 2)


@pytest.mark.parametrize(
    "post",
    [
        domain.Post(roles=frozenset({Role.WINDOW_CLERK}), covers=True),
        domain.Post(roles=frozenset({Role.MEDIATOR}), covers=False),
        domain.Post(roles=frozenset({Role.MEDIATOR}), covers=True, valid_to=date(2026, 3, 1)),
        domain.Post(roles=frozenset({Role.MEDIATOR}), covers=True, valid_from=date(2026, 3, 3)),
    ],
)
def test_who_is_no_mediator_in_office_for_the_area_does_not_mediate(post: domain.Post) -> None:
    with pytest.raises(domain.MediatorNotFit):
        domain.may_mediate(post, TODAY)


@pytest.mark.parametrize("role", sorted(domain.MEDIATORS))
def test_a_mediator_in_office_may(role: Role) -> None:
    domain.may_mediate(domain.Post(roles=frozenset({role}), covers=True, valid_from=TODAY, valid_to=TODAY), TODAY)


def test_an_unknown_post_does_not_mediate() -> None:
    with pytest.raises(domain.MediatorUnknown):
        domain.may_mediate(None, TODAY)


def test_what_happened_lies_between_its_ground_and_now() -> None:
    earlier = NOW - timedelta(hours=1)
    assert domain.happened(None, now=NOW, field="held_at") == NOW
    assert domain.happened(earlier, earliest=earlier, now=NOW, field="held_at") == earlier
    with pytest.raises(domain.TimeInFuture) as refused:
        domain.happened(NOW + timedelta(seconds=1), now=NOW, field="held_at")
    assert refused.value.field == "held_at"
    with pytest.raises(domain.TimeTooEarly):
        domain.happened(earlier, earliest=NOW, now=NOW, field="held_at")


def test_a_dossier_number_has_year_mark_and_running_number() -> None:
    assert domain.dossier_number(2026, "肃宁县", 12) == "（2026）肃人调字第12号"
    assert domain.dossier_number(2026, None, 1) == "（2026）人调字第1号"
    assert domain.county_of("130926102201") == "130926"
