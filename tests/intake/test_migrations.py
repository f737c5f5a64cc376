"""The migrated database: as the tables say, and no more open than they need."""

import asyncio

import asyncpg
import pytest

from chassis.bus import tables as _bus
from chassis.database.metadata import CHASSIS
from chassis.database.migrate import drift
from chassis.deadlines import tables as _deadlines
from chassis.journal import tables as _journal
from onewindow.embedded.databases import ServiceDatabase
from services.intake.base import Base
from services.intake.cases.commands import Window
from services.intake.cases.queries import REGISTER_WITH_DEADLINES
from tests.intake.places import SHANGCUN
from tests.intake.stories import PETITION, registered

DECLARED = (_bus, _deadlines, _journal)
"""Modules whose tables stand in CHASSIS once they are imported."""
GUARDED = ("cases", "parties", "evaluations")
COLUMNS = """
    SELECT attname, atttypid = ($2::text[])[attnum]::regtype AS same
    FROM pg_attribute WHERE attrelid = $1::text::regclass ORDER BY attnum
"""


async def test_the_migrations_make_the_declared_tables(addresses: ServiceDatabase) -> None:
    assert DECLARED
    assert await asyncio.to_thread(drift, addresses.owner_url, [CHASSIS, Base.metadata]) == []


async def test_rows_arrive_in_the_columns_that_are_sent(owner: asyncpg.Connection) -> None:
    for given in REGISTER_WITH_DEADLINES.inputs.values():
        columns = await owner.fetch(COLUMNS, given.type, list(given.columns.values()))
        assert [row["attname"] for row in columns] == list(given.columns)
        assert all(row["same"] for row in columns)


async def test_tables_of_cases_are_behind_row_level_security(owner: asyncpg.Connection) -> None:
    guarded = await owner.fetch("SELECT relname FROM pg_class WHERE relkind = 'r' AND relrowsecurity")
    assert {row["relname"] for row in guarded} == {*GUARDED, "heads", "deadlines", "journal"}


@pytest.mark.parametrize("table", ["cases", "parties", "deadlines"])
@pytest.mark.parametrize("scope", [None, SHANGCUN[:9]])
async def test_without_a_scope_or_under_another_nothing_is_seen(
    window: Window, addresses: ServiceDatabase, table: str, scope: str | None
) -> None:
    await registered(window, PETITION)
    connection = await asyncpg.connect(addresses.url, timeout=5)
    try:
        if scope is not None:
            await connection.execute("SELECT set_config('ow.scope', $1, false)", scope)
        assert await connection.fetchval(f"SELECT count(*) FROM {table}") == 0
        await connection.execute("SELECT set_config('ow.scope', '*', false)")
        assert await connection.fetchval(f"SELECT count(*) FROM {table}") == 1
    finally:
        await connection.close()


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM cases",
        "UPDATE cases SET narrative = ''",
        "UPDATE cases SET division = ''",
        "DELETE FROM parties",
        "UPDATE parties SET name_sealed = ''",
        "UPDATE evaluations SET satisfaction = 'SATISFIED'",
        "DELETE FROM divisions",
        "UPDATE journal SET data = '{}'",
        "DELETE FROM journal",
        "TRUNCATE journal",
    ],
)
async def test_the_service_cannot_do_what_it_never_does(addresses: ServiceDatabase, statement: str) -> None:
    connection = await asyncpg.connect(addresses.url, timeout=5)
    try:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.execute(statement)
    finally:
        await connection.close()
