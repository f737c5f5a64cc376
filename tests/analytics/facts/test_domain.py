"""Which missed clock is a delay, and how it is kept."""

from datetime import date

import pytest

from contracts.clocks import CLOCKS
from services.analytics.facts import domain


@pytest.mark.parametrize(
    ("clock", "overdue"),
    [
        ("PET_HANDLE", True),
        ("MED_GENERAL", True),
        ("MED_COURT_PRE", True),
        ("PET_REVIEW_REQUEST", False),
        ("JC_APPLY", False),
        ("A_CLOCK_OF_A_NEWER_VERSION", True),
    ],
)
def test_only_those_who_handle_a_case_can_be_late(clock: str, overdue: bool) -> None:  # noqa: FBT001
    assert domain.makes_overdue(clock) is overdue


def test_the_handling_clock_exists() -> None:
    assert domain.HANDLING_CLOCK in CLOCKS


def test_a_limit_told_twice_is_the_same_text() -> None:
    assert domain.missed_clock("PET_HANDLE", date(2026, 5, 1)) == "PET_HANDLE 2026-05-01"
