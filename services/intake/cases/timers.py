"""What the sweep calls when a clock that runs at the window was missed."""

from chassis.database.session import Session
from chassis.deadlines.queries import Deadline
from chassis.deadlines.sweep import Timers
from services.intake.cases import commands, domain


async def on_notice_missed(session: Session, deadline: Deadline) -> None:
    """The petitioner was not told within 15 days (XF§23): recorded, and still to be done."""
    await commands.miss_notice(session, deadline)


TIMERS: Timers = dict.fromkeys(domain.NOTICES, on_notice_missed)
