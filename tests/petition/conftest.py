"""A migrated database of petition, an actor, a sealer, and a matter on its way to any state."""

from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

from chassis.database.session import Database
from chassis.journal.context import Acting, acting_as
from chassis.journal.entries import new_id
from chassis.rules.clock import FixedClock
from chassis.security.keys import Keyring, master_key
from chassis.security.sealing import Sealer
from onewindow.embedded.databases import ServiceDatabase
from services.petition.app import create_app
from services.petition.settings import PetitionSettings
from tests.callers import AsRole, callers
from tests.databases import Factory
from tests.petition.story import COUNTY, Story

NOON = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)
"""12:00 in Shanghai on Monday, 2 March 2026."""


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(NOON)


@pytest.fixture
async def addresses(service_database: Factory) -> ServiceDatabase:
    return await service_database("petition")


@pytest.fixture
async def database(addresses: ServiceDatabase, clock: FixedClock) -> AsyncIterator[Database]:
    database = Database(addresses.url, clock=clock)
    yield database
    await database.close()


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder as ONEWINDOW_HOME: master key and issuer's key are made in it."""
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="session")
def sealer(home: Path) -> Sealer:
    return Sealer(Keyring.from_master(master_key(home), "petition", frozenset({"intake"})))


@pytest.fixture(autouse=True)
def actor() -> Iterator[Acting]:
    with acting_as(Acting("handler-1", correlation_id=new_id())) as acting:
        yield acting


@pytest.fixture
def story(database: Database, sealer: Sealer) -> Story:
    return Story(database, sealer)


@pytest.fixture
async def app(addresses: ServiceDatabase, home: Path, clock: FixedClock) -> AsyncIterator[FastAPI]:
    """The service, without its background tasks: nothing moves but what a test does."""
    app = create_app(PetitionSettings(database_url=addresses.url, home=home), clock=clock)
    yield app
    await app.state.service.database.close()


@pytest.fixture
def as_role(app: FastAPI, home: Path, clock: FixedClock) -> AsRole:
    """Callers of the service, each in a role and a division, to be used with `async with`."""
    return callers(app, home, clock, "PETITION_HANDLER", COUNTY)


@pytest.fixture
async def client(as_role: AsRole) -> AsyncIterator[httpx.AsyncClient]:
    """A handler of the county."""
    async with as_role() as client:
        yield client
