from datetime import UTC, date, datetime, timedelta

import pytest

from chassis.database.scope import SYSTEM
from chassis.database.session import Database
from chassis.deadlines import commands, queries
from chassis.deadlines.tables import DeadlineState
from chassis.journal.entries import new_id
from chassis.rules.deadline_refusals import ExtensionOverLimit, ExtensionTooLate
from chassis.rules.pauses import Pause
from contracts.clocks import PauseKind
from tests.chassis.conftest import NOON, WOBEI

RECEIVED = datetime(2026, 3, 10, 1, tzinfo=UTC)


async def test_a_deadline_is_counted_when_it_starts(database: Database) -> None:
    case_id = new_id()
    async with database.transaction(SYSTEM) as session:
        started = await commands.start(session, "PET_HANDLE", case_id=case_id, division=WOBEI, started_at=RECEIVED)
        assert await queries.of_case(session, case_id) == [started]
    assert (started.due_date, started.state) == (date(2026, 5, 9), DeadlineState.OPEN)
    assert started.due_at == datetime(2026, 5, 9, 16, tzinfo=UTC)


@pytest.mark.parametrize(
    ("seconds", "in_time", "state"), [(-1, True, DeadlineState.MET), (0, False, DeadlineState.MISSED)]
)
async def test_in_time_means_before_the_last_day_ends(
    database: Database, seconds: int, *, in_time: bool, state: DeadlineState
) -> None:
    case_id = new_id()
    async with database.transaction(SYSTEM) as session:
        started = await commands.start(session, "PET_HANDLE", case_id=case_id, division=WOBEI, started_at=RECEIVED)
        assert started.due_at is not None
        at = started.due_at + timedelta(seconds=seconds)
        assert await commands.meet(session, case_id, "PET_HANDLE", at) is in_time
        (met,) = await queries.of_case(session, case_id)
        assert (met.state, met.met_at) == (state, at)
        assert await commands.meet(session, case_id, "PET_HANDLE", at) is None, "nothing is owed twice"


async def test_an_extension_counts_from_the_original_last_day_and_is_granted_once(database: Database) -> None:
    case_id = new_id()
    async with database.transaction(SYSTEM) as session:
        await commands.start(session, "PET_HANDLE", case_id=case_id, division=WOBEI, started_at=RECEIVED)
        extended = await commands.extend(session, case_id, "PET_HANDLE", 20, NOON)
        assert extended.due_date == date(2026, 5, 29)
        with pytest.raises(ExtensionOverLimit):
            await commands.extend(session, case_id, "PET_HANDLE", 1, NOON)


async def test_a_clock_that_ended_cannot_be_extended(database: Database) -> None:
    case_id = new_id()
    async with database.transaction(SYSTEM) as session:
        started = await commands.start(session, "PET_HANDLE", case_id=case_id, division=WOBEI, started_at=RECEIVED)
        assert started.due_at is not None
        with pytest.raises(ExtensionTooLate):
            await commands.extend(session, case_id, "PET_HANDLE", 1, started.due_at)


async def test_a_hearing_stops_the_recheck_clock(database: Database) -> None:
    case_id = new_id()
    hearing = datetime(2026, 3, 23, 1, tzinfo=UTC)
    async with database.transaction(SYSTEM) as session:
        await commands.start(session, "PET_RECHECK_DECIDE", case_id=case_id, division=WOBEI, started_at=RECEIVED)
        opened = await commands.pause(session, case_id, "PET_RECHECK_DECIDE", [Pause(hearing, kind=PauseKind.HEARING)])
        assert (opened.due_at, opened.due_date) == (None, None)
        ended = Pause(hearing, hearing + timedelta(hours=2), PauseKind.HEARING)
        closed = await commands.pause(session, case_id, "PET_RECHECK_DECIDE", [ended])
        assert closed.due_date == date(2026, 4, 10)
        assert (await queries.of_case(session, case_id))[0].due_date == date(2026, 4, 10)


async def test_what_is_no_longer_owed_is_closed_and_what_was_missed_stays_missed(database: Database) -> None:
    case_id = new_id()
    async with database.transaction(SYSTEM) as session:
        await commands.start(session, "PET_HANDLE", case_id=case_id, division=WOBEI, started_at=RECEIVED)
        missed = await commands.start(session, "PET_DISPATCH", case_id=case_id, division=WOBEI, started_at=RECEIVED)
        await queries.change(session, missed.id, state=DeadlineState.MISSED, missed_at=NOON)
        await commands.close_all(session, case_id)
        states = {deadline.rule: deadline.state for deadline in await queries.of_case(session, case_id)}
    assert states == {"PET_HANDLE": DeadlineState.CLOSED, "PET_DISPATCH": DeadlineState.MISSED}


async def test_extending_what_does_not_run_is_refused(database: Database) -> None:
    async with database.transaction(SYSTEM) as session:
        with pytest.raises(commands.NoSuchDeadline):
            await commands.extend(session, new_id(), "PET_HANDLE", 1, NOON)
