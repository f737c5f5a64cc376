"""Where a count of days leads: arithmetic on paused spans and the calendar, without a word of explanation."""

from calendar import monthrange
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Final

from chassis.rules.calendar.model import Calendar
from chassis.rules.deadline_refusals import DateOutOfRange
from chassis.rules.pauses import DAY, Span
from contracts.clocks import Clock, Unit

_MONTHS: Final = {Unit.MONTH: 1, Unit.YEAR: 12}


@dataclass(frozen=True, slots=True)
class Course:
    """The days that a count passed on its way.

    `original`: the last day before extension and roll; `extended`: after the extension; `last`: after the roll. A day
    that an open pause keeps the count from reaching is None, and `left` says how many days are still to be counted.
    `years`: those for which the calendar was asked, hence those whose announcement may move the date.
    """

    start_day: date
    original: date | None
    extended: date | None
    last: date | None
    left: int
    years: frozenset[int]


def course(clock: Clock, start_day: date, spans: tuple[Span, ...], extension: int, calendar: Calendar) -> Course:
    """Count the clock's length from the day after `start_day`, then the extension, then roll once."""
    walk = _Walk(calendar, spans, working=clock.unit is Unit.WORKING_DAY)
    original, left = None, 0
    if clock.unit in _MONTHS:
        original = months_on(start_day, clock.length * _MONTHS[clock.unit])
    else:
        original, left = walk.nth(start_day, clock.length)
    if original is None:
        return Course(start_day, None, None, None, left + extension, frozenset(walk.years))
    extended, left = walk.nth(original, extension) if extension else (original, 0)
    if extended is None:
        return Course(start_day, original, None, None, left, frozenset(walk.years))
    last = walk.roll(extended) if clock.rolls else extended
    return Course(start_day, original, extended, last, 0, frozenset(walk.years))


def months_on(day: date, months: int) -> date:
    """The corresponding day `months` later, or the last day of that month where there is none (MFD§202)."""
    years, month = divmod(day.month - 1 + months, 12)
    year, month = day.year + years, month + 1
    if year > date.max.year:
        raise DateOutOfRange
    return date(year, month, min(day.day, monthrange(year, month)[1]))


@dataclass(slots=True)
class _Walk:
    calendar: Calendar
    spans: tuple[Span, ...]
    working: bool
    years: set[int] = field(default_factory=set)

    def nth(self, after: date, n: int) -> tuple[date | None, int]:
        """The n-th counted day later than `after` and 0; or None and the days left when an open pause is in the way."""
        for span in self.spans:
            if span.last is not None and span.last <= after:
                continue
            free = self._count(after + DAY, min(span.first - DAY, self._candidate(after, n)))
            if free == n:
                break
            self._note(after + DAY, span.first - DAY)
            n -= free
            if span.last is None:
                return None, n
            after = span.last
        day = self._candidate(after, n)
        self._note(after + DAY, day)
        return day, 0

    def roll(self, day: date) -> date | None:
        """The first working day from `day` on that is not paused; None when an open pause is in the way."""
        while True:
            workday = self.calendar.next_workday(day)
            self.years.update(range(day.year, workday.year + 1))
            span = next((span for span in self.spans if span.covers(workday)), None)
            if span is None:
                return workday
            if span.last is None:
                return None
            day = span.last + DAY

    def _candidate(self, after: date, n: int) -> date:
        return self.calendar.nth_workday(after, n) if self.working else after + timedelta(days=n)

    def _count(self, first: date, last: date) -> int:
        if self.working:
            return self.calendar.workdays_between(first, last)
        return max((last - first).days + 1, 0)

    def _note(self, first: date, last: date) -> None:
        if self.working and first <= last:
            self.years.update(range(first.year, last.year + 1))
