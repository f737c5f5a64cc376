"""Which JSON is let in: UTF-8 with one meaning, and nothing that the database or another reader would refuse."""

from collections.abc import Mapping
from typing import Any, Final

import jiter
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from chassis.http.expiry import Expiry
from chassis.http.json_refusals import (
    DuplicateKey,
    LoneSurrogate,
    MalformedJson,
    NotJson,
    NotUtf8,
    NulCharacter,
    NumberOutOfRange,
    TooDeep,
    TooManyKeys,
    TrailingBytes,
)
from chassis.http.limits import CallerGone, Limits, announced_length, read_body, refuse
from chassis.http.problems import HttpRefusal

PARSED: Final = "onewindow.json"
RAW: Final = "onewindow.body"
DEPTH: Final = 20
KEYS: Final = 10_000
"""A batch of a thousand divisions has seven thousand."""
NUL_ESCAPED: Final = b"\\u0000"
INT_MIN: Final = -(2**63)
INT_MAX: Final = 2**63 - 1
INFINITY: Final = float("inf")
BYTE_ORDER_MARKS: Final = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")
MEDIA_TYPE: Final = b"application/json"
CHARSETS: Final = frozenset({b"", b"charset=utf-8", b'charset="utf-8"'})
METHODS_WITH_BODY: Final = frozenset({"POST", "PUT", "PATCH"})


class StrictJson:
    """Reads a request's body once, refuses what is not strict JSON, and hands the very bytes on to the application."""

    def __init__(self, app: ASGIApp, limits: Limits) -> None:
        self.app = app
        self.most = limits.body_bytes
        self.expiry = Expiry(limits.body_seconds)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Leave the parsed value and the bytes in the scope, where idempotency and plain routes take them from."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        try:
            announced = announced_length(scope)
            if announced == 0 and scope["method"] not in METHODS_WITH_BODY:
                await self.app(scope, receive, send)
                return
            if announced != 0:
                check_headers(scope)
            body = await read_body(receive, announced, self.most, self.expiry)
            if body:
                scope[PARSED] = parse(body)
                scope[RAW] = body
        except HttpRefusal as refusal:
            await refuse(refusal, scope, receive, send)
            return
        except CallerGone:
            return
        given = False

        async def replay() -> Message:
            nonlocal given
            if given:
                return await receive()
            given = True
            return {"type": "http.request", "body": body, "more_body": False}

        await self.app(scope, replay, send)


def check_headers(scope: Scope) -> None:
    """The body is said to be plain JSON in UTF-8; raises NotJson."""
    said = None
    for name, value in scope["headers"]:
        if name == b"content-type":
            media_type, _, parameters = value.lower().partition(b";")
            if said is not None or media_type.strip() != MEDIA_TYPE or parameters.strip() not in CHARSETS:
                raise NotJson
            said = value
        elif name == b"content-encoding" and value.lower() != b"identity":
            raise NotJson
    if said is None:
        raise NotJson


def parse(body: bytes) -> Any:  # noqa: ANN401 -- any JSON value
    """The value of a body; raises one of the refusals above."""
    try:
        value = jiter.from_json(body, catch_duplicate_keys=True, allow_inf_nan=False)
    except ValueError as error:
        raise _reason(body, str(error)) from None
    _inspect(value)
    if NUL_ESCAPED in body and _holds_nul(value):
        raise NulCharacter
    return value


def parsed(scope: Scope) -> Any:  # noqa: ANN401 -- any JSON value
    """What the request's body says, None without a body."""
    return scope.get(PARSED)


def raw(scope: Scope) -> bytes:
    """The request's body as it came, checked; empty without one."""
    body: bytes = scope.get(RAW, b"")
    return body


def _inspect(value: object) -> None:
    """Refuse numbers, depths and sizes that are valid JSON and still not wanted. One loop: it runs for every body."""
    keys = depth = 0
    level: list[Any] = [value]
    while level:
        below: list[Any] = []
        for item in level:
            kind = type(item)
            if kind is dict or kind is list:
                if depth == DEPTH:
                    raise TooDeep
                below += item.values() if kind is dict else item
                keys += len(item) if kind is dict else 0
            elif kind is int:
                if not INT_MIN <= item <= INT_MAX:
                    raise NumberOutOfRange
            elif kind is float and not -INFINITY < item < INFINITY:
                raise NumberOutOfRange
        if keys > KEYS:
            raise TooManyKeys
        level = below
        depth += 1


def _holds_nul(value: object) -> bool:
    """Whether any text of the value, keys included, holds U+0000. The depth has been checked before."""
    match value:
        case str():
            return "\0" in value
        case dict():
            return any(_holds_nul(key) or _holds_nul(item) for key, item in value.items())
        case list():
            return any(_holds_nul(item) for item in value)
    return False


def _reason(body: bytes, message: str) -> HttpRefusal:
    """Which refusal a parse error is. Runs for refused bodies only, so it may look twice."""
    if body.startswith(BYTE_ORDER_MARKS) or not _is_utf8(body):
        return NotUtf8()
    if b"\0" in body:
        return NulCharacter()
    if "hex escape" in message and b"\\ud" in body.lower():
        return LoneSurrogate()
    for part, refusal in REASONS.items():
        if part in message:
            return refusal()
    # NaN and the infinities are valid for the one reading and not for the other, and nothing else is.
    return NumberOutOfRange() if _is_json(body) else MalformedJson()


def _is_utf8(body: bytes) -> bool:
    try:
        body.decode()
    except UnicodeDecodeError:
        return False
    return True


def _is_json(body: bytes) -> bool:
    try:
        jiter.from_json(body, allow_inf_nan=True)
    except ValueError:
        return False
    return True


REASONS: Final[Mapping[str, type[HttpRefusal]]] = {
    "duplicate key": DuplicateKey,
    "trailing characters": TrailingBytes,
    "number out of range": NumberOutOfRange,
    "recursion limit": TooDeep,
}
"""Parts of jiter's messages and what they mean."""
