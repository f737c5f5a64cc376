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
from services.analytics.base import Base

DECLARED = (_bus, _deadlines, _journal)
"""Modules whose tables stand in CHASSIS once they are imported."""


async def test_the_migrations_make_the_declared_tables(addresses: ServiceDatabase) -> None:
    assert DECLARED
    assert await asyncio.to_thread(drift, addresses.owner_url, [CHASSIS, Base.metadata]) == []


async def test_columns_stand_in_the_declared_order(owner: asyncpg.Connection) -> None:
    """What is counted stands in front, in the database as in the class: a scan reads rows from their beginning."""
    rows = await owner.fetch(
        "SELECT column_name FROM information_schema.columns WHERE table_name = 'case_facts' ORDER BY ordinal_position"
    )
    assert [row["column_name"] for row in rows] == list(Base.metadata.tables["case_facts"].c.keys())


async def test_facts_are_behind_row_level_security(owner: asyncpg.Connection) -> None:
    assert await owner.fetchval("SELECT relrowsecurity FROM pg_class WHERE relname = 'case_facts'")


@pytest.mark.parametrize(
    "statement",
    ["DELETE FROM case_facts", "TRUNCATE case_facts", "DELETE FROM divisions", "UPDATE journal SET data = '{}'"],
)
async def test_the_service_cannot_do_what_it_never_does(addresses: ServiceDatabase, statement: str) -> None:
    connection = await asyncpg.connect(addresses.url, timeout=5)
    try:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.execute(statement)
    finally:
        await connection.close()
