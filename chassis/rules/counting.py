"""When a statutory clock ends, and why: the one computation that services, sweep and command line share.

Pure: no clock is read; the same input and calendar version give the same output. A day is a day in Shanghai, the
start day is not counted (MFD§201), the last day ends at 24:00, months correspond (MFD§202).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from chassis.rules.calendar.load import current
from chassis.rules.calendar.model import Calendar
from chassis.rules.clock import SHANGHAI, shanghai_date
from chassis.rules.course import course
from chassis.rules.deadline_refusals import DateOutOfRange, NotAClock, StartWithoutOffset, UnknownRule
from chassis.rules.extensions import granted
from chassis.rules.pauses import DAY, Pause, admits, united
from chassis.rules.wording import Step, hour_steps, steps_of
from contracts.clocks import CLOCKS, NOT_CLOCKS, Clock, ClockClass, Unit


@dataclass(frozen=True, slots=True)
class Due:
    """The end of a clock. `due_at` is exclusive: in time means earlier than it. Both dates are None while paused.

    `start` and `due_at` are written with the offset of Shanghai. `provisional` (暂定): the count looked at a year whose
    working days are not announced; `years` are all the years that it looked at.
    """

    rule: str
    basis: str
    start: datetime
    due_at: datetime | None
    due_date: date | None
    unit: Unit
    calendar_version: str
    provisional: bool
    steps: tuple[Step, ...]
    years: frozenset[int]


def clock_of(rule_id: str) -> Clock:
    """The clock with this id; a step or a date given by others is refused with `NotAClock` and its hint."""
    if rule_id in NOT_CLOCKS:
        raise NotAClock(NOT_CLOCKS[rule_id])
    if rule_id not in CLOCKS:
        raise UnknownRule(field="rule")
    return CLOCKS[rule_id]


def explain(
    rule_id: str,
    start: datetime,
    pauses: Sequence[Pause] = (),
    extension_days: int | None = None,
    calendar: Calendar | None = None,
) -> Due:
    """`due` for the rule with this id."""
    return due(clock_of(rule_id), start, pauses, extension_days, calendar)


def due(
    clock: Clock,
    start: datetime,
    pauses: Sequence[Pause] = (),
    extension_days: int | None = None,
    calendar: Calendar | None = None,
) -> Due:
    """When the clock that started at `start` ends.

    Pauses of a kind that the clock does not admit change nothing, and the steps say so. `extension_days` are all days
    granted, in the day unit of the clock; None for no extension, 0 is refused. `calendar` is the one in force unless
    another version is given. Refusals are those of `chassis.rules.deadline_refusals`.
    """
    if start.utcoffset() is None:
        raise StartWithoutOffset(field="start")
    extension = granted(clock, () if extension_days is None else (extension_days,))
    try:
        if clock.unit is Unit.HOUR:
            return _hours(clock, start, pauses, calendar or current())
        return _days(clock, start, pauses, extension, calendar or current())
    except OverflowError:
        raise DateOutOfRange(field="start") from None


def recounted(clock: Clock, told: Due, fresh: Due) -> Due:
    """What stands after the notice of a year was loaded: the fresh date, but a person's window never shrinks."""
    if clock.clock_class is not ClockClass.WINDOW or told.due_at is None or fresh.due_at is None:
        return fresh
    return told if told.due_at > fresh.due_at else fresh


def _days(clock: Clock, start: datetime, pauses: Sequence[Pause], extension: int, calendar: Calendar) -> Due:
    spans = united(pause for pause in pauses if admits(clock, pause))
    without_effect = [pause for pause in pauses if not admits(clock, pause)]
    found = course(clock, shanghai_date(start), spans, extension, calendar)
    provisional = any(not calendar.year(year).announced for year in found.years)
    return Due(
        rule=clock.id,
        basis=clock.basis,
        start=start.astimezone(SHANGHAI),
        due_at=None if found.last is None else datetime.combine(found.last + DAY, time(), tzinfo=SHANGHAI),
        due_date=found.last,
        unit=clock.unit,
        calendar_version=calendar.version,
        provisional=provisional,
        steps=steps_of(
            clock,
            found,
            spans=spans,
            without_effect=without_effect,
            extension=extension,
            calendar=calendar,
            provisional=provisional,
        ),
        years=found.years,
    )


def _hours(clock: Clock, start: datetime, pauses: Sequence[Pause], calendar: Calendar) -> Due:
    begin = start.astimezone(SHANGHAI)
    # Through UTC: elapsed time, whatever the zone's clocks did meanwhile.
    end = (start.astimezone(UTC) + timedelta(hours=clock.length)).astimezone(SHANGHAI)
    return Due(
        rule=clock.id,
        basis=clock.basis,
        start=begin,
        due_at=end,
        due_date=end.date(),
        unit=clock.unit,
        calendar_version=calendar.version,
        provisional=False,
        steps=hour_steps(clock, begin, end, pauses),
        years=frozenset(),
    )
