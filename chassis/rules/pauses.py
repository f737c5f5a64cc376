"""Pauses, and the days they take: a day on which a pause is in force at any moment is paused whole."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from chassis.rules.clock import shanghai_date
from chassis.rules.deadline_refusals import PauseEndsBeforeItBegins, PauseWithoutOffset
from contracts.clocks import Clock, PauseKind

DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Pause:
    """Time that stands still: `[begin, end)`, two instants; `end` is outside, None while the pause is open.

    `kind` None means: of the kind that the clock admits.
    """

    begin: datetime
    end: datetime | None = None
    kind: PauseKind | None = None

    def __post_init__(self) -> None:
        if self.begin.utcoffset() is None or (self.end is not None and self.end.utcoffset() is None):
            raise PauseWithoutOffset(field="pauses")
        if self.end is not None and self.end <= self.begin:
            raise PauseEndsBeforeItBegins(field="pauses")


@dataclass(frozen=True, slots=True)
class Span:
    """Paused days without a gap, both ends included; `last` None while the pause is open."""

    first: date
    last: date | None
    kinds: tuple[PauseKind, ...] = ()

    def covers(self, day: date) -> bool:
        """Whether the day is paused."""
        return self.first <= day and (self.last is None or day <= self.last)


def admits(clock: Clock, pause: Pause) -> bool:
    """Whether this pause stops this clock: a hearing stops the re-review of a petition and nothing else."""
    return bool(clock.pauses) if pause.kind is None else pause.kind in clock.pauses


def span_of(pause: Pause) -> Span:
    """The days with which the pause has an instant in common; one that ends at 00:00 does not touch that day."""
    last = None if pause.end is None else shanghai_date(pause.end - timedelta.resolution)
    return Span(shanghai_date(pause.begin), last, () if pause.kind is None else (pause.kind,))


def united(pauses: Iterable[Pause]) -> tuple[Span, ...]:
    """The paused days in order, each once: overlapping, touching and repeated pauses become one span."""
    spans: list[Span] = []
    for span in sorted((span_of(pause) for pause in pauses), key=lambda span: span.first):
        before = spans[-1] if spans else None
        if before is None or (before.last is not None and before.last + DAY < span.first):
            spans.append(span)
            continue
        ends = None if before.last is None or span.last is None else max(before.last, span.last)
        kinds = dict.fromkeys(before.kinds + span.kinds)
        spans[-1] = Span(before.first, ends, tuple(kinds))
    return tuple(spans)
