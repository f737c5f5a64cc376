"""Random clocks, starts, pauses and extensions."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone

from hypothesis import strategies as st

from chassis.rules.pauses import Pause
from contracts.clocks import CLOCKS, Clock, PauseKind, Unit

FIRST = datetime(2018, 1, 1, tzinfo=UTC)
YEARS = 40

DAY_CLOCKS = [clock for clock in CLOCKS.values() if clock.unit is not Unit.HOUR]
PAUSED_CLOCKS = [clock for clock in CLOCKS.values() if clock.pauses]


@dataclass(frozen=True)
class Question:
    clock: Clock
    start: datetime
    pauses: tuple[Pause, ...]
    extension: int | None


offsets = st.integers(-12 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))


@st.composite
def starts(draw: st.DrawFn) -> datetime:
    seconds = draw(st.integers(0, YEARS * 365 * 86400))
    if draw(st.booleans()):  # close to midnight in Shanghai, where the days part
        seconds = seconds // 86400 * 86400 + 16 * 3600 + draw(st.integers(-2, 2))
    return (FIRST + timedelta(seconds=max(seconds, 0))).astimezone(draw(offsets))


@st.composite
def closed_pauses(draw: st.DrawFn, start: datetime) -> Pause:
    whole_days = draw(st.booleans())
    unit = timedelta(days=1) if whole_days else timedelta(minutes=7)
    scale = 1 if whole_days else 205
    midnight = start.astimezone(timezone(timedelta(hours=8))).replace(hour=0, minute=0, second=0, microsecond=0)
    begin = midnight + draw(st.integers(-20 * scale, 130 * scale)) * unit
    length = draw(st.integers(1, 45 * scale)) * unit
    return Pause(begin, begin + length, draw(st.none() | st.sampled_from(PauseKind)))


@st.composite
def questions(
    draw: st.DrawFn, clocks: list[Clock] = DAY_CLOCKS, *, open_pauses: bool = False, most_pauses: int = 4
) -> Question:
    clock = draw(st.sampled_from(clocks))
    start = draw(starts())
    pauses = draw(st.lists(closed_pauses(start), max_size=most_pauses))
    if open_pauses and draw(st.booleans()):
        last = draw(closed_pauses(start))
        pauses.append(Pause(last.begin, None, last.kind))
    extension = None
    if clock.extension:
        extension = draw(st.none() | st.integers(1, clock.extension.most or 200))
    return Question(clock, start, tuple(draw(st.permutations(pauses))), extension)
