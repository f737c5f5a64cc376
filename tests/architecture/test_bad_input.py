"""Hostile and careless bodies on every route that takes one: refused as a problem, repeating nothing."""

import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.architecture.operations import Described, operations
from tests.county import County, key

CANARY = "金丝雀canary7f3a"
LIMIT = 1_048_576


@pytest.fixture(scope="module")
def described(county: County) -> list[Described]:
    found = [one for name, app in county.apps.items() for one in operations(name, app) if one.body is not None]
    assert len(found) > 15, "the services lost their writing operations"
    return found


def hostile(body: Any) -> Iterator[tuple[str, bytes]]:
    """Bodies that are no strict JSON, whatever the schema."""
    text = json.dumps(body, ensure_ascii=False)
    inside = text[:-1] + ("," if len(body) else "")
    yield "NUL escaped", (inside + f'"{CANARY}":"\\u0000"}}').encode()
    yield "NUL raw", (inside + f'"{CANARY}":"\0"}}').encode()
    yield "lone surrogate", (inside + f'"{CANARY}":"\\ud800"}}').encode()
    yield "NaN", (inside + f'"{CANARY}":NaN}}').encode()
    yield "Infinity", (inside + f'"{CANARY}":-Infinity}}').encode()
    yield "1e400", (inside + f'"{CANARY}":1e400}}').encode()
    yield "huge integer", (inside + f'"{CANARY}":{"9" * 5000}}}').encode()
    yield "duplicate key", (inside + f'"{CANARY}":1,"{CANARY}":2}}').encode()
    yield "depth", (inside + f'"{CANARY}":' + "[" * 100_000 + "]" * 100_000 + "}").encode()
    yield "1 MiB + 1", (inside + f'"{CANARY}":"').encode() + b"x" * LIMIT + b'"}'
    yield "trailing bytes", (text + CANARY).encode()
    yield "cut off", text[:-1].encode() + f'"{CANARY}'.encode()
    yield "not UTF-8", text.encode()[:-1] + b',"\xff\xfe":1}'
    yield "UTF-16", text.encode("utf-16")
    yield "BOM", b"\xef\xbb\xbf" + text.encode()
    yield "a list", f'["{CANARY}"]'.encode()
    yield "a string", f'"{CANARY}"'.encode()
    yield "null", b"null"
    yield "empty", b""


def careless(body: dict[str, Any]) -> Iterator[tuple[str, bytes]]:
    """Bodies that are JSON and break the schema: an unknown field, and each field with values of other types."""
    yield "unknown field", json.dumps(body | {CANARY: CANARY}).encode()
    for name, value in body.items():
        for wrong in (CANARY, [CANARY], {CANARY: CANARY}, True, 1.5, -(2**62), None):
            if type(wrong) is type(value) and not isinstance(value, str):
                continue
            yield f"{name}={type(wrong).__name__}", json.dumps(body | {name: wrong}).encode()


async def test_every_hostile_body_is_a_problem_that_echoes_nothing(county: County, described: list[Described]) -> None:
    for one in described:
        async with county.client(one.service, one.role) as client:
            for name, content in hostile(one.body):
                answer = await send(client, one, content)
                check(answer, f"{one}: {name}")


async def test_no_careless_body_is_a_fault_of_ours(county: County, described: list[Described]) -> None:
    for one in described:
        async with county.client(one.service, one.role) as client:
            for name, content in careless(one.body):
                answer = await send(client, one, content)
                if answer.status_code >= 400:  # free text may be any text
                    check(answer, f"{one}: {name}")
                assert CANARY not in answer.text or answer.status_code < 300, f"{one}: {name}"
                if name == "unknown field":
                    assert answer.status_code == 422, f"{one}: {name}"


async def test_other_content_types_are_refused(county: County, described: list[Described]) -> None:
    for one in described:
        async with county.client(one.service, one.role) as client:
            for kind in (
                "text/plain",
                "application/xml",
                "multipart/form-data; boundary=x",
                "application/json; charset=gbk",
            ):
                headers = one.headers | key() | {"Content-Type": kind}
                answer = await client.request(one.method, one.path, headers=headers, content=one.content)
                assert answer.status_code == 415, f"{one}: {kind}"


@pytest.mark.parametrize("service", ["intake", "mediation", "petition", "analytics"])
async def test_paths_and_queries_are_not_repeated(county: County, service: str) -> None:
    async with county.client(service, "WINDOW_CLERK") as client:
        for path in (
            f"/v1/{CANARY}",
            f"/{CANARY}",
            f"/v1/divisions?{CANARY}={CANARY}",
            "/v1/divisions?cursor=" + CANARY,
        ):
            answer = await client.get(path)
            assert 400 <= answer.status_code < 500, path
            check(answer, path)
        answer = await client.request("DELETE", "/v1/divisions")
        assert answer.status_code == 405
        check(answer, "DELETE")


async def send(client: httpx.AsyncClient, one: Described, content: bytes) -> httpx.Response:
    headers = one.headers | key() | {"Content-Type": "application/json"}
    return await client.request(one.method, one.path, headers=headers, content=content)


def check(answer: httpx.Response, what: str) -> None:
    assert 400 <= answer.status_code < 500, f"{what}: {answer.status_code} {answer.text[:300]}"
    assert answer.headers["content-type"] == "application/problem+json", what
    assert CANARY not in answer.text, what
    problem = answer.json()
    assert problem["code"], what
    assert problem["detail"], what
    assert problem["status"] == answer.status_code, what
