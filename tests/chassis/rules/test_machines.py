import pytest

from chassis.rules.machines import next_actions, step
from chassis.rules.refusals import IllegalTransition, Kind

DOOR = {("open", "close"): "shut", ("shut", "open"): "open", ("shut", "lock"): "locked"}


def test_a_pair_in_the_table_leads_on() -> None:
    assert step(DOOR, "open", "close") == "shut"


@pytest.mark.parametrize("action", ["open", "lock", "paint"])
def test_a_pair_that_is_not_there_is_refused(action: str) -> None:
    with pytest.raises(IllegalTransition) as refused:
        step(DOOR, "open", action)
    assert (refused.value.kind, refused.value.code) == (Kind.CONFLICT, "illegal_transition")
    assert refused.value.__cause__ is None


def test_next_actions_are_those_of_the_state_in_the_order_of_the_table() -> None:
    assert next_actions(DOOR, "shut") == ("open", "lock")
    assert next_actions(DOOR, "locked") == ()
