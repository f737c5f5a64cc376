"""The cache of an issuer's keys, against sources that change, fail, hang and answer too much."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from chassis.rules.clock import FixedClock
from chassis.security import jwks
from chassis.security.jwks import Document, FileJwks, HttpJwks, InlineJwks, KeyCache, KeysUnavailable
from tests.chassis.security.hostile_tokens import EDWARDS, KEY, NOW, RSA, key_set

ES256 = frozenset({"ES256"})


class Source:
    """A source that counts, can fail, and can be held."""

    def __init__(self, document: Document) -> None:
        self.document: Document | None = document
        self.fetches = 0
        self.open = asyncio.Event()
        self.open.set()

    async def fetch(self) -> Document:
        self.fetches += 1
        await self.open.wait()
        if self.document is None:
            raise KeysUnavailable
        return self.document


async def test_a_set_is_fetched_once_for_five_minutes() -> None:
    clock, source = FixedClock(NOW), Source(key_set(KEY))
    cache = KeyCache(source, ES256, clock)
    for _ in range(5):
        assert await cache.get("first") is not None
    clock.advance(timedelta(minutes=4, seconds=59))
    assert await cache.get("first") is not None
    assert source.fetches == 1
    clock.advance(timedelta(seconds=1))
    assert await cache.get("first") is not None
    assert source.fetches == 2


async def test_many_that_wait_cause_one_fetch() -> None:
    source = Source(key_set(KEY))
    source.open.clear()
    cache = KeyCache(source, ES256, FixedClock(NOW))
    waiting = [asyncio.create_task(cache.get("first")) for _ in range(20)]
    await asyncio.sleep(0)
    source.open.set()
    assert all(key is not None for key in await asyncio.gather(*waiting))
    assert source.fetches == 1


async def test_unknown_ids_cause_one_fetch_in_ten_seconds() -> None:
    clock, source = FixedClock(NOW), Source(key_set(KEY))
    cache = KeyCache(source, ES256, clock)
    await cache.get("first")
    for number in range(100):
        assert await cache.get(f"unknown-{number}") is None
    assert source.fetches == 1, "the first fetch is not ten seconds old"
    clock.advance(timedelta(seconds=10))
    for number in range(100):
        assert await cache.get(f"unknown-{number}") is None
    assert source.fetches == 2


async def test_a_new_key_is_found_before_the_set_grows_old() -> None:
    clock, source = FixedClock(NOW), Source(key_set())
    cache = KeyCache(source, ES256, clock)
    assert await cache.get("first") is None
    source.document = key_set(KEY)
    clock.advance(timedelta(seconds=10))
    assert await cache.get("first") is not None
    assert cache.generation == 0, "nothing was withdrawn"


async def test_keys_outlive_an_issuer_that_is_away_for_an_hour() -> None:
    clock, source = FixedClock(NOW), Source(key_set(KEY))
    cache = KeyCache(source, ES256, clock)
    await cache.get("first")
    source.document = None
    clock.advance(timedelta(minutes=59))
    assert await cache.get("first") is not None
    clock.advance(timedelta(minutes=2))
    with pytest.raises(KeysUnavailable):
        await cache.get("first")
    source.document = key_set(KEY)
    clock.advance(timedelta(seconds=10))
    assert await cache.get("first") is not None


async def test_without_a_first_answer_no_token_can_be_judged() -> None:
    clock, source = FixedClock(NOW), Source(key_set(KEY))
    source.document = None
    cache = KeyCache(source, ES256, clock)
    for _ in range(3):
        with pytest.raises(KeysUnavailable):
            await cache.get("first")
    assert source.fetches == 1, "an issuer that is down is not asked by every request"


async def test_withdrawn_and_exchanged_keys_raise_the_generation() -> None:
    clock, source = FixedClock(NOW), Source(key_set(KEY))
    cache = KeyCache(source, ES256 | {"RS256"}, clock)
    await cache.get("first")
    source.document = key_set(KEY, RSA)
    clock.advance(timedelta(minutes=5))
    assert await cache.get("rsa") is not None
    assert cache.generation == 0
    source.document = key_set(RSA)
    clock.advance(timedelta(minutes=5))
    assert await cache.get("first") is None
    assert cache.generation == 1


async def test_a_fetch_that_is_cancelled_keeps_nobody_else_waiting() -> None:
    source = Source(key_set(KEY))
    source.open.clear()
    cache = KeyCache(source, ES256, FixedClock(NOW))
    first = asyncio.create_task(cache.get("first"))
    await asyncio.sleep(0)
    first.cancel()
    with pytest.raises(asyncio.CancelledError):
        await first
    source.open.set()
    assert await cache.get("first") is not None


async def test_only_keys_of_allowed_algorithms_are_kept() -> None:
    assert set(jwks.usable_keys(key_set(KEY, RSA, EDWARDS), ES256)) == {"first"}
    assert set(jwks.usable_keys(key_set(KEY, RSA, EDWARDS), frozenset({"EdDSA", "RS256"}))) == {"rsa", "edwards"}


@pytest.mark.parametrize("document", [{}, {"keys": None}, {"keys": {}}, {"keys": "first"}, {"keys": [[], 7]}])
async def test_a_set_without_keys_is_empty(document: dict[str, Any]) -> None:
    assert jwks.usable_keys(document, ES256) == {}


async def test_a_file_may_be_replaced_or_missing(tmp_path: Path) -> None:
    path = tmp_path / "jwks.json"
    with pytest.raises(KeysUnavailable):
        await FileJwks(path).fetch()
    for text in (b"", b"[]", b"{", b"\xff"):
        path.write_bytes(text)
        with pytest.raises(KeysUnavailable):
            await FileJwks(path).fetch()
    path.write_text(json.dumps(key_set(KEY)))
    assert await FileJwks(path).fetch() == await InlineJwks(key_set(KEY)).fetch()


Respond = Callable[[asyncio.StreamWriter], Any]


@asynccontextmanager
async def issuer(respond: Respond) -> AsyncIterator[str]:
    """An HTTP server that answers every request with what `respond` writes; gives its address."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        await respond(writer)
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/jwks"


def answering(body: bytes, status: str = "200 OK", headers: str = "") -> Respond:
    async def respond(writer: asyncio.StreamWriter) -> None:
        writer.write(f"HTTP/1.1 {status}\r\n{headers}Content-Length: {len(body)}\r\n\r\n".encode() + body)
        await writer.drain()

    return respond


async def test_a_published_set_is_fetched() -> None:
    async with issuer(answering(json.dumps(key_set(KEY)).encode())) as url:
        assert await HttpJwks(url).fetch() == key_set(KEY)


@pytest.mark.parametrize(
    "respond",
    [
        answering(b"{}", "500 Internal Server Error"),
        answering(b"", "302 Found", "Location: http://127.0.0.1:1/\r\n"),
        answering(b"<html>"),
        answering(b"[]"),
        answering(b'{"keys": "' + b"x" * 300_000 + b'"}'),
    ],
)
async def test_other_answers_are_no_key_set(respond: Respond) -> None:
    async with issuer(respond) as url:
        with pytest.raises(KeysUnavailable):
            await HttpJwks(url).fetch()


async def test_nobody_there() -> None:
    with pytest.raises(KeysUnavailable):
        await HttpJwks("http://127.0.0.1:1/jwks").fetch()


async def test_an_issuer_that_hangs_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jwks, "FETCH_SECONDS", 0.1)
    gone = asyncio.Event()

    async def trickle(writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
        while not gone.is_set() and not writer.is_closing():
            writer.write(b" ")
            await asyncio.sleep(0.01)

    async with issuer(trickle) as url:
        with pytest.raises(KeysUnavailable):
            await HttpJwks(url).fetch()
        gone.set()
