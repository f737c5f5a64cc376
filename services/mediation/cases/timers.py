"""Clock edge: what happens when a clock of a mediation runs out."""

from datetime import date
from typing import Final
from uuid import UUID

from chassis.database.scope import SYSTEM
from chassis.database.session import Session
from chassis.deadlines.queries import Deadline
from chassis.deadlines.sweep import Timer, Timers
from services.mediation.cases import commands, queries
from services.mediation.regimes.domain import STARTS


async def on_time_over(session: Session, deadline: Deadline) -> None:
    """The clock ran out before the mediation ended: a fact, and by law the end where the type is medical (YL§38)."""
    due_date: date | None = deadline.due_date
    if due_date is not None:
        await commands.miss(session, deadline.case_id, deadline.rule, due_date)


async def lock(session: Session, case_id: UUID) -> None:
    """The case, before its deadline."""
    await queries.case_for_update(session, case_id, SYSTEM)


TIMERS: Final[Timers] = dict.fromkeys(STARTS, Timer(lock, on_time_over))
"""`JC_APPLY` is none of these: a window that the parties let lapse is nobody's failure, and the agreement binds."""
