"""A database with the chassis' own tables only, an actor, and a fact to record."""

from collections.abc import AsyncIterator, Callable, Iterator
from datetime import UTC, datetime
from uuid import UUID

import pytest

from chassis.database.session import Database
from chassis.journal.context import Acting, acting_as
from chassis.journal.entries import new_id
from chassis.rules.clock import FixedClock
from contracts.codes import Tier
from contracts.mediation.cases import MediationOpened
from onewindow.embedded.databases import ServiceDatabase
from tests.databases import Factory

WOBEI = "130926102000"
SHANGCUN = "130926103000"
NOON = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)

MakeFact = Callable[[UUID], MediationOpened]


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(NOON)


@pytest.fixture
async def addresses(service_database: Factory) -> ServiceDatabase:
    return await service_database("chassis")


@pytest.fixture
async def database(addresses: ServiceDatabase, clock: FixedClock) -> AsyncIterator[Database]:
    database = Database(addresses.url, clock=clock)
    yield database
    await database.close()


@pytest.fixture(autouse=True)
def actor() -> Iterator[Acting]:
    with acting_as(Acting("clerk-1", correlation_id=new_id())) as acting:
        yield acting


@pytest.fixture
def opened() -> MakeFact:
    def make(case_id: UUID) -> MediationOpened:
        return MediationOpened(case_id=case_id, division=WOBEI, tier=Tier.TOWNSHIP, number="（2026）肃窗字第1号")

    return make
