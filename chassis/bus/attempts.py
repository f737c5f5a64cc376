"""How often a record is tried before it is believed that it will never pass, and how long to pause between attempts."""

import random
from typing import Final

from chassis.bus.applying import Fork
from chassis.bus.dead_letters import Reason, State, Verdict
from chassis.bus.failures import describe
from chassis.bus.handlers import NotYet
from chassis.bus.reading import Unreadable
from chassis.rules.refusals import Refusal

SAME_FAILURES: Final = 3
ALL_FAILURES: Final = 9
"""A handler that fails each time in another way is given up as well."""


class Attempts:
    """Failed attempts at one record."""

    def __init__(self) -> None:
        self._last = ""
        self._same = 0
        self._all = 0

    def judge(self, error: Exception) -> Verdict | None:
        """What this failure makes of the record; None: try it again."""
        if isinstance(error, Unreadable):
            return error.verdict
        if isinstance(error, NotYet):
            return Verdict(State.WAITING, Reason.NOT_YET, "the handler waits for another fact")
        if isinstance(error, Fork):
            return Verdict(State.DEAD, Reason.FORK)
        told = describe(error)
        self._same = self._same + 1 if told == self._last else 1
        self._last = told
        self._all += 1
        if self._same < SAME_FAILURES and self._all < ALL_FAILURES:
            return None
        return Verdict(State.DEAD, Reason.REFUSED if isinstance(error, Refusal) else Reason.UNHANDLED, told)


class Backoff:
    """Pauses with full jitter: anywhere up to a bound that doubles from `first` to `most` seconds."""

    def __init__(self, first: float = 0.1, most: float = 10.0) -> None:
        self._first = first
        self._most = most
        self._bound = first

    def pause(self) -> float:
        """Seconds to wait now."""
        bound, self._bound = self._bound, min(self._most, self._bound * 2)
        return random.uniform(0.0, bound)  # noqa: S311 -- spreading load, not keeping a secret

    def reset(self) -> None:
        """Begin again, after a success."""
        self._bound = self._first
