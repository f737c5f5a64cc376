"""The reasons for a date in the order of the days, in Chinese and English, so that anyone can check it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from chassis.rules.calendar.model import Calendar
from chassis.rules.clock import shanghai_date
from chassis.rules.course import Course
from chassis.rules.pauses import DAY, Pause, Span
from chassis.rules.phrases import day_words, list_words, ordinal, range_words, weekday_words
from contracts.clocks import PAUSE_LABELS, Clock, PauseKind, Unit


class StepKind(StrEnum):
    """What happened on the way from the start to the due date."""

    START_DAY = "start_day"
    COUNT = "count"
    PAUSE = "pause"
    PAUSE_HAS_NO_EFFECT = "pause_has_no_effect"
    MONTH_END = "month_end"
    EXTEND = "extend"
    ROLL = "roll"
    DUE = "due"


@dataclass(frozen=True, slots=True)
class Step:
    """One reason: what, on which day of Shanghai, over how many days where it counts, in words."""

    step: StepKind
    date: date
    text: str
    days: int | None = None


def steps_of(
    clock: Clock,
    found: Course,
    *,
    spans: Sequence[Span],
    without_effect: Sequence[Pause],
    extension: int,
    calendar: Calendar,
    provisional: bool,
) -> tuple[Step, ...]:
    """The steps of a count in days, months or years: the start day first, the due date last, by date in between."""
    words = _Words(clock, found, tuple(spans), extension, calendar)
    middle = [
        *(_not_admitted(pause) for pause in without_effect),
        *(words.pause(span) for span in spans),
        *words.count(),
        *words.extend(),
        *words.roll(),
    ]
    steps = [Step(StepKind.START_DAY, found.start_day, "起算日不计入 start day, not counted")]
    steps += sorted(middle, key=lambda step: step.date)
    if found.last is not None:
        mark = " (暂定 provisional)" if provisional else ""
        steps.append(Step(StepKind.DUE, found.last, f"{found.last} 24:00 截止{mark}"))
    return tuple(steps)


def hour_steps(clock: Clock, begin: datetime, end: datetime, pauses: Sequence[Pause]) -> tuple[Step, ...]:
    """The steps of a count in hours: elapsed time, nothing left out."""
    length = f"{clock.length}小时 {clock.length} hours"
    return (
        Step(StepKind.START_DAY, begin.date(), f"自 {begin:%H:%M:%S} 起连续计算 counted from this instant"),
        *sorted((_not_admitted(pause) for pause in pauses), key=lambda step: step.date),
        Step(StepKind.COUNT, end.date(), length),
        Step(StepKind.DUE, end.date(), f"{end:%Y-%m-%d %H:%M:%S} 截止"),
    )


def _not_admitted(pause: Pause) -> Step:
    zh, en = _labels(() if pause.kind is None else (pause.kind,))
    text = f"{zh}不影响本期限 {en} does not stop this clock"
    return Step(StepKind.PAUSE_HAS_NO_EFFECT, shanghai_date(pause.begin), text)


def _labels(kinds: Sequence[PauseKind]) -> tuple[str, str]:
    if not kinds:
        return "中止", "a pause"
    return list_words(PAUSE_LABELS[kind] for kind in kinds), ", ".join(kind.replace("_", " ") for kind in kinds)


@dataclass(frozen=True, slots=True)
class _Words:
    clock: Clock
    found: Course
    spans: tuple[Span, ...]
    extension: int
    calendar: Calendar

    def count(self) -> Iterator[Step]:
        original, n = self.found.original, self.clock.length
        if original is None:
            return
        if self.clock.unit is Unit.WORKING_DAY:
            extra = self._calendar_words(self.found.start_day + DAY, original)
            text = f"第{n}个工作日 {ordinal(n)} working day{extra}"
        elif self.clock.unit is Unit.CALENDAR_DAY:
            text = f"第{n}日 {ordinal(n)} day"
        else:
            zh, en = ("个月", "month") if self.clock.unit is Unit.MONTH else ("年", "year")
            text = f"{n}{zh}后的相应日 corresponding day {n} {en}{'s' if n > 1 else ''} on"
            yield Step(StepKind.COUNT, original, text)
            if original.day != self.found.start_day.day:
                yield Step(StepKind.MONTH_END, original, "当月无相应日，为月末日 no such day, last day of the month")
            return
        yield Step(StepKind.COUNT, original, text, days=n)

    def extend(self) -> Iterator[Step]:
        original, extended = self.found.original, self.found.extended
        if original is None or extended is None or not self.extension:
            return
        working = self.clock.unit is Unit.WORKING_DAY
        extra = self._calendar_words(original + DAY, extended) if working else ""
        text = f"自原末日起延长 extended from the original last day{extra}"
        yield Step(StepKind.EXTEND, extended, text, days=self.extension)

    def pause(self, span: Span) -> Step:
        zh, en = _labels(self._kinds(span.kinds))
        first = max(span.first, self.found.start_day + DAY)
        if span.last is None and self.found.last is None:
            return Step(StepKind.PAUSE, first, self._open_words(zh, en), days=self.found.left)
        if span.last is not None:
            days = self._saved(first, span.last)
            if days:
                text = f"{zh}期间不计入({range_words(first, span.last)}) {en}, not counted"
                return Step(StepKind.PAUSE, first, text, days=days)
        text = f"{zh}期间在计算的日子之外，不影响期限 {en} outside the days that count, no effect"
        return Step(StepKind.PAUSE_HAS_NO_EFFECT, span.first, text)

    def roll(self) -> Iterator[Step]:
        extended, last = self.found.extended, self.found.last
        if extended is None or last is None or extended == last:
            return
        passed = list_words(self._passed(extended, last))
        yield Step(StepKind.ROLL, last, f"末日为休息日({passed})，顺延 last day is a rest day, rolled")

    def _open_words(self, zh: str, en: str) -> str:
        left = self.found.left
        if not left:
            return f"{zh}尚未结束，期间届满后待顺延 {en} is open, the last day is still to be rolled"
        within = f"(含延长{self.extension}日)" if self.extension else ""
        return f"{zh}尚未结束，剩余{left}日{within} {en} is open, {left} days left"

    def _saved(self, first: date, last: date) -> int:
        """The days that the pause took from the count, or from the roll, where only working days matter."""
        end = self.found.last
        if first > last or (end is not None and first > end):
            return 0
        rolling = self.found.extended is not None and first > self.found.extended
        if rolling or self.clock.unit is Unit.WORKING_DAY:
            return self.calendar.workdays_between(first, last)
        return (last - first).days + 1

    def _calendar_words(self, first: date, last: date) -> str:
        """The weekday holidays skipped and the make-up workdays counted from `first` to `last`."""
        skipped = (day for day in self.calendar.weekday_holidays(first, last) if not self._paused(day))
        holidays = dict.fromkeys(self.calendar.holiday(day) for day in skipped)
        made_up = [day for day in self.calendar.make_up_days(first, last) if not self._paused(day)]
        words = ""
        if holidays:
            named = list_words(f"{name} {range_words(*days)}" for name, *days in holidays)
            words += f"；跳过 {named} holidays skipped"
        if made_up:
            words += f"；计入调休上班日 {list_words(map(day_words, made_up))} make-up workdays counted"
        return words

    def _passed(self, first: date, last: date) -> Iterator[str]:
        """What stands on the days from `first` until `last`: holidays, weekends, a pause."""
        day = first
        while day < last:
            if self.calendar.name(day):
                name, begin, end = self.calendar.holiday(day)
                yield f"{name} {range_words(begin, end)}"
                day = end
            elif not self.calendar.is_workday(day):
                yield weekday_words(day)
            else:
                zh, _ = _labels(self._kinds(()))
                yield f"{zh}期间 {day_words(day)}"
            day += DAY

    def _kinds(self, kinds: tuple[PauseKind, ...]) -> tuple[PauseKind, ...]:
        """The kinds as recorded; unrecorded, the one that the clock admits, if there is one only."""
        return kinds or (self.clock.pauses if len(self.clock.pauses) == 1 else ())

    def _paused(self, day: date) -> bool:
        return any(span.covers(day) for span in self.spans)
