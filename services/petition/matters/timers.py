"""Clock edge: what happens when a duty's time is over and what it asks for has not been done."""

from typing import Final

from chassis.database.session import Session
from chassis.deadlines.queries import Deadline
from chassis.deadlines.sweep import Timers
from services.petition.matters import commands, domain


async def on_time_over(session: Session, deadline: Deadline) -> None:
    """The organ is late: a fact, for everybody to see."""
    if deadline.due_date is not None:
        await commands.miss(session, deadline.case_id, deadline.rule, deadline.due_date)


TIMERS: Final[Timers] = dict.fromkeys(domain.DUTIES, on_time_over)
