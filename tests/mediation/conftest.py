"""A migrated database of mediation, an actor, a sealer, and a case on its way to any state."""

from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime

import pytest

from chassis.database.session import Database
from chassis.journal.context import Acting, acting_as
from chassis.journal.entries import new_id
from chassis.rules.clock import FixedClock
from chassis.security.keys import Keyring
from chassis.security.sealing import Sealer
from onewindow.embedded.databases import ServiceDatabase
from tests.databases import Factory
from tests.mediation.story import Story

NOON = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)
"""12:00 in Shanghai on Monday, 2 March 2026."""


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(NOON)


@pytest.fixture
async def addresses(service_database: Factory) -> ServiceDatabase:
    return await service_database("mediation")


@pytest.fixture
async def database(addresses: ServiceDatabase, clock: FixedClock) -> AsyncIterator[Database]:
    database = Database(addresses.url, clock=clock)
    yield database
    await database.close()


@pytest.fixture(scope="session")
def sealer() -> Sealer:
    return Sealer(Keyring.from_master(bytes(range(32)), "mediation", frozenset({"intake"})))


@pytest.fixture(autouse=True)
def actor() -> Iterator[Acting]:
    with acting_as(Acting("mediator-1", correlation_id=new_id())) as acting:
        yield acting


@pytest.fixture
def story(database: Database, sealer: Sealer) -> Story:
    return Story(database, sealer)
