"""What the sweep calls when a clock that runs at the window was missed."""

from uuid import UUID

from chassis.database.scope import SYSTEM
from chassis.database.session import Session
from chassis.deadlines.queries import Deadline
from chassis.deadlines.sweep import Timer, Timers
from services.intake.cases import commands, domain, queries


async def on_notice_missed(session: Session, deadline: Deadline) -> None:
    """The petitioner was not told within 15 days (XF§23): recorded, and still to be done."""
    await commands.miss_notice(session, deadline)


async def lock(session: Session, case_id: UUID) -> None:
    """The case, before its deadline."""
    await queries.case_for_update(session, SYSTEM, case_id)


TIMERS: Timers = dict.fromkeys(domain.NOTICES, Timer(lock, on_notice_missed))
