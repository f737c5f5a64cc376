"""A service of one small noun, put together and run."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any, ClassVar
from uuid import UUID

import httpx
import pytest
from fastapi import APIRouter, FastAPI
from pydantic_settings import SettingsConfigDict

from chassis.bus.handlers import Delivery
from chassis.database.scope import SYSTEM
from chassis.database.session import Session
from chassis.deadlines import commands as deadlines
from chassis.deadlines.queries import Deadline
from chassis.deadlines.sweep import Timer
from chassis.http.acknowledgements import Acknowledgement
from chassis.http.acting import Act, writes
from chassis.journal.entries import new_id
from chassis.journal.record import record
from chassis.rules.clock import FixedClock
from chassis.security.issuer import DevelopmentIssuer
from chassis.service import Noun, Service, build_service
from chassis.settings import ServiceSettings
from contracts.codes import Tier
from contracts.mediation.cases import MediationOpened
from contracts.roles import Permission
from onewindow.embedded.databases import ServiceDatabase
from tests.chassis.conftest import WOBEI


class SmallSettings(ServiceSettings):
    model_config = SettingsConfigDict(env_prefix="SMALL_")
    service: ClassVar[str] = "chassis"


class Small:
    """A noun that opens a case by HTTP, hears of it on the bus and is told when its deadline was missed."""

    def __init__(self) -> None:
        self.heard: list[UUID] = []
        self.locked: list[UUID] = []
        self.missed: list[UUID] = []

    def noun(self) -> Noun:
        router = APIRouter(prefix="/cases")

        @router.post("", status_code=201)
        async def open_case(act: Annotated[Act, writes(Permission.MEDIATION_CASES_ACCEPT)]) -> Acknowledgement:
            case_id = new_id()
            fact = MediationOpened(case_id=case_id, division=WOBEI, tier=Tier.VILLAGE, number="（2026）窗字第1号")
            entry = await record(act.session, fact, division=WOBEI)
            await deadlines.start(
                act.session, "MED_LABOUR", case_id=case_id, division=WOBEI, started_at=entry.occurred_at
            )
            return act.acknowledge(entry)

        async def on_opened(session: Session, delivery: Delivery[MediationOpened]) -> None:
            assert session.in_transaction()
            self.heard.append(delivery.event.case_id)

        async def lock(_session: Session, case_id: UUID) -> None:
            self.locked.append(case_id)

        async def on_missed(session: Session, deadline: Deadline) -> None:
            assert session.in_transaction()
            assert self.locked[-1] == deadline.case_id
            self.missed.append(deadline.case_id)

        return Noun(
            name="small",
            router=router,
            handlers={MediationOpened: on_opened},
            timers={"MED_LABOUR": Timer(lock, on_missed)},
        )


@pytest.fixture
def small() -> Small:
    return Small()


@pytest.fixture
async def app(small: Small, addresses: ServiceDatabase, tmp_path: Path, clock: FixedClock) -> AsyncIterator[FastAPI]:
    settings = SmallSettings(home=tmp_path, database_url=addresses.url)
    app = build_service(Service(settings, clock=clock), [small.noun()], title="Small", description="")
    async with app.router.lifespan_context(app):
        yield app


@pytest.fixture
async def client(app: FastAPI, tmp_path: Path, clock: FixedClock) -> AsyncIterator[httpx.AsyncClient]:
    token = DevelopmentIssuer.at(tmp_path, clock=clock).mint("MEDIATOR", "130926000000")
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": "0123456789"}
    async with httpx.AsyncClient(transport=transport, base_url="http://small", headers=headers) as client:
        yield client


async def until(condition: Any) -> None:
    async with asyncio.timeout(10):
        while not condition():
            await asyncio.sleep(0.01)


async def test_a_fact_goes_out_by_the_relay_and_comes_in_by_the_consumer(
    client: httpx.AsyncClient, small: Small
) -> None:
    answer = await client.post("/v1/cases")
    assert answer.status_code == 201, answer.text
    await until(lambda: small.heard)
    assert [str(case_id) for case_id in small.heard] == [answer.json()["id"]]


async def test_a_missed_deadline_reaches_its_noun(
    client: httpx.AsyncClient, small: Small, app: FastAPI, clock: FixedClock
) -> None:
    answer = await client.post("/v1/cases")
    clock.advance(timedelta(days=40))
    service: Service = app.state.service
    assert await service.sweep.once(clock.now()) == 1
    assert [str(case_id) for case_id in small.missed] == [answer.json()["id"]]


async def test_it_is_ready_while_its_database_answers_and_its_tasks_live(
    client: httpx.AsyncClient, app: FastAPI
) -> None:
    ready = await client.get("/readyz")
    assert (ready.status_code, ready.json()["status"]) == (200, "ok")
    assert {"database", "relay", "consumer", "sweep"} <= ready.json()["checks"].keys()
    assert (await client.get("/healthz")).status_code == 200
    assert b"onewindow_outbox_pending" in (await client.get("/metrics")).content


async def test_a_background_task_that_ends_is_noticed(small: Small, addresses: ServiceDatabase, tmp_path: Path) -> None:
    service = Service(SmallSettings(home=tmp_path, database_url=addresses.url))

    async def broken() -> None:
        raise RuntimeError("work that should never end")

    service.employ("broken", broken)
    app = build_service(service, [small.noun()], title="Small", description="")
    async with app.router.lifespan_context(app):
        async with asyncio.timeout(5):
            await service.ended.wait()
        assert (await service.health.ready()).checks["broken"] == "failing"


async def test_two_nouns_cannot_claim_one_deadline(small: Small, addresses: ServiceDatabase, tmp_path: Path) -> None:
    service = Service(SmallSettings(home=tmp_path, database_url=addresses.url))
    with pytest.raises(ValueError, match="MED_LABOUR"):
        build_service(service, [small.noun(), small.noun()], title="Small", description="")
    await service.database.close()


async def test_what_is_acknowledged_survives_a_stop_and_is_published_later(
    small: Small, addresses: ServiceDatabase, tmp_path: Path, clock: FixedClock
) -> None:
    def build() -> tuple[FastAPI, Service]:
        service = Service(SmallSettings(home=tmp_path, database_url=addresses.url), clock=clock)
        return build_service(service, [small.noun()], title="Small", description=""), service

    app, service = build()
    headers: Mapping[str, str] = {
        "Authorization": f"Bearer {DevelopmentIssuer.at(tmp_path, clock=clock).mint('MEDIATOR', '130926000000')}",
        "Idempotency-Key": "0123456789",
    }
    async with app.router.lifespan_context(app):
        await service.relay.pause()
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://small", headers=headers) as client:
            assert (await client.post("/v1/cases")).status_code == 201
    assert small.heard == []
    app, service = build()
    async with app.router.lifespan_context(app):
        await until(lambda: small.heard)
        async with service.database.transaction(SYSTEM) as session:
            assert session.is_active
    assert len(small.heard) == 1
