"""The counting rules once more, written as the page has them: day by day, with other people's calendars."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, timezone
from functools import cache

import chinese_calendar
import holidays

from chassis.rules.pauses import Pause
from contracts.clocks import Clock, Unit

EAST_8 = timezone(timedelta(hours=8))
DAY = timedelta(days=1)
ANNOUNCED = range(2018, 2027)


@cache
def _derived(year: int) -> holidays.HolidayBase:
    return holidays.country_holidays("CN", years=range(year, year + 2))


@dataclass
class Reference:
    clock: Clock
    start: datetime
    pauses: Sequence[Pause]
    extension: int
    looked_at: set[int] = field(default_factory=set)

    def workday(self, day: date) -> bool:
        self.looked_at.add(day.year)
        if day.year in ANNOUNCED:
            return bool(chinese_calendar.is_workday(day))
        return _derived(day.year).is_working_day(day)

    def pauses_on(self, day: date) -> list[Pause]:
        begins = datetime(day.year, day.month, day.day, tzinfo=EAST_8)
        admitted = [pause for pause in self.pauses if self.clock.pauses and pause.kind in {None, *self.clock.pauses}]
        return [pause for pause in admitted if pause.begin < begins + DAY and (pause.end is None or pause.end > begins)]

    def paused(self, day: date) -> bool:
        return bool(self.pauses_on(day))

    def never_again(self, day: date) -> bool:
        return any(pause.end is None for pause in self.pauses_on(day))

    def counts(self, day: date) -> bool:
        return not self.paused(day) and (self.clock.unit is not Unit.WORKING_DAY or self.workday(day))

    def nth(self, after: date, n: int) -> date | None:
        day = after
        while n:
            day += DAY
            if self.never_again(day):
                return None
            n -= self.counts(day)
        return day

    def corresponding(self, day: date) -> date:
        months = self.clock.length * (12 if self.clock.unit is Unit.YEAR else 1)
        year, month = day.year, day.month
        for _ in range(months):
            year, month = (year + 1, 1) if month == 12 else (year, month + 1)
        for number in range(day.day, 0, -1):
            try:
                return date(year, month, number)
            except ValueError:
                continue
        raise AssertionError

    def due(self) -> date | None:
        start_day = self.start.astimezone(EAST_8).date()
        monthly = self.clock.unit in {Unit.MONTH, Unit.YEAR}
        original = self.corresponding(start_day) if monthly else self.nth(start_day, self.clock.length)
        last = original and self.nth(original, self.extension)
        while last and self.clock.rolls and (not self.workday(last) or self.paused(last)):
            last = None if self.never_again(last) else last + DAY
        return last
