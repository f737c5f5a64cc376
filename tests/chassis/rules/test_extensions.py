from datetime import UTC, datetime, timedelta

import pytest

from chassis.rules.deadline_refusals import ExtensionNotAllowed, ExtensionOverLimit, ExtensionTooLate
from chassis.rules.extensions import granted, must_be_in_time
from contracts.clocks import CLOCKS

END = datetime(2026, 3, 1, tzinfo=UTC)


def test_agreed_extensions_are_added_up() -> None:
    assert granted(CLOCKS["MED_GENERAL"], [10, 400, 1]) == 411
    assert granted(CLOCKS["JC_APPLY"], []) == 0


def test_a_petition_is_extended_once_by_thirty_days_at_most() -> None:
    assert granted(CLOCKS["PET_HANDLE"], [30]) == 30
    for too_much in ([31], [1, 1]):
        with pytest.raises(ExtensionOverLimit):
            granted(CLOCKS["PET_HANDLE"], too_much)


@pytest.mark.parametrize(("rule", "days"), [("MED_GENERAL", [5, 0]), ("PET_HANDLE", [-3]), ("LA_DECIDE", [1])])
def test_less_than_a_day_or_a_rule_without_is_refused(rule: str, days: list[int]) -> None:
    with pytest.raises(ExtensionNotAllowed):
        granted(CLOCKS[rule], days)


def test_an_extension_comes_before_the_end() -> None:
    must_be_in_time(END, END - timedelta.resolution)
    must_be_in_time(None, END)
    with pytest.raises(ExtensionTooLate):
        must_be_in_time(END, END)
