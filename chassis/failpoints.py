"""Instants at which a process can be made to die, so that it is seen what a crash there leaves; off unless asked for.

    ONEWINDOW_FAILPOINTS="relay.after_send=kill@3,consumer.after_commit=kill"

kills the process (SIGKILL, nothing is cleaned up) when its relay has sent its third batch, or its consumer has
committed its first. A production service refuses the variable.
"""

import os
import re
import signal
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

VARIABLE: Final = "ONEWINDOW_FAILPOINTS"
RELAY_BEFORE_SEND: Final = "relay.before_send"
RELAY_AFTER_SEND: Final = "relay.after_send"
"""The batch is at the receiving end, and its pointers still stand in the outbox."""
CONSUMER_BEFORE_COMMIT: Final = "consumer.before_commit"
CONSUMER_AFTER_COMMIT: Final = "consumer.after_commit"
"""The effect is durable, and the bus has not been told."""
HTTP_BEFORE_REPLY: Final = "http.before_reply"
"""A command is committed, and its caller has not been told."""
POINTS: Final = frozenset(
    {RELAY_BEFORE_SEND, RELAY_AFTER_SEND, CONSUMER_BEFORE_COMMIT, CONSUMER_AFTER_COMMIT, HTTP_BEFORE_REPLY}
)
ARMED: Final = re.compile(r"(?P<point>[a-z_.]+)=kill(?:@(?P<times>[1-9][0-9]{0,8}))?")


class FailpointUnclear(ValueError):
    """The variable names no such point: a test that hits nothing would prove nothing."""


@dataclass(slots=True)
class _Charge:
    """What lies at a point."""

    left: int

    def trip(self, name: str) -> None:
        self.left -= 1
        if self.left == 0:
            os.write(2, f"failpoint {name} reached\n".encode())
            os.kill(os.getpid(), signal.SIGKILL)


def armed(text: str) -> Mapping[str, _Charge]:
    """The points named by a value of the variable; raises FailpointUnclear."""
    charges: dict[str, _Charge] = {}
    for part in filter(None, map(str.strip, text.split(","))):
        found = ARMED.fullmatch(part)
        if found is None or found["point"] not in POINTS:
            raise FailpointUnclear(f"{VARIABLE} is POINT=kill@TIMES, with a point of: {', '.join(sorted(POINTS))}")
        charges[found["point"]] = _Charge(int(found["times"] or 1))
    return charges


_charges = armed(os.environ.get(VARIABLE, ""))


def reach(name: str) -> None:
    """Say that the process is at this point."""
    charge = _charges.get(name)
    if charge is not None:
        charge.trip(name)
