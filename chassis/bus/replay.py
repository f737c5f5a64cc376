"""Working off a case's letters in order: by a person after a repair, by the consumer when a missing fact arrived."""

import asyncio
from dataclasses import dataclass

from chassis.bus.applying import Applier
from chassis.bus.attempts import Attempts, Backoff
from chassis.bus.dead_letters import Reason, State, Verdict
from chassis.bus.handlers import NotYet
from chassis.database.outages import is_outage

TOO_LATE = Verdict(State.DEAD, Reason.NOT_YET, "the fact that has to come first did not arrive in time")
STILL_WAITING = Verdict(State.WAITING, Reason.NOT_YET, "a fact that has to come first")


@dataclass(frozen=True, slots=True)
class Replayed:
    """What came of a replay. `stopped` says at which letter it stopped and why, and is None when all were applied."""

    applied: int
    left: int
    stopped: tuple[int, Verdict] | None


async def work_off(applier: Applier, key: str) -> Replayed:
    """Apply a case's letters in order, one transaction each, and stop at the first that fails.

    A letter whose turn has not come is passed over and tried again after the others, since what arrived out of order
    lies here out of order. An outage of the database is raised: nothing is known about the letter then.
    """
    applied = 0
    while letters := await applier.letters_of(key):
        moved, early = 0, []
        for letter_id in letters:
            verdict = await _attempt(applier, letter_id)
            if verdict is None:
                moved += 1
            elif verdict.state is State.WAITING:
                early.append(letter_id)
            else:
                await applier.rule(letter_id, verdict)
                return Replayed(applied + moved, len(letters) - moved, (letter_id, verdict))
        applied += moved
        if not moved:
            return Replayed(applied, len(letters), (early[0], await _wait_or_die(applier, early[0])))
    return Replayed(applied, 0, None)


async def _attempt(applier: Applier, letter_id: int) -> Verdict | None:
    """None once the letter is applied; otherwise what the attempts came to."""
    attempts, backoff = Attempts(), Backoff(0.05, 1.0)
    while True:
        try:
            await applier.retry(letter_id)
        except NotYet:
            return STILL_WAITING
        except Exception as error:
            if is_outage(error):
                raise
            verdict = attempts.judge(error)
            if verdict is not None:
                return verdict
            await asyncio.sleep(backoff.pause())
        else:
            return None


async def _wait_or_die(applier: Applier, letter_id: int) -> Verdict:
    """The first letter of a case that cannot move: it waits on, begins to wait, or its time is over."""
    letter = await applier.find(letter_id)
    if letter is None or letter.verdict.state is State.DEAD:
        return TOO_LATE
    if letter.verdict.state is State.PARKED:
        await applier.rule(letter_id, STILL_WAITING)
    elif letter.overdue:
        await applier.rule(letter_id, TOO_LATE)
        return TOO_LATE
    return STILL_WAITING
