"""The desk with a caller at it."""

from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import httpx
import pytest
import structlog
from fastapi import FastAPI

from chassis.database.session import Database
from chassis.rules.clock import FixedClock
from chassis.security.issuer import DevelopmentIssuer
from chassis.security.jwks import InlineJwks
from chassis.security.tokens import Verifier
from chassis.settings import DEVELOPMENT_ISSUER
from tests.chassis.conftest import NOON, WOBEI
from tests.chassis.http.desk import make_desk
from tests.databases import Factory

Client = httpx.AsyncClient
MakeClient = Callable[..., Client]

COUNTY = "130926000000"


@pytest.fixture(autouse=True)
def plain_logs() -> Iterator[None]:
    """Without this structlog draws every exception in a frame, which takes seconds."""
    structlog.configure(processors=[structlog.processors.KeyValueRenderer()])
    yield
    structlog.reset_defaults()


@pytest.fixture(scope="session")
def issuer(tmp_path_factory: pytest.TempPathFactory) -> DevelopmentIssuer:
    home: Path = tmp_path_factory.mktemp("issuer")
    return DevelopmentIssuer.at(home, clock=FixedClock(NOON))


@pytest.fixture
def verifier(issuer: DevelopmentIssuer, clock: FixedClock) -> Verifier:
    return Verifier(InlineJwks(issuer.jwks()), issuer=DEVELOPMENT_ISSUER, audience="onewindow", clock=clock)


@pytest.fixture
def token(issuer: DevelopmentIssuer) -> str:
    return issuer.mint("MEDIATOR", COUNTY)


@pytest.fixture
def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


@pytest.fixture
def desk(database: Database, verifier: Verifier) -> FastAPI:
    return make_desk(database, verifier)


@pytest.fixture
def closed_desk(verifier: Verifier) -> FastAPI:
    """A desk without a database: whatever is answered was answered before one was needed."""
    return make_desk(None, verifier)


@pytest.fixture
async def make_client() -> AsyncIterator[MakeClient]:
    made: list[Client] = []

    def make(app: object, headers: dict[str, str] | None = None) -> Client:
        transport = httpx.ASGITransport(app=app)  # type: ignore[arg-type]
        client = Client(transport=transport, base_url="http://desk", headers=headers)
        made.append(client)
        return client

    yield make
    for client in made:
        await client.aclose()


@pytest.fixture
def client(make_client: MakeClient, desk: FastAPI, bearer: dict[str, str]) -> Client:
    return make_client(desk, bearer)


@pytest.fixture
async def reading(
    shared_database: Factory, verifier: Verifier, make_client: MakeClient, bearer: dict[str, str], clock: FixedClock
) -> AsyncIterator[Client]:
    """At a desk whose database is everybody's: for requests that change nothing."""
    database = Database((await shared_database("chassis")).url, clock=clock)
    yield make_client(make_desk(database, verifier), bearer)
    await database.close()


@pytest.fixture
def closed(make_client: MakeClient, closed_desk: FastAPI, bearer: dict[str, str]) -> Client:
    return make_client(closed_desk, bearer)


@pytest.fixture
def body() -> dict[str, object]:
    return {"division": WOBEI, "tier": "TOWNSHIP", "parties": [{"role": "APPLICANT", "name": "张三"}]}
