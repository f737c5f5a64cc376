"""Analytics on a database of its own, fed by hand, and callers of it."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from fastapi import FastAPI

from chassis.database.session import Database
from chassis.rules.clock import FixedClock
from onewindow.embedded.databases import ServiceDatabase
from services.analytics.app import create_app
from services.analytics.settings import AnalyticsSettings
from tests.analytics.facts_of_cases import COUNTY, Case, told
from tests.callers import AsRole, callers
from tests.databases import Factory

NOON = datetime(2026, 8, 3, 4, 0, tzinfo=UTC)

Learn = Callable[[Sequence[Case]], Awaitable[None]]
Ask = Callable[..., Awaitable[dict[str, Any]]]


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(NOON)


@pytest.fixture
async def addresses(service_database: Factory) -> ServiceDatabase:
    return await service_database("analytics")


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("home")


@pytest.fixture
async def app(addresses: ServiceDatabase, home: Path, clock: FixedClock) -> AsyncIterator[FastAPI]:
    """The service, without its background tasks: nothing arrives but what a test delivers."""
    app = create_app(AnalyticsSettings(database_url=addresses.url, home=home), clock=clock)
    yield app
    await app.state.service.database.close()


@pytest.fixture
def database(app: FastAPI) -> Database:
    database: Database = app.state.service.database
    return database


@pytest.fixture
async def owner(addresses: ServiceDatabase) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(addresses.owner_url, timeout=5)
    yield connection
    await connection.close()


@pytest.fixture
def learn(app: FastAPI, owner: asyncpg.Connection) -> Learn:
    """Deliver everything that happened to these cases; nothing of it may be set aside."""

    async def deliver(cases: Sequence[Case]) -> None:
        await app.state.service.consumer.deliver(told(cases))
        assert await owner.fetchval("SELECT count(*) FROM dead_letters") == 0

    return deliver


@pytest.fixture
def as_role(app: FastAPI, home: Path, clock: FixedClock) -> AsRole:
    return callers(app, home, clock, "ANALYST", COUNTY)


@pytest.fixture
def ask(as_role: AsRole) -> Ask:
    """Indicators as an analyst of `within` gets them; `from_` is the parameter `from`."""

    async def indicators(within: str = COUNTY, **query: Any) -> dict[str, Any]:
        params = {name.rstrip("_"): value for name, value in query.items()}
        async with as_role("ANALYST", within) as client:
            answer = await client.get("/v1/indicators", params=params)
        assert answer.status_code == 200, answer.text
        body: dict[str, Any] = answer.json()
        return body

    return indicators
