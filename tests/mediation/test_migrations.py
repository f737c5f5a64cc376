"""The migrated database: as the tables say, and no more open than they need."""

import asyncio

import asyncpg
import pytest

from chassis.bus import tables as _bus
from chassis.database.metadata import CHASSIS
from chassis.database.migrate import drift
from chassis.database.scope import SYSTEM
from chassis.deadlines import tables as _deadlines
from chassis.journal import tables as _journal
from onewindow.embedded.databases import ServiceDatabase
from services.mediation.base import Base
from tests.mediation.story import SHANGCUN, Story

DECLARED = (_bus, _deadlines, _journal)
"""Modules whose tables stand in CHASSIS once they are imported."""
GUARDED = {"cases", "parties", "sessions", "agreements", "signatures", "heads", "deadlines"}


async def test_the_migrations_make_the_declared_tables(addresses: ServiceDatabase) -> None:
    assert DECLARED
    assert await asyncio.to_thread(drift, addresses.owner_url, [CHASSIS, Base.metadata]) == []


async def test_every_table_with_a_division_of_a_case_is_behind_row_level_security(addresses: ServiceDatabase) -> None:
    connection = await asyncpg.connect(addresses.owner_url, timeout=5)
    try:
        rows = await connection.fetch(
            "SELECT c.relname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid"
            " WHERE a.attname = 'division' AND c.relkind = 'r' AND NOT a.attisdropped AND c.relrowsecurity"
        )
    finally:
        await connection.close()
    assert {row["relname"] for row in rows} >= GUARDED


@pytest.mark.parametrize("table", sorted(GUARDED - {"heads", "deadlines"}))
@pytest.mark.parametrize("scope", [None, SHANGCUN[:9]])
async def test_without_a_scope_or_under_another_nothing_is_seen(
    story: Story, addresses: ServiceDatabase, table: str, scope: str | None
) -> None:
    await story.bind(await story.at_agreed())
    connection = await asyncpg.connect(addresses.url, timeout=5)
    try:
        if scope is not None:
            await connection.execute("SELECT set_config('ow.scope', $1, false)", scope)
        assert await connection.fetchval(f"SELECT count(*) FROM {table}") == 0
        await connection.execute("SELECT set_config('ow.scope', $1, false)", SYSTEM.value)
        assert await connection.fetchval(f"SELECT count(*) FROM {table}") > 0
    finally:
        await connection.close()


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM cases",
        "DELETE FROM parties",
        "UPDATE parties SET name_sealed = ''",
        "UPDATE sessions SET outcome = 'ADJOURNED'",
        "UPDATE agreements SET terms = ''",
        "DELETE FROM signatures",
        "UPDATE dossier_counters SET year = 2000",
        "DELETE FROM dossier_counters",
        "UPDATE journal SET data = '{}'",
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
