import asyncio
import io
import json
from typing import Any
from urllib.parse import quote

import pytest
from fastapi import FastAPI

from chassis.database.session import Database
from chassis.http.errors import SafetyNet
from chassis.http.middleware import guard_composition
from chassis.http.problems import STATUS, TITLES
from chassis.rules.refusals import Kind
from chassis.security.tokens import Verifier
from chassis.telemetry.logs import AccessLog, configure
from chassis.telemetry.metrics import Metrics
from tests.chassis.http.conftest import Client, MakeClient
from tests.chassis.http.desk import make_desk

CANARY = "13912345678"
KEY = {"Idempotency-Key": "key-00000001"}


@pytest.mark.parametrize("kind", Kind)
def test_every_kind_of_refusal_has_a_status_with_a_title(kind: Kind) -> None:
    assert STATUS[kind] in TITLES


async def test_unknown_addresses_and_methods_are_problems_too(closed: Client) -> None:
    unknown = await closed.get(f"/v1/{CANARY}?name={CANARY}")
    assert (unknown.status_code, unknown.json()["code"]) == (404, "not_found")
    method = await closed.delete("/v1/cases")
    assert (method.status_code, method.json()["code"]) == (405, "method_not_allowed")
    assert method.headers["allow"] in {"POST", "GET"}
    slash = await closed.get("/v1/cases/", follow_redirects=False)
    assert slash.status_code in {404, 422}
    for answer in (unknown, method, slash):
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json()["trace_id"] == answer.headers["trace-id"]
        assert CANARY not in answer.text


@pytest.mark.parametrize(
    ("change", "errors"),
    [
        ({CANARY: CANARY}, [("body", "unknown_field")]),
        ({"parties": [{"role": CANARY, "name": "x" * 60, "phone": CANARY + "0"}]},
         [("parties[0].role", "not_a_code"), ("parties[0].name", "too_long"), ("parties[0].phone", "wrong_format")]),
        ({"parties": [{"role": "APPLICANT", "name": "x", CANARY: 1}]}, [("parties[0]", "unknown_field")]),
        ({"division": CANARY, "people": CANARY}, [("division", "wrong_format"), ("people", "not_an_integer")]),
        ({"people": 101}, [("people", "out_of_range")]),
        ({"parties": CANARY}, [("parties", "not_a_list")]),
    ],
)  # fmt: skip
async def test_wrong_fields_are_named_and_never_repeated(
    reading: Client, body: dict[str, object], change: dict[str, object], errors: list[tuple[str, str]]
) -> None:
    answer = await reading.post("/v1/cases", json=body | change, headers=KEY)
    problem = answer.json()
    assert (answer.status_code, problem["code"]) == (422, "validation_failed")
    assert [(error["field"], error["code"]) for error in problem["errors"]] == errors
    assert CANARY not in answer.text
    assert all(error["zh"] and error["en"] for error in problem["errors"])


@pytest.mark.parametrize("value", [CANARY, "null", '"x"', "[1]", "true", "-1"])
async def test_a_body_of_another_kind_is_refused(reading: Client, value: str) -> None:
    answer = await reading.post("/v1/cases", content=value, headers=KEY | {"Content-Type": "application/json"})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == "body"
    assert CANARY not in answer.text


@pytest.mark.parametrize(
    ("query", "code"),
    [
        (f"limit={CANARY}", "validation_failed"),
        ("limit=0", "validation_failed"),
        ("limit=1e9", "validation_failed"),
        ("limit=101", "validation_failed"),
        (f"cursor={CANARY}", "bad_cursor"),
        ("cursor=", "validation_failed"),
        (f"{CANARY}=1", "unknown_parameter"),
        ("limit=1&limit=2", "repeated_parameter"),
        ("total=perhaps", "validation_failed"),
    ],
)
async def test_wrong_parameters_are_refused_in_the_same_words(reading: Client, query: str, code: str) -> None:
    answer = await reading.get(f"/v1/cases?{query}")
    assert (answer.status_code, answer.json()["code"]) == (422, code)
    assert CANARY not in answer.text


@pytest.mark.parametrize("segment", [CANARY, "x" * 5000, "%00", "a%00b", "%ff", "..%2f..", "é", "张三"])
async def test_an_address_is_judged_and_never_repeated(reading: Client, segment: str) -> None:
    for answer in (
        await reading.get(f"/v1/cases/{segment}"),
        await reading.get(f"/v1/cases/{CANARY}?x={segment}"),
        await reading.post(
            f"/v1/cases/{segment}/termination", json={"reason": "WITHDRAWN"}, headers=KEY | {"If-Match": '"1"'}
        ),
    ):
        assert answer.status_code in {400, 404, 422}
        assert answer.headers["content-type"] == "application/problem+json"
        assert segment not in answer.text
        assert quote(segment) not in answer.text
        assert CANARY not in answer.text


async def test_a_fault_is_logged_by_class_and_place_and_without_data(
    database: Database, verifier: Verifier, make_client: MakeClient, bearer: dict[str, str]
) -> None:
    lines = io.StringIO()
    configure("desk", stream=lines)
    desk = make_client(make_desk(database, verifier, access=AccessLog("desk", lines)), bearer)
    answer = await desk.get(f"/v1/cases/faults/bug?{CANARY}=1")
    assert answer.status_code == 422
    answer = await desk.get("/v1/cases/faults/bug")
    assert answer.status_code == 500
    await asyncio.sleep(0)  # access lines leave at the end of the loop's turn
    assert "13800138000" not in lines.getvalue()
    assert CANARY not in lines.getvalue()
    told: list[dict[str, Any]] = [json.loads(line) for line in lines.getvalue().splitlines()]
    fault = next(line for line in told if line["event"] == "request_failed")
    access = told[-1]
    assert fault["error"] == "ZeroDivisionError"
    assert access["event"] == "request"
    assert (access["status"], access["route"]) == (500, "/v1/cases/faults/{kind}")
    assert fault["trace_id"] == access["trace_id"] == answer.headers["trace-id"] == answer.json()["trace_id"]


async def test_a_middleware_that_fails_is_caught_as_well(make_client: MakeClient) -> None:
    async def broken(_scope: object, _receive: object, _send: object) -> None:
        raise ZeroDivisionError(CANARY)

    answer = await make_client(SafetyNet(broken)).get("/")
    assert (answer.status_code, answer.json()["code"]) == (500, "internal_error")
    assert CANARY not in answer.text


async def test_the_composition_answers_in_problems_and_is_observed_once(
    verifier: Verifier, make_client: MakeClient
) -> None:
    lines = io.StringIO()
    whole = FastAPI(docs_url=None, redoc_url=None)
    whole.mount("/desk", make_desk(None, verifier, access=AccessLog("desk", lines)))
    guard_composition(whole, Metrics("onewindow"), access=AccessLog("onewindow", lines))
    client = make_client(whole)
    outside = await client.get(f"/{CANARY}")
    assert (outside.status_code, outside.json()["code"]) == (404, "not_found")
    assert CANARY not in outside.text
    trace = "4bf92f3577b34da6a3ce929d0e0e4736"
    within = await client.get("/desk/v1/cases", headers={"traceparent": f"00-{trace}-00f067aa0ba902b7-01"})
    assert within.status_code == 401
    assert within.headers.get_list("trace-id") == [trace]
    await asyncio.sleep(0)  # access lines leave at the end of the loop's turn
    told = [json.loads(line) for line in lines.getvalue().splitlines()]
    assert [(line["service"], line["status"]) for line in told] == [("onewindow", 404), ("desk", 401)]
