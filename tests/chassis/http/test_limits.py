"""Limits against a real server on loopback: what counts is what a socket sees."""

import asyncio
import resource
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from time import monotonic

import httpx
import pytest
import uvicorn
from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse

from chassis.http.authentication import principal_of
from chassis.http.limits import Limits
from chassis.http.permissions import declares
from chassis.security.tokens import Verifier
from tests.chassis.http.conftest import Client, MakeClient
from tests.chassis.http.desk import make_desk

MIB = 1_048_576
Serve = Callable[..., AsyncIterator[int]]


@asynccontextmanager
async def served(app: FastAPI) -> AsyncIterator[int]:
    """The port on which the application answers."""
    listening = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(app, http="httptools", loop="none", log_config=None, access_log=False, lifespan="off")
    server = uvicorn.Server(config)
    task = asyncio.create_task(server.serve(sockets=[listening]))
    async with asyncio.timeout(5):
        while not server.started:
            await asyncio.sleep(0.005)
    yield listening.getsockname()[1]
    server.should_exit = True
    await task
    listening.close()


async def exchange(port: int, *parts: bytes, pause: float = 0.0, seconds: float = 5.0) -> tuple[int, bytes]:
    """Send the parts, then read to the end of the connection or of the time; the status and all that came."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        for part in parts:
            writer.write(part)
            await writer.drain()
            await asyncio.sleep(pause)
    except ConnectionError:
        pass  # answered and closed before everything was sent
    received = b""
    try:
        async with asyncio.timeout(seconds):
            while chunk := await reader.read(65536):
                received += chunk
                if b"\r\n\r\n" in received and b'"trace_id"' in received:
                    break
    except (TimeoutError, ConnectionError):
        pass
    writer.close()
    return int(received.split(b" ", 2)[1]), received


def head(token: str, *lines: str) -> bytes:
    told = ["POST /v1/count HTTP/1.1", "Host: desk", "Content-Type: application/json", f"Authorization: Bearer {token}"]
    return ("\r\n".join([*told, *lines]) + "\r\n\r\n").encode()


@declares("mediation.cases.read")
async def count(request: Request) -> Response:
    return JSONResponse({"bytes": len(await request.body()), "caller": principal_of(request).subject})


@declares("mediation.cases.read")
async def wait(_request: Request) -> Response:
    await asyncio.sleep(30)
    return Response()


@declares("mediation.cases.read")
async def stream(_request: Request) -> Response:
    async def lines() -> AsyncIterator[bytes]:
        for number in range(5):
            yield f"{number}\n".encode()
            await asyncio.sleep(0.1)

    return StreamingResponse(lines())


@declares("mediation.cases.read")
async def break_off(_request: Request) -> Response:
    async def lines() -> AsyncIterator[bytes]:
        yield b"half of it"
        raise ZeroDivisionError

    return StreamingResponse(lines())


@pytest.fixture
def app(verifier: Verifier) -> FastAPI:
    app = make_desk(None, verifier, limits=Limits(body_seconds=0.6, handling_seconds=0.3, concurrent=3))
    app.add_route("/v1/count", count, methods=["POST"])
    for path, endpoint in {"/v1/wait": wait, "/v1/stream": stream, "/v1/broken": break_off}.items():
        app.add_route(path, endpoint)
    return app


async def test_a_body_of_one_mebibyte_is_taken_and_one_byte_more_is_not(app: FastAPI, token: str) -> None:
    async with served(app) as port:
        fitting = b'"' + b"x" * (MIB - 2) + b'"'
        status, answer = await exchange(port, head(token, f"Content-Length: {MIB}"), fitting, seconds=0.5)
        assert (status, b'"bytes":1048576' in answer) == (200, True)
        began = monotonic()
        status, answer = await exchange(port, head(token, f"Content-Length: {MIB + 1}"))
        assert (status, b"body_too_large" in answer) == (413, True)
        assert monotonic() - began < 1


@pytest.mark.parametrize("announced", [True, False])
async def test_64_mebibytes_are_refused_at_once_and_never_held(app: FastAPI, token: str, *, announced: bool) -> None:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    chunk = b"x" * 65536
    body = [chunk] if announced else [b"10000\r\n" + chunk + b"\r\n"]
    line = f"Content-Length: {64 * MIB}" if announced else "Transfer-Encoding: chunked"
    async with served(app) as port:
        status, answer = await exchange(port, head(token, line), *(body * 1024))
        assert (status, b"body_too_large" in answer) == (413, True)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 32 * 1024


async def test_a_body_in_chunks_of_one_byte_is_put_together(app: FastAPI, token: str) -> None:
    chunks = b"".join(b"1\r\n" + bytes([byte]) + b"\r\n" for byte in b'{"a": 1}') + b"0\r\n\r\n"
    async with served(app) as port:
        status, answer = await exchange(port, head(token, "Transfer-Encoding: chunked"), chunks, seconds=0.3)
        assert (status, b'"bytes":8' in answer) == (200, True)


async def test_a_slow_body_is_cut_off_and_its_connection_closed(app: FastAPI, token: str) -> None:
    async with served(app) as port:
        began = monotonic()
        status, answer = await exchange(port, head(token, "Content-Length: 100"), *([b"x"] * 4), pause=0.05)
        assert (status, b"body_too_slow" in answer, b"connection: close" in answer.lower()) == (408, True, True)
        assert monotonic() - began < 1.5


async def test_a_caller_that_leaves_in_the_middle_of_its_body_harms_nobody(app: FastAPI, token: str) -> None:
    async with served(app) as port:
        for _ in range(4):  # more than may run at once
            _, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(head(token, "Content-Length: 100") + b"{")
            await writer.drain()
            writer.close()
            await writer.wait_closed()
        status, _ = await exchange(port, head(token, "Content-Length: 2"), b"{}", seconds=0.3)
        assert status == 200


async def test_a_stranger_is_answered_before_its_body_is_read(app: FastAPI) -> None:
    async with served(app) as port:
        began = monotonic()
        status, _ = await exchange(port, head("x.y.z", "Content-Length: 1000000", "Expect: 100-continue"))
        assert status == 401
        assert monotonic() - began < 0.5


async def test_handling_ends_in_time_and_a_stream_that_has_begun_goes_on(
    app: FastAPI, make_client: MakeClient, bearer: dict[str, str]
) -> None:
    client = make_client(app, bearer)
    began = monotonic()
    answer = await client.get("/v1/wait")
    assert (answer.status_code, answer.json()["code"], answer.headers["retry-after"]) == (503, "timed_out", "1")
    assert monotonic() - began < 2
    assert (await client.get("/v1/stream")).text == "0\n1\n2\n3\n4\n"


async def test_requests_beyond_the_cap_are_turned_away_and_probes_are_not(
    app: FastAPI, make_client: MakeClient, bearer: dict[str, str]
) -> None:
    client = make_client(app, bearer)
    asked = [client.get("/v1/wait") for _ in range(5)]
    *answers, probe = await asyncio.gather(*asked, client.get("/healthz"))
    assert sorted(answer.json()["code"] for answer in answers) == ["overloaded"] * 2 + ["timed_out"] * 3
    assert {(answer.status_code, answer.headers["retry-after"]) for answer in answers} == {(503, "1")}
    assert probe.status_code == 200
    assert (await client.get("/v1/none")).status_code == 404


async def test_a_response_that_breaks_off_cannot_pass_for_whole(app: FastAPI, bearer: dict[str, str]) -> None:
    async with served(app) as port, Client(base_url=f"http://127.0.0.1:{port}", headers=bearer) as client:
        with pytest.raises(httpx.RemoteProtocolError):
            await client.get("/v1/broken")
