"""Many facts in one statement: each on its own chain, as if it had been recorded alone."""

import asyncio

import asyncpg
import pytest
from sqlalchemy.exc import IntegrityError

from chassis.database.scope import SYSTEM, Scope
from chassis.database.session import Database
from chassis.journal.bulk import Fact, record_all
from chassis.journal.entries import new_id
from chassis.journal.record import record
from chassis.journal.verify import verify
from onewindow.embedded.databases import ServiceDatabase
from tests.chassis.conftest import WOBEI, MakeFact


async def test_new_chains_and_old_ones_go_on_together(database: Database, opened: MakeFact) -> None:
    known, new = new_id(), new_id()
    async with database.transaction(SYSTEM) as session:
        await record(session, opened(known), division=WOBEI)
    async with database.transaction(SYSTEM) as session:
        entries = await record_all(session, [Fact(opened(new), WOBEI), Fact(opened(known), WOBEI)])
    assert [(entry.case_id, entry.version, entry.previous) for entry in entries] == [(new, 1, 0), (known, 2, 1)]
    async with database.transaction(SYSTEM) as session:
        after = await record(session, opened(new), division=WOBEI)
    assert (after.version, after.previous, after.previous_hash) == (2, 1, entries[0].hash)
    connection = await database.raw()
    checked = await verify(connection)
    pointed = await connection.fetchval("SELECT count(*) FROM outbox")
    await connection.close()
    assert (checked.entries, checked.chains, checked.broken, pointed) == (4, 2, [], 4)


async def test_nothing_is_recorded_for_nothing(database: Database) -> None:
    async with database.transaction(SYSTEM) as session:
        assert await record_all(session, []) == []


async def test_two_that_open_one_chain_at_once_cannot_both(database: Database, opened: MakeFact) -> None:
    subject = new_id()
    meeting = asyncio.Barrier(2)

    async def open_chain() -> None:
        async with database.transaction(SYSTEM) as session:
            await meeting.wait()
            await record_all(session, [Fact(opened(subject), WOBEI)])

    outcomes = await asyncio.gather(open_chain(), open_chain(), return_exceptions=True)
    assert {type(outcome) for outcome in outcomes if outcome is not None} <= {IntegrityError}
    connection = await database.raw()
    checked = await verify(connection)
    await connection.close()
    assert not checked.broken


async def test_a_chain_that_the_scope_does_not_see_is_not_forked(
    database: Database, addresses: ServiceDatabase, opened: MakeFact
) -> None:
    subject = new_id()
    async with database.transaction(SYSTEM) as session:
        await record(session, opened(subject), division=WOBEI)

    async def blindly() -> None:
        async with database.transaction(Scope("130929")) as session:
            await record_all(session, [Fact(opened(subject), WOBEI)])

    with pytest.raises(Exception, match=r"row-level security|unique"):
        await blindly()
    owner = await asyncpg.connect(addresses.owner_url, timeout=5)
    assert await owner.fetchval("SELECT count(*) FROM journal") == 1
    await owner.close()
