"""The plain routes of cases: registering, alone and in batches."""

import asyncio
import json
from typing import Any
from uuid import UUID

import asyncpg
import httpx
import pytest
from fastapi import FastAPI

from chassis.database.scope import Scope
from tests.callers import AsRole
from tests.county import key
from tests.intake.cases.calls import BODY, PETITION, register
from tests.intake.places import LESHOU, XIAN
from tests.intake.stories import CANARIES


async def test_registering_answers_what_the_person_takes_along(clerk: httpx.AsyncClient) -> None:
    response = await clerk.post("/v1/cases", json=BODY, headers=key())
    answer = response.json()
    assert response.status_code == 201
    assert response.headers["ETag"] == '"1"'
    assert response.headers["Location"] == f"/v1/cases/{answer['id']}"
    assert list(answer) == ["id", "number", "receipt_code", "receipt", "registered"]
    assert answer["number"] == "（2026）窗字第1号"
    assert answer["registered"]["case_id"] == answer["id"]
    assert UUID(answer["id"]).version == 7
    assert answer["receipt_code"] not in json.dumps(answer["registered"])
    assert len(bytes.fromhex(answer["receipt"])) == 32


async def test_forty_equal_requests_get_forty_equal_bodies(clerk: httpx.AsyncClient, owner: asyncpg.Connection) -> None:
    headers = key()
    responses = await asyncio.gather(*(clerk.post("/v1/cases", json=BODY, headers=headers) for _ in range(40)))
    assert {response.status_code for response in responses} == {201}
    assert len({response.content for response in responses}) == 1
    assert await owner.fetchval("SELECT count(*) FROM cases") == 1


async def test_the_same_key_with_another_body_is_refused(clerk: httpx.AsyncClient) -> None:
    headers = key()
    await clerk.post("/v1/cases", json=BODY, headers=headers)
    reordered = dict(reversed(BODY.items()))
    assert (await clerk.post("/v1/cases", json=reordered, headers=headers)).status_code == 201
    response = await clerk.post("/v1/cases", json=BODY | {"people_involved": 6}, headers=headers)
    assert (response.status_code, response.json()["code"]) == (422, "idempotency_key_reused")


async def test_a_key_is_needed(clerk: httpx.AsyncClient) -> None:
    response = await clerk.post("/v1/cases", json=BODY)
    assert (response.status_code, response.json()["code"]) == (400, "idempotency_key_missing")


@pytest.mark.parametrize(
    ("changes", "field", "code"),
    [
        ({"kind": "GOSSIP"}, "kind", "not_a_code"),
        ({"people_involved": "5"}, "people_involved", "not_an_integer"),
        ({"people_involved": 0}, "people_involved", "out_of_range"),
        ({"division": "1309"}, "division", "wrong_format"),
        ({"narrative": " \n "}, "narrative", "blank"),
        ({"narrative": "长" * 10_001}, "narrative", "too_long"),
        ({"parties": [{"role": "APPLICANT", "nickname": "小王"}]}, "parties[0].name", "required"),
        ({"source": {"name": "messages", "id": "坏"}}, "source.id", "wrong_format"),
        ({"secret": "13987654321"}, "body", "unknown_field"),
        ({"division": LESHOU}, "division", "division_unknown"),
        ({"division": "130926999000"}, "division", "division_unknown"),
    ],
)
async def test_what_is_wrong_is_named_and_not_repeated(
    clerk: httpx.AsyncClient, changes: dict[str, Any], field: str, code: str
) -> None:
    response = await clerk.post("/v1/cases", json=BODY | changes, headers=key())
    problem = response.json()
    assert response.status_code == 422
    assert (field, code) in {(error["field"], error["code"]) for error in problem["errors"]}
    for canary in (*CANARIES.values(), "nickname", "小王", "secret", "GOSSIP"):
        assert canary not in response.text


async def test_an_accusation_is_told_where_to_go(clerk: httpx.AsyncClient) -> None:
    response = await clerk.post("/v1/cases", json=PETITION | {"petition_category": "ACCUSATION"}, headers=key())
    assert (response.status_code, response.json()["code"]) == (422, "accusation_not_taken_here")
    assert "12388" in response.json()["detail"]


async def test_roles_that_register_nothing_are_refused(as_role: AsRole) -> None:
    async with as_role("ANALYST") as analyst:
        assert (await analyst.post("/v1/cases", json=BODY, headers=key())).status_code == 403
        assert (await analyst.post("/v1/cases/batch", json={"items": []})).status_code == 403
        assert (await analyst.get("/v1/cases")).status_code == 403


async def test_a_second_registration_of_a_source_names_the_case_to_who_may_see_it(
    clerk: httpx.AsyncClient, as_role: AsRole
) -> None:
    source = {"name": "messages", "id": "188006", "author": "A000102948"}
    first = await register(clerk, source=source)
    response = await clerk.post("/v1/cases", json=BODY | {"source": source}, headers=key())
    assert (response.status_code, response.json()["code"]) == (409, "already_registered")
    assert response.headers["Location"] == f"/v1/cases/{first['id']}"
    async with as_role(division=XIAN) as elsewhere:
        response = await elsewhere.post("/v1/cases", json=BODY | {"source": source, "division": LESHOU}, headers=key())
    assert (response.status_code, response.json()["code"]) == (409, "already_registered")
    assert "Location" not in response.headers
    assert first["id"] not in response.text


async def test_a_full_queue_asks_to_come_back(clerk: httpx.AsyncClient, app: FastAPI) -> None:
    writer = app.state.window.writer
    writer._capacity = 0
    response = await clerk.post("/v1/cases", json=BODY, headers=key())
    assert (response.status_code, response.headers["Retry-After"]) == (503, "1")
    batch = await clerk.post("/v1/cases/batch", json={"items": [{"key": "phone-1-1", "case": BODY}]})
    assert batch.json()["items"][0]["status"] == 503
    writer._capacity = 2000
    await register(clerk)


async def test_a_failing_commit_is_no_success(clerk: httpx.AsyncClient, owner: asyncpg.Connection) -> None:
    await owner.execute(
        """
        CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'no'; END $$;
        CREATE CONSTRAINT TRIGGER fail AFTER INSERT ON journal DEFERRABLE INITIALLY DEFERRED
          FOR EACH ROW EXECUTE FUNCTION fail();
        """
    )
    response = await clerk.post("/v1/cases", json=BODY, headers=key())
    assert response.status_code == 500
    batch = await clerk.post("/v1/cases/batch", json={"items": [{"key": "phone-1-1", "case": BODY}]})
    assert batch.json()["items"][0]["status"] == 500
    assert await owner.fetchval("SELECT count(*) FROM cases") == 0


async def test_row_level_security_alone_refuses_to_register_elsewhere(
    clerk: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Scope, "holds", lambda _scope, _code: True)
    response = await clerk.post("/v1/cases", json=BODY | {"division": LESHOU}, headers=key())
    assert (response.status_code, response.json()["code"]) == (403, "outside_jurisdiction")


async def test_a_batch_answers_item_by_item_in_its_order(clerk: httpx.AsyncClient, owner: asyncpg.Connection) -> None:
    items = [
        {"key": "phone-1-1", "case": BODY},
        {"key": "phone-1-2", "case": BODY | {"division": LESHOU}},
        {"key": "phone-1-3", "case": BODY | {"people_involved": "5", "13987654321": 1}},
        {"key": "phone-1-1", "case": BODY},
        {"key": "phone-1-1", "case": BODY | {"people_involved": 6}},
        {"key": "phone-1-4", "case": BODY},
    ]
    response = await clerk.post("/v1/cases/batch", json={"items": items})
    assert response.status_code == 200
    results = response.json()["items"]
    assert [result["key"] for result in results] == [item["key"] for item in items]
    assert [result["status"] for result in results] == [201, 422, 422, 201, 422, 201]
    assert results[0]["case"] == results[3]["case"]
    assert results[1]["problem"]["code"] == "division_unknown"
    assert {error["field"] for error in results[2]["problem"]["errors"]} == {"people_involved", "body"}
    assert "13987654321" not in response.text
    assert results[4]["problem"]["code"] == "idempotency_key_reused"
    assert await owner.fetchval("SELECT count(*) FROM cases") == 2
    again = await clerk.post("/v1/cases/batch", json={"items": items})
    assert [item.get("case") for item in again.json()["items"]] == [item.get("case") for item in results]


async def test_what_was_sent_alone_may_come_again_in_a_batch(clerk: httpx.AsyncClient) -> None:
    first = await clerk.post("/v1/cases", json=BODY, headers=key("phone-1-1"))
    batch = await clerk.post("/v1/cases/batch", json={"items": [{"key": "phone-1-1", "case": BODY}]})
    assert batch.json()["items"][0]["case"] == first.json()


async def test_a_batch_has_at_most_two_hundred(clerk: httpx.AsyncClient) -> None:
    items = [{"key": f"phone-{number:04}", "case": BODY | {"title": str(number)}} for number in range(201)]
    assert (await clerk.post("/v1/cases/batch", json={"items": items})).status_code == 422
    response = await clerk.post("/v1/cases/batch", json={"items": items[:200]})
    assert {result["status"] for result in response.json()["items"]} == {201}
    numbers = [result["case"]["number"] for result in response.json()["items"]]
    assert numbers == [f"（2026）窗字第{number}号" for number in range(1, 201)]


async def test_openapi_carries_an_example_of_a_case_and_its_permission(clerk: httpx.AsyncClient) -> None:
    document = (await clerk.get("/openapi.json")).json()
    operation = document["paths"]["/v1/cases"]["post"]
    assert operation["x-permission"] == "intake.cases.register"
    example = operation["requestBody"]["content"]["application/json"]["example"]
    assert {"division", "narrative"} <= example.keys()
    assert {"name", "phone", "identity_number"} <= example["parties"][0].keys()
    assert (await clerk.post("/v1/cases", json=example, headers=key())).status_code == 201
    batch = document["paths"]["/v1/cases/batch"]["post"]
    assert "Idempotency-Key" not in {parameter["name"] for parameter in batch.get("parameters", [])}
