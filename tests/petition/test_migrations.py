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
from contracts.codes import PetitionState
from onewindow.embedded.databases import ServiceDatabase
from services.petition.base import Base
from tests.petition.story import SHANGCUN, Story

DECLARED = (_bus, _deadlines, _journal)
"""Modules whose tables stand in CHASSIS once they are imported."""
GUARDED = {"matters", "parties", "opinions", "deliveries", "heads", "deadlines"}


async def test_the_migrations_make_the_declared_tables(addresses: ServiceDatabase) -> None:
    assert DECLARED
    assert await asyncio.to_thread(drift, addresses.owner_url, [CHASSIS, Base.metadata]) == []


async def test_every_table_of_a_matter_is_behind_row_level_security(addresses: ServiceDatabase) -> None:
    connection = await asyncpg.connect(addresses.owner_url, timeout=5)
    try:
        rows = await connection.fetch("SELECT relname FROM pg_class WHERE relkind = 'r' AND relrowsecurity")
    finally:
        await connection.close()
    assert {row["relname"] for row in rows} >= GUARDED


@pytest.mark.parametrize("table", sorted(GUARDED))
@pytest.mark.parametrize("scope", [None, SHANGCUN[:9]])
async def test_without_a_scope_or_under_another_nothing_is_seen(
    story: Story, addresses: ServiceDatabase, table: str, scope: str | None
) -> None:
    await story.at(PetitionState.OPINION_DELIVERED)
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
        "DELETE FROM matters",
        "UPDATE matters SET registered_at = now()",
        "UPDATE matters SET category = 'SUGGESTION'",
        "UPDATE parties SET name_sealed = ''",
        "DELETE FROM parties",
        "UPDATE opinions SET text = ''",
        "DELETE FROM opinions",
        "UPDATE deliveries SET delivered_at = now()",
        "DELETE FROM deliveries",
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


@pytest.mark.parametrize(
    ("change", "constraint"),
    [
        ("category = 'ACCUSATION'", "no_accusation"),
        ("route = 'R30'", "no_accusation"),
        ("collective = NOT collective", "collective"),
        ("route = NULL", "route_of_accepted"),
        ("notice = NULL, notice_given_at = NULL", "notice_of_accepted"),
        ("notice_given_at = NULL", "notice"),
        ("conclusion = NULL", "opinion"),
        ("route = 'R31_1'", "opinion_of_route"),
        ("concluded_at = NULL, resolved = NULL", "conclusion"),
        ("resolved = NULL", "resolution"),
    ],
)
async def test_bad_rows_cannot_exist(story: Story, addresses: ServiceDatabase, change: str, constraint: str) -> None:
    await story.at(PetitionState.CONCLUDED)
    connection = await asyncpg.connect(addresses.owner_url, timeout=5)
    try:
        with pytest.raises(asyncpg.CheckViolationError) as broken:
            await connection.execute(f"UPDATE matters SET {change}")
    finally:
        await connection.close()
    assert broken.value.constraint_name == f"ck_matters_{constraint}"
