import asyncio

from chassis.bus import tables as bus
from chassis.database import migrate
from chassis.database.metadata import CHASSIS
from chassis.deadlines import tables as deadlines
from chassis.journal import tables as journal
from onewindow.embedded.databases import ServiceDatabase


async def test_the_migrations_make_exactly_the_declared_tables(addresses: ServiceDatabase) -> None:
    assert {journal.JOURNAL, bus.INBOX, deadlines.DEADLINES} <= set(CHASSIS.tables.values())
    assert await asyncio.to_thread(migrate.drift, addresses.owner_url, [CHASSIS]) == []


async def test_migrating_twice_changes_nothing(addresses: ServiceDatabase) -> None:
    await asyncio.to_thread(migrate.upgrade, "chassis", addresses.owner_url)
    assert await asyncio.to_thread(migrate.drift, addresses.owner_url, [CHASSIS]) == []
