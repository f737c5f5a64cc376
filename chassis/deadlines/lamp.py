"""The lamp of a deadline (期限灯): how near its end is, for whoever has to see at a glance what is urgent."""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from chassis.deadlines.queries import Deadline
from chassis.deadlines.tables import DeadlineState

LAST_PART: Final = 0.2
LAST_DAYS: Final = timedelta(days=3)


class Lamp(StrEnum):
    """Colours of the lamp; they are no risk levels (风险等级), which have colours of their own."""

    GREEN = "GREEN"
    YELLOW = "YELLOW"
    """A fifth of the limit is left, or three days, whichever is longer."""
    RED = "RED"
    """Overdue."""


def lamp_of(deadline: Deadline, now: datetime) -> Lamp | None:
    """The lamp at `now`; None where nothing is owed any more. A clock that stands still is green."""
    if deadline.state is DeadlineState.MISSED and deadline.met_at is None:
        return Lamp.RED
    if deadline.state is not DeadlineState.OPEN:
        return None
    if deadline.due_at is None:
        return Lamp.GREEN
    left = deadline.due_at - now
    if left <= timedelta():
        return Lamp.RED
    limit = deadline.due_at - deadline.started_at
    return Lamp.YELLOW if left <= max(limit * LAST_PART, LAST_DAYS) else Lamp.GREEN
