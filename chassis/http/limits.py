"""What one request may cost: bytes and seconds of its body, seconds of its handling, and how many run at once."""

import asyncio
import contextlib
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final

from starlette._utils import get_route_path
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from chassis.http.expiry import Expiry
from chassis.http.problems import HttpRefusal, Problem, of_refusal
from chassis.telemetry.metrics import Metrics

CLOSE: Final[Mapping[str, str]] = {"Connection": "close"}
"""Ends the connection after the answer, where the rest of a body would have to be read for nothing."""
LINGER_SECONDS: Final = 1.0
"""How long a body that nobody wants is still taken in: a connection closed upon a sender loses the answer."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Limits of one service; the defaults are those of reliability.md 5.5 and 5.6."""

    body_bytes: int = 1_048_576
    body_seconds: float = 20.0
    handling_seconds: float = 4.0
    concurrent: int = 200


class BodyTooLarge(HttpRefusal):
    """More bytes than a body may have, announced or counted."""

    status = HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    code = "body_too_large"
    zh = "请求体过大"
    en = "The request body is too large"
    headers = CLOSE


class BodyTooSlow(HttpRefusal):
    """The body did not arrive in time."""

    status = HTTPStatus.REQUEST_TIMEOUT
    code = "body_too_slow"
    zh = "请求体接收超时"
    en = "The request body did not arrive in time"
    headers = CLOSE


class BadLength(HttpRefusal):
    """A Content-Length that is no number; no server lets one through, so this guards against one that does."""

    code = "bad_content_length"
    zh = "Content-Length 不是数字"
    en = "Content-Length is not a number"


class CallerGone(Exception):
    """The connection ended before the body did: there is nobody to answer."""


OVERLOADED: Final = Problem(
    503,
    "overloaded",
    "请求过多，请稍后重试",
    "Too many requests at once; come back shortly",
    headers={"Retry-After": "1"},
)
TIMED_OUT: Final = Problem(
    503,
    "timed_out",
    "处理超时，结果未知，请用同一幂等键重试",
    "Not done in time and the outcome is unknown; repeat with the same idempotency key",
    headers={"Retry-After": "1"},
)


class ConcurrencyLimit:
    """Turns requests away while `concurrent` others are in hand, so that those are still answered in time."""

    def __init__(self, app: ASGIApp, limits: Limits, metrics: Metrics, exempt: frozenset[str] = frozenset()) -> None:
        self.app = app
        self.limit = limits.concurrent
        self.exempt = exempt
        self.running = 0
        metrics.in_flight.set_function(lambda: self.running)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Count the request, unless it is a probe: those have to answer above all under load."""
        if scope["type"] != "http" or get_route_path(scope) in self.exempt:
            await self.app(scope, receive, send)
            return
        if self.running >= self.limit:
            await OVERLOADED.response(scope)(scope, receive, send)
            return
        self.running += 1
        try:
            await self.app(scope, receive, send)
        finally:
            self.running -= 1


class TimeLimit:
    """Ends the handling of a request that has not begun to answer in time; a stream that has begun may go on."""

    def __init__(self, app: ASGIApp, limits: Limits) -> None:
        self.app = app
        self.expiry = Expiry(limits.handling_seconds)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle within the limit. A transaction in hand may have been committed: the outcome is unknown."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        started = False

        async def watching(message: Message) -> None:
            nonlocal started
            if not started:
                started = True
                limit.lift()
            await send(message)

        try:
            with self.expiry.running() as limit:
                await self.app(scope, receive, watching)
        except TimeoutError:
            if started:
                raise
            await TIMED_OUT.response(scope)(scope, receive, send)


def announced_length(scope: Scope) -> int | None:
    """Content-Length, 0 without a body at all, None where the body is chunked; raises BadLength."""
    for name, value in scope["headers"]:
        if name == b"content-length":
            if not value.isdigit():
                raise BadLength
            return int(value)
        if name == b"transfer-encoding":
            return None
    return 0


async def read_body(receive: Receive, announced: int | None, most: int, expiry: Expiry) -> bytes:
    """The whole body of `most` bytes at most.

    Raises BodyTooLarge before reading what is announced as too large, BodyTooSlow, CallerGone.
    """
    if announced is not None and announced > most:
        raise BodyTooLarge
    parts: list[bytes] = []
    size = 0
    try:
        with expiry.running():
            while True:
                message = await receive()
                if message["type"] == "http.disconnect":
                    raise CallerGone
                part = message.get("body", b"")
                size += len(part)
                if size > most:
                    raise BodyTooLarge
                parts.append(part)
                if not message.get("more_body", False):
                    return part if len(parts) == 1 else b"".join(parts)
    except TimeoutError:
        raise BodyTooSlow from None


async def refuse(refusal: HttpRefusal, scope: Scope, receive: Receive, send: Send) -> None:
    """Answer a refusal from inside a middleware; one that ends the connection lingers until the caller has heard it."""
    response = of_refusal(refusal).response(scope)
    if refusal.headers is not CLOSE:
        await response(scope, receive, send)
        return

    async def unfinished(message: Message) -> None:
        await send({**message, "more_body": True} if message["type"] == "http.response.body" else message)

    await response(scope, receive, unfinished)
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(LINGER_SECONDS):
            while (await receive()).get("more_body", False):
                pass
    await send({"type": "http.response.body", "body": b"", "more_body": False})
