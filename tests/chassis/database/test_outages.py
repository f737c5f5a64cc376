"""What a real server says when it stops, starts, stands by or is full is an outage; what a record did wrong is none."""

from collections.abc import AsyncIterator
from urllib.parse import urlsplit

import asyncpg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from chassis.database.outages import OUTAGE_STATES, is_outage, sqlstate
from chassis.database.scope import SYSTEM
from chassis.database.session import Database
from onewindow.embedded.databases import ServiceDatabase
from tests.databases import Server


@pytest.fixture
async def server(postgres: Server) -> AsyncIterator[asyncpg.Connection]:
    """A superuser's connection, outside the database that suffers."""
    connection = await asyncpg.connect(postgres.superuser_dsn, timeout=5)
    yield connection
    await connection.close()


async def failed(database: Database, statement: str = "SELECT 1") -> Exception:
    with pytest.raises((DBAPIError, asyncpg.PostgresError)) as caught:
        async with database.transaction(SYSTEM) as session:
            await session.execute(text(statement))
    return caught.value


@pytest.mark.parametrize(
    ("trouble", "remedy", "state"),
    [
        ("SET default_transaction_read_only = on", "RESET default_transaction_read_only", "25006"),
        ("ALLOW_CONNECTIONS false", "ALLOW_CONNECTIONS true", "55000"),
        ("CONNECTION LIMIT 0", "CONNECTION LIMIT -1", "53300"),
    ],
)
async def test_a_database_that_takes_no_work_now_is_an_outage(
    *, database: Database, addresses: ServiceDatabase, server: asyncpg.Connection, trouble: str, remedy: str, state: str
) -> None:
    name = urlsplit(addresses.url).path[1:]
    await server.execute(f'ALTER DATABASE "{name}" {trouble}')
    try:
        error = await failed(database, "UPDATE heads SET version = version")
    finally:
        await server.execute(f'ALTER DATABASE "{name}" {remedy}')
    assert (sqlstate(error), is_outage(error)) == (state, True)


async def test_a_backend_that_is_shut_down_is_an_outage(database: Database, server: asyncpg.Connection) -> None:
    async def interrupted() -> None:
        async with database.transaction(SYSTEM) as session:
            backend = await session.scalar(text("SELECT pg_backend_pid()"))
            await server.execute("SELECT pg_terminate_backend($1)", backend)
            await session.execute(text("SELECT 1"))

    with pytest.raises((DBAPIError, asyncpg.PostgresError, asyncpg.InterfaceError)) as caught:
        await interrupted()
    assert is_outage(caught.value)


async def test_a_statement_prepared_before_a_migration_is_an_outage(
    database: Database, addresses: ServiceDatabase
) -> None:
    owner = await asyncpg.connect(addresses.owner_url, timeout=5)
    raw = await database.raw()
    try:
        prepared = await raw.prepare("SELECT * FROM inbox")
        await prepared.fetch()
        await owner.execute("ALTER TABLE inbox ADD COLUMN more text")
        with pytest.raises(asyncpg.PostgresError) as caught:
            async with raw.transaction():
                await prepared.fetch()
    finally:
        await owner.close()
        await raw.close()
    assert (sqlstate(caught.value), is_outage(caught.value)) == ("0A000", True)


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT 1 / 0",
        "SELECT 'x'::int",
        "SELECT * FROM no_such_table",
        "INSERT INTO inbox (event_id, applied_at) VALUES (NULL, now())",
        "SELECT repeat('x', 2000000000)",
    ],
)
async def test_what_a_statement_did_wrong_is_no_outage(database: Database, statement: str) -> None:
    assert not is_outage(await failed(database, statement))


@pytest.mark.parametrize("state", ["57P01", "57P02", "57P03", "57P04", "57014", "53100", "53200", "58030", "08006"])
def test_what_a_server_says_as_it_stops_and_starts(state: str) -> None:
    assert state.startswith(OUTAGE_STATES)


@pytest.mark.parametrize("state", ["22003", "23505", "25P02", "42501", "54000", "XX000"])
def test_what_it_says_of_others(state: str) -> None:
    assert not state.startswith(OUTAGE_STATES)
