"""Clock edge: what happens when a duty's time is over and what it asks for has not been done."""

from typing import Final
from uuid import UUID

from chassis.database.scope import SYSTEM
from chassis.database.session import Session
from chassis.deadlines.queries import Deadline
from chassis.deadlines.sweep import Timer, Timers
from services.petition.matters import commands, domain, queries


async def on_time_over(session: Session, deadline: Deadline) -> None:
    """The organ is late: a fact, for everybody to see."""
    if deadline.due_date is not None:
        await commands.miss(session, deadline.case_id, deadline.rule, deadline.due_date)


async def lock(session: Session, matter_id: UUID) -> None:
    """The matter, before its deadline."""
    await queries.matter_for_update(session, matter_id, SYSTEM)


TIMERS: Final[Timers] = dict.fromkeys(domain.DUTIES, Timer(lock, on_time_over))
