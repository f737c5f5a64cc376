"""What a working day is: a calendar answers for any day of the years it has, and counts working days."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Final

from chassis.rules.calendar.derived import days_off_by_law
from chassis.rules.deadline_refusals import CalendarMissing

_DAY: Final = timedelta(days=1)
_SATURDAY: Final = 5


class DayKind(StrEnum):
    """What kind of day a day is."""

    WORKING_DAY = "working_day"
    WEEKEND = "weekend"
    HOLIDAY = "holiday"
    MAKE_UP = "make_up"


@dataclass(frozen=True, slots=True)
class Year:
    """One year: the days off and the make-up workdays (调休) by name, and its working days in order.

    `announced` is false while the State Council has not published the year; its days off are then derived.
    """

    number: int
    announced: bool
    notice: str | None
    off: Mapping[date, str]
    make_up: Mapping[date, str]
    workdays: tuple[date, ...]

    def each_day(self) -> Iterator[tuple[date, DayKind, str | None]]:
        """Every day of the year in order: what kind of day it is, and the holiday it belongs to."""
        day = date(self.number, 1, 1)
        while day.year == self.number:
            if day in self.make_up:
                yield day, DayKind.MAKE_UP, self.make_up[day]
            elif day in self.off:
                yield day, DayKind.HOLIDAY, self.off[day]
            else:
                yield day, DayKind.WEEKEND if day.weekday() >= _SATURDAY else DayKind.WORKING_DAY, None
            day += _DAY


@dataclass(frozen=True, slots=True)
class Notice:
    """What the State Council published for a year."""

    number: str
    off: Mapping[date, str]
    make_up: Mapping[date, str]


class Calendar:
    """A version of the working-day calendar. Years without a notice are derived from the statutory days.

    `years` are all that it has, announced or derived.
    """

    def __init__(
        self, version: str, notices: Mapping[int, Notice], statutory: Mapping[int, Sequence[tuple[date, str]]]
    ) -> None:
        self.version = version
        self._notices = notices
        self._statutory = statutory
        self._years: dict[int, Year] = {}
        self.years = range(min(notices), max(statutory, default=max(notices)) + 1)

    def year(self, number: int) -> Year:
        """The year's days; one that the calendar does not have is refused with `CalendarMissing`."""
        if number not in self._years:
            self._years[number] = self._load(number)
        return self._years[number]

    def is_workday(self, day: date) -> bool:
        """Monday to Friday less the days off, and the make-up workdays."""
        year = self.year(day.year)
        return day in year.make_up or (day.weekday() < _SATURDAY and day not in year.off)

    def next_workday(self, day: date) -> date:
        """The first working day that is not before `day`."""
        while not self.is_workday(day):
            day += _DAY
        return day

    def nth_workday(self, after: date, n: int) -> date:
        """The n-th working day later than `after`, n at least 1."""
        year = self.year((after + _DAY).year)
        position = bisect_right(year.workdays, after)
        while n > len(year.workdays) - position:
            n -= len(year.workdays) - position
            year, position = self.year(year.number + 1), 0
        return year.workdays[position + n - 1]

    def workdays_between(self, first: date, last: date) -> int:
        """How many working days there are from `first` to `last`, both included; 0 when there is no day between."""
        if first > last:
            return 0
        days = 0
        for number in range(first.year, last.year + 1):
            workdays = self.year(number).workdays
            days += bisect_right(workdays, last) - bisect_left(workdays, first)
        return days

    def name(self, day: date) -> str | None:
        """The holiday for which the day is off, None for any other day, plain weekends included."""
        return self.year(day.year).off.get(day)

    def holiday(self, day: date) -> tuple[str, date, date]:
        """The holiday that a day off belongs to: its name, its first and its last day."""
        name = self.year(day.year).off[day]
        first = last = day
        while self._named(first - _DAY) == name:
            first -= _DAY
        while self._named(last + _DAY) == name:
            last += _DAY
        return name, first, last

    def make_up_days(self, first: date, last: date) -> Iterator[date]:
        """The make-up workdays from `first` to `last`, both included, in order."""
        for number in range(first.year, last.year + 1):
            yield from (day for day in sorted(self.year(number).make_up) if first <= day <= last)

    def weekday_holidays(self, first: date, last: date) -> Iterator[date]:
        """The days off from Monday to Friday between `first` and `last`, both included, in order."""
        for number in range(first.year, last.year + 1):
            off = sorted(self.year(number).off)
            yield from (day for day in off if first <= day <= last and day.weekday() < _SATURDAY)

    def _named(self, day: date) -> str | None:
        return self.name(day) if day.year in self.years else None

    def _load(self, number: int) -> Year:
        notice = self._notices.get(number)
        if notice is not None:
            off, make_up = notice.off, notice.make_up
        elif number in self._statutory:
            off, make_up = days_off_by_law(self._statutory[number]), {}
        else:
            raise CalendarMissing
        first = date(number, 1, 1)
        days = (first + timedelta(days=n) for n in range((date(number, 12, 31) - first).days + 1))
        workdays = tuple(day for day in days if day in make_up or (day.weekday() < _SATURDAY and day not in off))
        return Year(number, notice is not None, notice.number if notice else None, off, make_up, workdays)
