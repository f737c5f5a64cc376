"""A migrated database of intake with a small directory, the window with its writer running, and an actor."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import asyncpg
import httpx
import pytest
import structlog
from fastapi import FastAPI

from chassis.database.scope import SYSTEM
from chassis.database.session import Database
from chassis.journal.context import Acting, acting_as
from chassis.journal.entries import new_id
from chassis.rules.clock import FixedClock
from chassis.security.keys import Keyring, master_key
from chassis.security.sealing import Sealer
from onewindow.embedded.databases import ServiceDatabase
from services.intake.app import create_app
from services.intake.cases.commands import Window
from services.intake.directory import commands as directory
from services.intake.settings import IntakeSettings
from tests.callers import AsRole, callers
from tests.databases import Factory
from tests.intake.places import DIRECTORY, NOON, SUNING

PEERS = frozenset({"mediation", "petition"})


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(NOON)


@pytest.fixture(autouse=True)
def plain_logs() -> Iterator[None]:
    """Without this structlog draws every exception in a frame, which takes seconds."""
    structlog.configure(processors=[structlog.processors.KeyValueRenderer()])
    yield
    structlog.reset_defaults()


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder as ONEWINDOW_HOME: master key and issuer's key are made in it."""
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="session")
def keyring(home: Path) -> Keyring:
    return Keyring.from_master(master_key(home), "intake", PEERS)


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
    async with writing(window):
        yield window


@asynccontextmanager
async def writing(window: Window) -> AsyncIterator[None]:
    """The writer at work, as the running service has it."""
    task = asyncio.create_task(window.writer.run())
    try:
        yield
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


@pytest.fixture
async def app(database: Database, addresses: ServiceDatabase, home: Path, clock: FixedClock) -> AsyncIterator[FastAPI]:
    """The service with its writer, and without its other background tasks: nothing moves but what a test does."""
    app = create_app(IntakeSettings(database_url=addresses.url, home=home), clock=clock)
    async with writing(app.state.window):
        yield app
    await app.state.service.database.close()


@pytest.fixture
def as_role(app: FastAPI, home: Path, clock: FixedClock) -> AsRole:
    """Makes callers of the service, by role and division."""
    return callers(app, home, clock, "WINDOW_CLERK", SUNING)


@pytest.fixture
async def clerk(as_role: AsRole) -> AsyncIterator[httpx.AsyncClient]:
    """A clerk at the county's window."""
    async with as_role() as client:
        yield client
