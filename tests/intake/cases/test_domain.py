"""The machine of a case, and its rules, without a database."""

from uuid import UUID

import pytest

from chassis.rules.refusals import IllegalTransition
from chassis.security.keyed import KeyedHash
from contracts.codes import CaseState, EvaluatedUnit, Route
from services.intake.cases import domain
from services.intake.cases.domain import Action
from tests.machines import check_machine

CASE = UUID("019b7545-0000-7000-8000-000000000001")


def code_of(key: str, case_id: UUID) -> str:
    return domain.receipt_code(KeyedHash(key.encode() * 32)(case_id.bytes))


def test_the_table_is_sound() -> None:
    check_machine(domain.TRANSITIONS, start=domain.START, final=domain.FINAL, actions=tuple(Action))


@pytest.mark.parametrize("state", CaseState)
@pytest.mark.parametrize("action", Action)
def test_every_pair_is_decided(state: CaseState, action: Action) -> None:
    if (state, action) in domain.TRANSITIONS:
        assert domain.advance(state, action) is domain.TRANSITIONS[state, action]
    else:
        with pytest.raises(IllegalTransition):
            domain.advance(state, action)


def test_a_receipt_code_follows_from_key_and_id() -> None:
    code = code_of("k", CASE)
    assert code == code_of("k", CASE)
    assert len(code) == 12
    assert set(code) <= set(domain.CODE_ALPHABET)
    assert code != code_of("l", CASE)
    assert code != code_of("k", UUID(int=CASE.int + 1))


def test_codes_of_neighbouring_ids_do_not_meet() -> None:
    codes = {code_of("k", UUID(int=CASE.int + step)) for step in range(20_000)}
    assert len(codes) == 20_000


@pytest.mark.parametrize(
    ("state", "evaluated", "permissions", "expected"),
    [
        (CaseState.REGISTERED, set(), {"intake.cases.route"}, ["route"]),
        (CaseState.REGISTERED, set(), set(), []),
        (CaseState.ROUTED, set(), {"intake.cases.route", "intake.cases.record_satisfaction"}, []),
        (CaseState.CONCLUDED, set(), {"intake.cases.record_satisfaction"}, ["record_satisfaction"]),
        (CaseState.CONCLUDED, {EvaluatedUnit.RESPONSIBLE_UNIT}, {"intake.cases.record_satisfaction"}, []),
    ],
)
def test_actions_are_what_the_state_has_and_the_caller_may(
    state: CaseState, evaluated: set[EvaluatedUnit], permissions: set[str], expected: list[str]
) -> None:
    assert domain.actions(state, Route.MEDIATION, evaluated, permissions) == expected
