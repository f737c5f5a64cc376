"""The sweep: finds deadlines that fell due and tells the nouns that owe them, each in a transaction of its own."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final, TypeAlias
from uuid import UUID

import structlog

from chassis.database.scope import SYSTEM
from chassis.database.session import Database, Session
from chassis.deadlines import queries
from chassis.deadlines.queries import Deadline
from chassis.deadlines.tables import DeadlineState
from chassis.journal.context import Acting, acting_as
from chassis.journal.entries import new_id
from chassis.rules.clock import Clock
from contracts.clocks import CLOCKS, ClockClass


@dataclass(frozen=True, slots=True)
class Timer:
    """What a noun does about a deadline of a rule that nobody met."""

    lock: Callable[[Session, UUID], Awaitable[object]]
    """Lock the case until commit, as every command does before it touches a deadline: one order, no deadlock."""
    missed: Callable[[Session, Deadline], Awaitable[None]]
    """The deadline was missed; its row is locked and already marked."""


Timers: TypeAlias = Mapping[str, Timer]
"""A noun's table of rules and functions."""

PAGE: Final = 200
LOG = structlog.get_logger()


class Sweep:
    """Marks overdue deadlines as missed, once each, never early: by the service's clock, handed in as an argument."""

    def __init__(
        self, service: str, database: Database, timers: Timers, clock: Clock, *, seconds: float = 10.0
    ) -> None:
        self._actor = f"clock:{service}"
        self._database = database
        self._timers = timers
        self._clock = clock
        self._seconds = seconds

    async def run(self) -> None:
        """Sweep until cancelled. What fails is tried again at the next round; one bad case holds up no other."""
        while True:
            try:
                await self.once(self._clock.now())
            except Exception as error:  # noqa: BLE001 -- the loop must outlive an outage of the database
                LOG.warning("sweep_failed", error=type(error).__name__)
            await asyncio.sleep(self._seconds)

    async def once(self, now: datetime) -> int:
        """One round at `now`; returns how many deadlines were missed."""
        missed = 0
        async with self._database.transaction(SYSTEM) as session:
            overdue = await queries.overdue(session, now, PAGE)
        for deadline_id, case_id, rule in overdue:
            with contextlib.suppress(_Failed):
                missed += await self._miss(deadline_id, case_id, self._timers.get(rule), now)
        return missed

    async def _miss(self, deadline_id: UUID, case_id: UUID, timer: Timer | None, now: datetime) -> bool:
        try:
            with acting_as(Acting(self._actor, correlation_id=new_id())):
                async with self._database.transaction(SYSTEM) as session:
                    if timer is not None:
                        await timer.lock(session, case_id)
                    deadline = await queries.open_for_update(session, deadline_id, now)
                    if deadline is None:
                        return False
                    await self._mark(session, deadline, now)
                    if timer is not None:
                        await timer.missed(session, deadline)
                    return True
        except Exception as error:
            LOG.warning("deadline_failed", deadline_id=str(deadline_id), error=type(error).__name__)
            raise _Failed from error

    async def _mark(self, session: Session, deadline: Deadline, now: datetime) -> None:
        """A duty was missed; a person's window merely closes: not using a right is nobody's failure."""
        if CLOCKS[deadline.rule].clock_class is ClockClass.WINDOW:
            await queries.change(session, deadline.id, state=DeadlineState.CLOSED)
        else:
            await queries.change(session, deadline.id, state=DeadlineState.MISSED, missed_at=now)


class _Failed(Exception):
    """One deadline could not be handled now; it is still open."""
