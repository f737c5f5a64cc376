"""What came of each fault and of the whole run: one line a promise, broken by whichever fault broke it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from chaos import promises
from chaos.history import End, History, Window
from chaos.promises import Promise

HEAL_SECONDS: Final = 60.0
STOP_SECONDS: Final = 30.0
LONGEST_CALL: Final = 10.0

Stop = tuple[str, int | None, float]
"""A process that was asked to stop, its exit code, and how many seconds it took."""


@dataclass(slots=True)
class Outcome:
    """What came of one fault."""

    window: Window
    ok: int
    unknown: int
    slowest: float
    healed: float | None
    """Seconds until all that had been recorded has arrived everywhere; None: it never did."""
    promises: Sequence[Promise]


def outcome(history: History, window: Window, healed: float | None, found: Sequence[Promise]) -> Outcome:
    """What people saw of a fault, and what was found after it."""
    calls = history.calls_in(window)
    return Outcome(
        window,
        ok=sum(call.end is End.OK for call in calls),
        unknown=sum(call.end is End.UNKNOWN for call in calls),
        slowest=max((call.seconds for call in calls), default=0.0),
        healed=healed,
        promises=found,
    )


def conclusions(
    history: History, outcomes: Sequence[Outcome], stops: Sequence[Stop], *, slack: float = 1.0
) -> list[Promise]:
    """One line a promise: those of the counts, broken by whichever fault broke them, and those of time and service.

    Times may be `slack` times as long as promised.
    """
    told: list[Promise] = []
    for found in zip(*(outcome.promises for outcome in outcomes), strict=True):
        broken = [
            f"after {outcome.window.name}: {promises.told_of(one.broken)}"
            for outcome, one in zip(outcomes, found, strict=True)
            if not one.holds
        ]
        told.append(Promise(found[-1].name, found[-1].against, broken))
    everything = [(case, done) for case in history.cases for done in case.acts]
    return [
        *told,
        promises.of_people(everything, history.unresolved),
        *([_served_without_brokers(history)] if any(window.served for window in history.windows) else []),
        _no_call_hangs(history, LONGEST_CALL * slack),
        _heals(outcomes, HEAL_SECONDS * slack),
        *([_stops_in_order(stops)] if stops else []),
    ]


def _served_without_brokers(history: History) -> Promise:
    """P11: with Kafka away every call that its caller waited for succeeds."""
    calls = [
        call
        for window in history.windows
        for call in history.calls_in(window)
        if call.service in window.served and call.end is not End.CUT
    ]
    broken = [
        f"{call.service} {call.act} at {call.began:.1f} s: {call.status or call.end}"
        for call in calls
        if call.end is not End.OK
    ]
    if not calls:
        broken = ["nobody called"]
    return Promise("people are served while Kafka is away", f"{len(calls):,} calls", broken)


def _no_call_hangs(history: History, limit: float) -> Promise:
    slowest = max((call.seconds for call in history.calls), default=0.0)
    broken = [
        f"{call.service} {call.act} at {call.began:.1f} s took {call.seconds:.1f} s"
        for call in history.calls
        if call.seconds > limit
    ]
    return Promise("no call hangs", f"{len(history.calls):,} calls, the slowest took {slowest:.1f} s", broken)


def _heals(outcomes: Sequence[Outcome], limit: float) -> Promise:
    healed = [outcome.healed for outcome in outcomes if outcome.healed is not None]
    broken = [
        f"{outcome.window.name}: {'never' if outcome.healed is None else f'{outcome.healed:.0f} s'}"
        for outcome in outcomes
        if outcome.healed is None or outcome.healed > limit
    ]
    against = f"{len(outcomes)} faults, at most {max(healed, default=0):.1f} s"
    return Promise(f"all has arrived everywhere {limit:g} s after a fault", against, broken)


def _stops_in_order(stops: Sequence[Stop]) -> Promise:
    slowest = max(seconds for _, _, seconds in stops)
    broken = [
        f"{name}: exit {code} after {seconds:.1f} s"
        for name, code, seconds in stops
        if code != 0 or seconds > STOP_SECONDS
    ]
    against = f"{len(stops)} processes, at most {slowest:.1f} s"
    return Promise(f"SIGTERM ends a service in order within {STOP_SECONDS:g} s", against, broken)
