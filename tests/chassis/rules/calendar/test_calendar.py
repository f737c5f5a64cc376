from collections.abc import Iterator
from datetime import date, timedelta

import chinese_calendar
import holidays
import pytest

from chassis.rules.calendar.derived import days_off_by_law
from chassis.rules.calendar.load import current
from chassis.rules.calendar.model import DayKind
from chassis.rules.deadline_refusals import CalendarMissing

CALENDAR = current()


def days(first: int, last: int) -> Iterator[date]:
    day = date(first, 1, 1)
    while day.year <= last:
        yield day
        day += timedelta(days=1)


def test_announced_years_agree_with_two_public_calendars_on_every_day() -> None:
    published = holidays.country_holidays("CN", years=range(2018, 2028))
    compared = 0
    for day in days(2018, 2026):
        expected = published.is_working_day(day)
        assert chinese_calendar.is_workday(day) == expected
        assert CALENDAR.is_workday(day) == expected, day
        compared += day.year >= 2021
    assert compared == 2191


def test_derived_years_agree_with_a_public_calendar_on_every_day() -> None:
    derived = holidays.country_holidays("CN", years=range(2027, 2101))
    assert [day for day in days(2027, 2099) if CALENDAR.is_workday(day) != derived.is_working_day(day)] == []


def test_which_years_are_announced() -> None:
    assert [year for year in CALENDAR.years if CALENDAR.year(year).announced] == list(range(2018, 2027))
    assert all(CALENDAR.year(year).notice for year in range(2018, 2027))
    assert CALENDAR.year(2027).notice is None
    assert not CALENDAR.year(2027).make_up


@pytest.mark.parametrize("year", [2017, 2100, 1, 9999])
def test_a_year_it_does_not_have_is_refused(year: int) -> None:
    with pytest.raises(CalendarMissing):
        CALENDAR.year(year)


def test_new_years_eve_of_2024_was_a_working_day() -> None:
    assert CALENDAR.is_workday(date(2024, 2, 9))


def test_a_moved_day_is_off_and_its_saturday_is_not() -> None:
    assert not CALENDAR.is_workday(date(2026, 2, 20))
    assert CALENDAR.is_workday(date(2026, 2, 28))


def test_every_year_names_every_day_once() -> None:
    kinds = [kind for _, kind, _ in CALENDAR.year(2026).each_day()]
    assert len(kinds) == 365
    assert kinds.count(DayKind.WORKING_DAY) + kinds.count(DayKind.MAKE_UP) == len(CALENDAR.year(2026).workdays)
    assert kinds.count(DayKind.HOLIDAY) == 33
    assert kinds.count(DayKind.MAKE_UP) == 6


def test_a_make_up_day_is_a_weekend_day_and_never_off() -> None:
    for number in range(2018, 2027):
        year = CALENDAR.year(number)
        assert all(day.weekday() >= 5 for day in year.make_up)
        assert not set(year.make_up) & set(year.off)
        assert all(day.year == number for day in (*year.make_up, *year.off))


def test_a_statutory_day_on_a_weekend_takes_the_next_working_day() -> None:
    spring = [(date(2027, 2, day), "春节") for day in (5, 6, 7, 8)]
    assert sorted(days_off_by_law(spring)) == [date(2027, 2, day) for day in range(5, 11)]


def test_two_statutory_days_on_one_weekend_day_take_two() -> None:
    both = [(date(2039, 10, 2), "中秋节"), (date(2039, 10, 2), "国庆节")]
    off = days_off_by_law(both)
    assert off == {date(2039, 10, 2): "中秋节、国庆节", date(2039, 10, 3): "中秋节", date(2039, 10, 4): "国庆节"}


def test_counting_jumps_over_years_as_walking_does() -> None:
    for after, n in (
        (date(2017, 12, 31), 1),
        (date(2020, 1, 23), 7),
        (date(2023, 12, 29), 260),
        (date(2025, 12, 31), 1),
    ):
        day, left = after, n
        while left:
            day += timedelta(days=1)
            left -= CALENDAR.is_workday(day)
        assert CALENDAR.nth_workday(after, n) == day
        assert CALENDAR.workdays_between(after + timedelta(days=1), day) == n
    assert CALENDAR.workdays_between(date(2025, 1, 2), date(2025, 1, 1)) == 0


def test_a_holiday_is_known_from_any_of_its_days() -> None:
    spring = ("春节", date(2025, 1, 28), date(2025, 2, 4))
    assert {CALENDAR.holiday(date(2025, 1, 28) + timedelta(days=n)) for n in range(8)} == {spring}
    assert CALENDAR.holiday(date(2023, 1, 1)) == ("元旦", date(2022, 12, 31), date(2023, 1, 2))
    assert CALENDAR.holiday(date(2018, 1, 1)) == ("元旦", date(2018, 1, 1), date(2018, 1, 1))
