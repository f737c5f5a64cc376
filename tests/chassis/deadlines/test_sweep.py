import asyncio
from datetime import datetime, timedelta
from uuid import UUID

from chassis.database.scope import SYSTEM
from chassis.database.session import Database, Session
from chassis.deadlines import commands, queries
from chassis.deadlines.queries import Deadline
from chassis.deadlines.sweep import Sweep, Timer
from chassis.deadlines.tables import DeadlineState
from chassis.journal.context import acting
from chassis.journal.entries import new_id
from chassis.rules.clock import FixedClock
from chassis.rules.refusals import IllegalTransition
from tests.chassis.conftest import NOON, WOBEI


class Noun:
    """Remembers which deadlines it was told of, and by whom; the poisoned one fails."""

    def __init__(self) -> None:
        self.missed: list[UUID] = []
        self.actors: set[str] = set()
        self.poisoned: UUID | None = None
        self.locked: dict[Session, UUID] = {}

    def timer(self) -> Timer:
        return Timer(self.lock, self.miss)

    async def lock(self, session: Session, case_id: UUID) -> None:
        self.locked[session] = case_id

    async def miss(self, session: Session, deadline: Deadline) -> None:
        assert session.in_transaction()
        assert deadline.state is DeadlineState.OPEN
        assert self.locked[session] == deadline.case_id
        if deadline.case_id == self.poisoned:
            raise IllegalTransition
        self.missed.append(deadline.case_id)
        self.actors.add(acting().actor)


async def started(database: Database, cases: int = 1) -> tuple[list[UUID], datetime]:
    ids = [new_id() for _ in range(cases)]
    async with database.transaction(SYSTEM) as session:
        for case_id in ids:
            deadline = await commands.start(session, "MED_LABOUR", case_id=case_id, division=WOBEI, started_at=NOON)
    assert deadline.due_at is not None
    return ids, deadline.due_at


async def test_a_deadline_fires_once_and_never_early(database: Database, clock: FixedClock) -> None:
    ids, due_at = await started(database)
    noun = Noun()
    sweep = Sweep("chassis", database, {"MED_LABOUR": noun.timer()}, clock)
    assert await sweep.once(due_at - timedelta(microseconds=1)) == 0
    assert await sweep.once(due_at) == 1
    assert await sweep.once(due_at + timedelta(days=3650)) == 0
    assert noun.missed == ids
    assert noun.actors == {"clock:chassis"}
    async with database.transaction(SYSTEM) as session:
        (deadline,) = await queries.of_case(session, ids[0])
    assert (deadline.state, deadline.missed_at) == (DeadlineState.MISSED, due_at)


async def test_two_sweeps_at_once_fire_each_deadline_once(database: Database, clock: FixedClock) -> None:
    ids, due_at = await started(database, 20)
    noun = Noun()
    sweeps = [Sweep("chassis", database, {"MED_LABOUR": noun.timer()}, clock) for _ in range(2)]
    await asyncio.gather(*(sweep.once(due_at) for sweep in sweeps))
    await sweeps[0].once(due_at)
    assert sorted(noun.missed) == sorted(ids)


async def test_a_case_that_fails_holds_up_no_other_and_stays_open(database: Database, clock: FixedClock) -> None:
    ids, due_at = await started(database, 3)
    noun = Noun()
    noun.poisoned = ids[1]
    sweep = Sweep("chassis", database, {"MED_LABOUR": noun.timer()}, clock)
    assert await sweep.once(due_at) == 2
    noun.poisoned = None
    assert await sweep.once(due_at) == 1
    assert noun.missed == [ids[0], ids[2], ids[1]]


async def test_a_deadline_met_in_time_does_not_fire(database: Database, clock: FixedClock) -> None:
    (case_id,), due_at = await started(database)
    async with database.transaction(SYSTEM) as session:
        await commands.meet(session, case_id, "MED_LABOUR", due_at - timedelta(seconds=1))
    noun = Noun()
    assert await Sweep("chassis", database, {"MED_LABOUR": noun.timer()}, clock).once(due_at) == 0
    assert noun.missed == []


async def test_a_window_that_nobody_used_closes_and_is_no_failure(database: Database, clock: FixedClock) -> None:
    case_id = new_id()
    async with database.transaction(SYSTEM) as session:
        window = await commands.start(session, "JC_APPLY", case_id=case_id, division=WOBEI, started_at=NOON)
    assert window.due_at is not None
    noun = Noun()
    assert await Sweep("chassis", database, {"JC_APPLY": noun.timer()}, clock).once(window.due_at) == 1
    async with database.transaction(SYSTEM) as session:
        (closed,) = await queries.of_case(session, case_id)
    assert (closed.state, closed.missed_at) == (DeadlineState.CLOSED, None)
    assert noun.missed == [case_id], "the noun is told all the same"
