import asyncio
from uuid import UUID

import pytest
from sqlalchemy import text

from chassis.database.scope import SYSTEM, Scope
from chassis.database.session import Database
from chassis.journal.entries import new_id
from chassis.journal.record import ChainNotFound, record
from chassis.journal.timeline import timeline
from tests.chassis.conftest import SHANGCUN, WOBEI, MakeFact

COUNT = text("SELECT count(*) FROM heads")


async def _recorded(database: Database, opened: MakeFact) -> UUID:
    case_id = new_id()
    async with database.transaction(Scope.of(WOBEI)) as session:
        await record(session, opened(case_id), division=WOBEI)
    return case_id


async def test_row_level_security_shows_a_scope_its_own_rows_only(database: Database, opened: MakeFact) -> None:
    await _recorded(database, opened)
    for scope, seen in [(Scope.of(WOBEI), 1), (Scope.of(SHANGCUN), 0), (Scope.of("130926000000"), 1), (SYSTEM, 1)]:
        async with database.transaction(scope) as session:
            assert await session.scalar(COUNT) == seen
            assert await session.scalar(text("SELECT count(*) FROM journal")) == seen


async def test_a_connection_without_a_scope_sees_nothing(database: Database, opened: MakeFact) -> None:
    await _recorded(database, opened)
    connection = await database.raw(Scope(""))
    try:
        assert await connection.fetchval("SELECT count(*) FROM heads") == 0
        async with connection.transaction():
            await connection.execute("SELECT set_config('ow.scope', '130926', true)")
        assert await connection.fetchval("SELECT count(*) FROM journal") == 0, "a scope must end with its transaction"
    finally:
        await connection.close()


async def test_another_division_cannot_write_to_a_case(database: Database, opened: MakeFact) -> None:
    case_id = await _recorded(database, opened)
    with pytest.raises(ChainNotFound):
        async with database.transaction(Scope.of(SHANGCUN)) as session:
            await record(session, opened(case_id), division=SHANGCUN)
    async with database.transaction(SYSTEM) as session:
        assert len(await timeline(session, case_id, within="*")) == 1


async def test_the_query_keeps_divisions_apart_before_security_does(database: Database, opened: MakeFact) -> None:
    case_id = await _recorded(database, opened)
    async with database.transaction(SYSTEM) as session:
        assert await timeline(session, case_id, within=Scope.of(SHANGCUN).value) == []


async def test_a_transaction_that_takes_too_long_is_undone(database: Database, opened: MakeFact) -> None:
    case_id = new_id()

    async def endless() -> None:
        async with database.transaction(SYSTEM, seconds=0.2) as session:
            await record(session, opened(case_id), division=WOBEI)
            await asyncio.Event().wait()

    with pytest.raises(TimeoutError):
        await endless()
    async with database.transaction(SYSTEM) as session:
        assert await session.scalar(COUNT) == 0


async def test_the_services_role_cannot_change_the_journal(database: Database, opened: MakeFact) -> None:
    await _recorded(database, opened)
    for statement in ("UPDATE journal SET actor = 'x'", "DELETE FROM journal", "TRUNCATE journal"):
        connection = await database.raw()
        try:
            with pytest.raises(Exception, match="permission denied"):
                await connection.execute(statement)
        finally:
            await connection.close()
