"""Clock edge: what happens when a clock of a mediation runs out."""

from datetime import date
from typing import Final

from chassis.database.session import Session
from chassis.deadlines.queries import Deadline
from chassis.deadlines.sweep import Timers
from services.mediation.cases import commands
from services.mediation.regimes.domain import STARTS


async def on_time_over(session: Session, deadline: Deadline) -> None:
    """The clock ran out before the mediation ended: a fact, and by law the end where the type is medical (YL§38)."""
    due_date: date | None = deadline.due_date
    if due_date is not None:
        await commands.miss(session, deadline.case_id, deadline.rule, due_date)


TIMERS: Final[Timers] = dict.fromkeys(STARTS, on_time_over)
"""`JC_APPLY` is none of these: a window that the parties let lapse is nobody's failure, and the agreement binds."""
