"""What an API worker can serve: intake with and without its parts, the edge alone, the bare server.

Each is an asynchronous context that gives an ASGI application; `serving` runs one.
"""

import asyncio
import contextlib
import os
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Annotated, Final
from unittest import mock

from fastapi import APIRouter, Depends, FastAPI, Request, Response
from pydantic import BaseModel
from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp, Receive, Scope, Send

from chassis.bus.in_process import InProcessBus
from chassis.bus.kafka.access import KafkaAccess
from chassis.bus.kafka.bus import KafkaBus
from chassis.bus.protocol import Bus
from chassis.http import plain
from chassis.http.authentication import principal_of
from chassis.http.limits import Limits
from chassis.http.middleware import guard
from chassis.http.ordinary import Ordinary
from chassis.http.permissions import declares
from chassis.http.strict_json import raw
from chassis.security.principals import Principal
from chassis.service import Service
from contracts.roles import Permission
from services.analytics.app import create_app as create_analytics
from services.intake.app import create_app
from services.intake.cases import queries
from services.intake.cases.schemas import RegisterRequest
from services.intake.settings import IntakeSettings

TEXT: Final = "x" * 300
REPLY: Final = b'{"id":"0190d4c5-0000-7000-8000-000000000000","text":"' + b"x" * 480 + b'"}'
"""As long as the answer to a registration."""


def bus() -> Bus:
    """Kafka where the environment names brokers, else the bus inside the process."""
    return KafkaBus(KafkaAccess()) if os.environ.get("KAFKA_BOOTSTRAP_SERVERS") else InProcessBus()


@asynccontextmanager
async def registering() -> AsyncIterator[ASGIApp]:
    """Intake with its writer and without relay, consumer and sweep: what a registration itself costs."""
    app = create_app(bus=InProcessBus())
    with _access_log(app):
        writing = asyncio.create_task(app.state.window.writer.run())
        try:
            yield app
        finally:
            writing.cancel()
            await asyncio.wait([writing])


@asynccontextmanager
async def floor() -> AsyncIterator[ASGIApp]:
    """The same with everything but the statement: each row is accepted at once and written nowhere."""

    async def accept(_connection: object, rows: Sequence[queries.Row]) -> Sequence[None]:
        return [None] * len(rows)

    with mock.patch.object(queries, "register", accept):  # measured is what stands round it
        async with registering() as app:
            yield app


@asynccontextmanager
async def whole() -> AsyncIterator[ASGIApp]:
    """Intake as it is served: relay, consumer and sweep run beside the requests."""
    carrier = bus()
    app = create_app(bus=carrier)
    with _access_log(app):
        async with app.router.lifespan_context(app):
            yield app
        await carrier.close()


@asynccontextmanager
async def analytics() -> AsyncIterator[ASGIApp]:
    """Analytics as it is served."""
    carrier = bus()
    app = create_analytics(bus=carrier)
    async with app.router.lifespan_context(app):
        yield app
    await carrier.close()


@asynccontextmanager
async def county() -> AsyncIterator[ASGIApp]:
    """Intake, and analytics beside it in the same process: the run without Kafka."""
    carrier = InProcessBus()
    carrier.expect(["analytics"])
    app, hearing = create_app(bus=carrier), create_analytics(bus=carrier)
    with _access_log(app):
        async with hearing.router.lifespan_context(hearing), app.router.lifespan_context(app):
            yield app


@asynccontextmanager
async def edge() -> AsyncIterator[ASGIApp]:
    """Two routes behind the edge that read a registration, and answer without a database: ordinary and plain."""

    async def permitted(request: Request) -> Principal:
        return principal_of(request)

    async def ordinary(body: RegisterRequest, caller: Annotated[Principal, Depends(permitted)]) -> Echo:
        return Echo(division=caller.division, narrative=body.narrative, text=TEXT)

    @declares(Permission.INTAKE_CASES_REGISTER)
    async def plain_route(request: Request) -> Response:
        body = plain.read(RegisterRequest, raw(request.scope))
        answer = Echo(division=principal_of(request).division, narrative=body.narrative, text=TEXT)
        return Response(answer.model_dump_json(), 201, None, "application/json")

    service = Service(IntakeSettings(), bus=InProcessBus())
    routes: list[BaseRoute] = [Route("/v1/plain", plain_route, methods=["POST"])]
    app = FastAPI(routes=routes, telemetry={"tracing": False, "metrics": False, "logs": False})
    app.state.service = service
    router = APIRouter(prefix="/v1", route_class=Ordinary)
    router.post("/ordinary", status_code=201)(ordinary)
    app.include_router(router)
    guard(app, service.verifier, service.metrics, limits=Limits(), access=service.access)
    with _access_log(app):
        yield app


class Echo(BaseModel):
    """An answer of the usual size."""

    division: str
    narrative: str
    text: str


@asynccontextmanager
async def bare() -> AsyncIterator[ASGIApp]:
    """The least that the server can be asked for: take the body, give a constant answer."""

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            while (await receive()).get("more_body", False):
                pass
            headers = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(REPLY))]
            await send({"type": "http.response.start", "status": 200, "headers": headers})
            await send({"type": "http.response.body", "body": REPLY})

    yield answer


APPLICATIONS: Final[Mapping[str, Callable[[], AbstractAsyncContextManager[ASGIApp]]]] = {
    "registering": registering,
    "floor": floor,
    "whole": whole,
    "analytics": analytics,
    "county": county,
    "edge": edge,
    "bare": bare,
}


@contextlib.contextmanager
def _access_log(app: FastAPI) -> Iterator[None]:
    """One line a request, as in a real run, to a file as a container's log driver has it."""
    service: Service = app.state.service
    with Path(os.environ["BENCH_ACCESS_LOG"]).open("a", encoding="utf-8", buffering=1) as stream:
        service.access.stream = stream
        yield
