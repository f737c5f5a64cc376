import asyncio
from uuid import UUID

import pytest
from sqlalchemy import column, func, literal_column, select, table, text
from sqlalchemy.exc import DBAPIError

from chassis.database.prepared import Prepared
from chassis.database.scope import SYSTEM, Scope
from chassis.database.session import Database, NotCommitted
from chassis.journal.entries import new_id
from chassis.journal.record import ChainNotFound, record
from chassis.journal.timeline import timeline
from tests.chassis.bus.stories import eventually
from tests.chassis.conftest import SHANGCUN, WOBEI, MakeFact

COUNT = text("SELECT count(*) FROM heads")
CASES = Prepared(select(column("division")).select_from(table("heads")))
SETTING = Prepared(select(func.current_setting("ow.scope", literal_column("true")), func.pg_backend_pid()))
FAILING = Prepared(select(literal_column("1 / 0")))
WAIT_EVENT = text("SELECT wait_event FROM pg_stat_activity WHERE pid = :pid")
SLOW = Prepared(select(func.pg_sleep(literal_column("1.5"))))


async def _left_behind(database: Database) -> str:
    """The scope that whoever takes the pool's one connection next finds on it, before setting one."""
    async with database._engine.connect() as connection:  # past the door, as nobody else may go
        assert not await connection.scalar(text("SELECT pg_current_xact_id_if_assigned()"))
        driver = (await connection.get_raw_connection()).driver_connection
        assert driver is not None
        assert not driver.is_in_transaction()
        return await connection.scalar(text("SELECT current_setting('ow.scope', true)")) or ""


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


async def test_row_level_security_alone_refuses_anothers_rows_to_a_prepared_read(
    database: Database, opened: MakeFact
) -> None:
    await _recorded(database, opened)
    for scope, seen in [
        (Scope.of(WOBEI), 1),
        (Scope.of(SHANGCUN), 0),
        (Scope("130926"), 1),
        (SYSTEM, 1),
        (Scope(""), 0),
    ]:
        assert len(await database.rows(scope, CASES, {})) == seen, scope


async def test_nothing_of_a_scope_is_left_to_the_next_user_of_a_connection(
    one_connection: Database, opened: MakeFact
) -> None:
    async with one_connection.transaction(Scope.of(WOBEI)) as session:
        await record(session, opened(new_id()), division=WOBEI)
    assert await _left_behind(one_connection) == ""
    ((scope, pid),) = await one_connection.rows(Scope.of(WOBEI), SETTING, {})
    assert scope == "130926102"
    assert await _left_behind(one_connection) == ""
    ((scope, again),) = await one_connection.rows(Scope.of(SHANGCUN), SETTING, {})
    assert (scope, again) == ("130926103", pid), "it was not the same connection, and this test said nothing"


async def test_nothing_is_left_by_what_failed_or_was_given_up(one_connection: Database) -> None:
    with pytest.raises(Exception, match="division by zero"):
        await one_connection.rows(SYSTEM, FAILING, {})
    assert await _left_behind(one_connection) == ""
    with pytest.raises(DBAPIError):
        async with one_connection.transaction(SYSTEM) as session:
            await session.execute(text("SELECT 1 / 0"))
    assert await _left_behind(one_connection) == ""
    for impatient in (one_connection.rows(SYSTEM, SLOW, {}), _slow_transaction(one_connection)):
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.1):
                await impatient
        assert await _left_behind(one_connection) == ""


async def _slow_transaction(database: Database) -> None:
    async with database.transaction(SYSTEM) as session:
        await session.execute(text("SELECT pg_sleep(1.5)"))


async def test_a_connection_that_cannot_be_undone_is_ended(one_connection: Database, database: Database) -> None:
    """Cancelled at work and again while it undoes: the server undoes then, and nobody meets the connection again."""
    ((_, pid),) = await one_connection.rows(SYSTEM, SETTING, {})
    task = asyncio.create_task(_slow_transaction(one_connection))

    async def at_work() -> bool:
        async with database.transaction(SYSTEM) as session:
            return bool(await session.scalar(WAIT_EVENT, {"pid": pid}) == "PgSleep")

    await eventually(at_work)
    while not task.done():
        task.cancel()
        await asyncio.sleep(0)
    assert task.cancelled()
    assert await _left_behind(one_connection) == ""
    ((scope, another),) = await one_connection.rows(Scope("13"), SETTING, {})
    assert scope == "13"
    assert another != pid


async def test_a_swallowed_error_does_not_pass_for_a_commit(database: Database) -> None:
    async def swallowing() -> None:
        async with database.transaction(SYSTEM) as session:
            with pytest.raises(DBAPIError):
                await session.execute(text("SELECT 1 / 0"))

    with pytest.raises(NotCommitted):
        await swallowing()
