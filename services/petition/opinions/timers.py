"""Clock edge: what happens when a petitioner's window is over."""

from typing import Final

from chassis.database.session import Session
from chassis.deadlines.queries import Deadline
from chassis.deadlines.sweep import Timers
from services.petition.opinions import commands, domain


async def on_window_over(session: Session, deadline: Deadline) -> None:
    """The window closes. Nothing else changes until review, and what follows from not asking for it, exist here."""
    await commands.let_lapse(session, deadline)


TIMERS: Final[Timers] = {domain.REVIEW: on_window_over}
