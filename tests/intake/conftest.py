"""A migrated database of intake with a small directory, the window with its writer running, and an actor."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterator

import asyncpg
import pytest

from chassis.database.scope import SYSTEM
from chassis.database.session import Database
from chassis.journal.context import Acting, acting_as
from chassis.journal.entries import new_id
from chassis.rules.clock import FixedClock
from chassis.security.keys import Keyring
from chassis.security.sealing import Sealer
from onewindow.embedded.databases import ServiceDatabase
from services.intake.cases.commands import Window
from services.intake.directory import commands as directory
from tests.databases import Factory
from tests.intake.places import DIRECTORY, NOON

PEERS = frozenset({"mediation", "petition"})


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(NOON)


@pytest.fixture(scope="session")
def keyring() -> Keyring:
    return Keyring.from_master(bytes(range(32)), "intake", PEERS)


@pytest.fixture(scope="session")
def sealer(keyring: Keyring) -> Sealer:
    return Sealer(keyring)


@pytest.fixture(autouse=True)
def actor() -> Iterator[Acting]:
    with acting_as(Acting("clerk-1", correlation_id=new_id())) as acting:
        yield acting


@pytest.fixture
async def addresses(service_database: Factory) -> ServiceDatabase:
    return await service_database("intake")


@pytest.fixture
async def database(addresses: ServiceDatabase, clock: FixedClock) -> AsyncIterator[Database]:
    database = Database(addresses.url, clock=clock)
    async with database.transaction(SYSTEM) as session:
        outcomes = await directory.record_divisions(session, DIRECTORY, SYSTEM)
    assert {outcome.status for outcome in outcomes} == {"recorded"}
    yield database
    await database.close()


@pytest.fixture
async def owner(addresses: ServiceDatabase) -> AsyncIterator[asyncpg.Connection]:
    """The owner of the tables, whom no row-level security binds: it sees what is really stored."""
    connection = await asyncpg.connect(addresses.owner_url, timeout=5)
    yield connection
    await connection.close()


@pytest.fixture
async def window(database: Database, keyring: Keyring, sealer: Sealer, clock: FixedClock) -> AsyncIterator[Window]:
    window = Window(database=database, keyring=keyring, sealer=sealer, clock=clock, mark="窗")
    writing = asyncio.create_task(window.writer.run())
    yield window
    writing.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await writing
