from datetime import UTC, date, datetime

import pytest

from chassis.rules.clock import SHANGHAI
from chassis.rules.deadline_refusals import PauseWithoutOffset
from chassis.rules.pauses import Pause, Span, admits, united
from contracts.clocks import CLOCKS, PauseKind


def at(day: int, hour: int = 0) -> datetime:
    return datetime(2026, 3, day, hour, tzinfo=SHANGHAI)


def test_overlapping_touching_and_repeated_pauses_are_one() -> None:
    pauses = [Pause(at(9, 9), at(9, 10)), Pause(at(3, 9), at(5, 1)), Pause(at(4), at(4, 1)), Pause(at(6), at(7))]
    assert united([*pauses, *pauses]) == (
        Span(date(2026, 3, 3), date(2026, 3, 6)),
        Span(date(2026, 3, 9), date(2026, 3, 9)),
    )


def test_an_open_pause_swallows_what_comes_after() -> None:
    assert united([Pause(at(9), at(10)), Pause(at(5), None)]) == (Span(date(2026, 3, 5), None),)


def test_united_pauses_remember_why() -> None:
    both = [Pause(at(5), at(6), PauseKind.SUPPLEMENTS), Pause(at(6), at(7), PauseKind.VERIFICATION)]
    assert united(both)[0].kinds == (PauseKind.SUPPLEMENTS, PauseKind.VERIFICATION)


def test_a_pause_of_no_stated_kind_is_of_the_kind_the_clock_admits() -> None:
    unstated, hearing = Pause(at(5), at(6)), Pause(at(5), at(6), PauseKind.HEARING)
    assert admits(CLOCKS["PET_RECHECK_DECIDE"], unstated)
    assert admits(CLOCKS["PET_RECHECK_DECIDE"], hearing)
    assert not admits(CLOCKS["MED_MEDICAL"], hearing)
    assert not admits(CLOCKS["PET_HANDLE"], unstated)


def test_a_pause_without_a_zone_is_refused() -> None:
    with pytest.raises(PauseWithoutOffset):
        Pause(datetime(2026, 3, 1))  # noqa: DTZ001 - that is the point
    with pytest.raises(PauseWithoutOffset):
        Pause(datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 3, 2))  # noqa: DTZ001 - same
