"""The short way to a plain route answers as the long way does, whatever the route raises."""

import httpx
import pytest
from fastapi import FastAPI
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from chassis.database.writer import WriterFull
from chassis.http.direct import Direct
from chassis.http.errors import answer_problems
from chassis.http.templates import route_template
from chassis.http.tracing import begin_trace
from chassis.rules.refusals import Refusal


class Refused(Refusal):
    code = "refused"
    zh = "不行"
    en = "No"


def client(raised: Exception | None) -> httpx.AsyncClient:
    async def act(request: Request) -> Response:
        begin_trace(request.scope)
        if raised is not None:
            raise raised
        return JSONResponse({"route": route_template(request.scope), "said": (await request.body()).decode()})

    async def act_too(request: Request) -> Response:
        return await act(request)

    routes: list[BaseRoute] = [
        Route("/short", act, methods=["POST"]),
        Route("/long/{any}", act_too, methods=["POST"]),
    ]
    app = FastAPI(routes=routes, openapi_url=None)
    answer_problems(app)
    app.add_middleware(Direct, of=app)
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://here")


@pytest.mark.parametrize(
    ("raised", "status"),
    [
        (Refused(), 422),
        (WriterFull(), 503),
        (TimeoutError(), 503),
        (ConnectionResetError(), 503),
        (HTTPException(415), 415),
    ],
)
async def test_what_a_plain_route_raises_is_answered_alike(raised: Exception, status: int) -> None:
    async with client(raised) as caller:
        short, long = await caller.post("/short"), await caller.post("/long/way")
    assert short.status_code == long.status_code == status
    different = {"trace_id"}
    assert {key: value for key, value in short.json().items() if key not in different} == {
        key: value for key, value in long.json().items() if key not in different
    }
    assert short.headers["content-type"] == long.headers["content-type"] == "application/problem+json"


async def test_what_nobody_foresaw_goes_up_to_the_safety_net() -> None:
    async with client(ZeroDivisionError()) as caller:
        with pytest.raises(ZeroDivisionError):
            await caller.post("/short")


async def test_the_route_is_known_and_the_body_readable() -> None:
    async with client(None) as caller:
        assert (await caller.post("/short", content="words")).json() == {"route": "/short", "said": "words"}
        assert (await caller.get("/short")).status_code == 405
        assert (await caller.post("/shorter")).status_code == 404
