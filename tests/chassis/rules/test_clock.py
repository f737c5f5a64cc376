from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from chassis.rules.clock import FixedClock, SystemClock, shanghai_date


def test_the_system_clock_has_a_zone_and_moves_forward() -> None:
    first, second = SystemClock().now(), SystemClock().now()
    assert first.tzinfo is UTC
    assert first <= second


def test_a_fixed_clock_stands_until_it_is_moved() -> None:
    clock = FixedClock(datetime(2026, 1, 1, tzinfo=UTC))
    assert clock.now() == clock.now()
    clock.advance(timedelta(days=1, seconds=1))
    assert clock.now() == datetime(2026, 1, 2, 0, 0, 1, tzinfo=UTC)
    clock.set(datetime(2025, 1, 1, tzinfo=UTC))
    assert clock.now().year == 2025


def test_an_instant_without_a_zone_is_no_instant() -> None:
    naive = datetime(2026, 1, 1)  # noqa: DTZ001 - that is the point
    with pytest.raises(ValueError, match="zone"):
        FixedClock(naive)
    with pytest.raises(ValueError, match="zone"):
        shanghai_date(naive)


@pytest.mark.parametrize(
    ("instant", "day"),
    [
        (datetime(2025, 9, 17, 15, 59, 59, tzinfo=UTC), date(2025, 9, 17)),
        (datetime(2025, 9, 17, 16, 0, tzinfo=UTC), date(2025, 9, 18)),
        (datetime(2025, 9, 17, 3, 0, tzinfo=timezone(timedelta(hours=-13))), date(2025, 9, 18)),
    ],
)
def test_the_date_is_the_one_in_shanghai(instant: datetime, day: date) -> None:
    assert shanghai_date(instant) == day
