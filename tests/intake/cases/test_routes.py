"""The ordinary routes of cases: lists, one case, its timeline, its particulars, what people said of it."""

import json
from collections.abc import AsyncIterator
from uuid import UUID, uuid4

import asyncpg
import httpx
import pytest
from fastapi import FastAPI

from chassis.database.scope import Scope
from chassis.rules.clock import FixedClock
from contracts.codes import CaseOutcome, ConcludingService
from services.intake.cases import commands, queries
from tests.callers import AsRole
from tests.county import key
from tests.intake.cases.calls import PETITION, register
from tests.intake.places import LESHOU, SHANGCUN, SUNING, WOBEI
from tests.intake.stories import CANARIES, one


@pytest.fixture
async def in_town(as_role: AsRole) -> AsyncIterator[httpx.AsyncClient]:
    async with as_role(division=WOBEI) as client:
        yield client


@pytest.fixture
async def next_town(as_role: AsRole) -> AsyncIterator[httpx.AsyncClient]:
    async with as_role(division=SHANGCUN) as client:
        yield client


async def test_one_case_is_shown_masked(in_town: httpx.AsyncClient) -> None:
    case_id = (await register(in_town))["id"]
    response = await in_town.get(f"/v1/cases/{case_id}")
    case = response.json()
    assert response.headers["ETag"] == '"1"'
    assert (case["version"], case["state"], case["actions"]) == (1, "REGISTERED", ["route"])
    assert case["narrative"] == CANARIES["narrative"]
    applicant = case["parties"][0]
    assert (applicant["name"], applicant["phone"]) == ("王*", "139****4321")
    assert applicant["identity_number"] == "130*************17"
    assert applicant["address"] == "肃宁县窝北镇***"
    for hidden in ("name", "phone", "identity_number", "address"):
        assert CANARIES[hidden] not in response.text


async def test_a_petition_shows_its_deadline_with_lamp(in_town: httpx.AsyncClient, clock: FixedClock) -> None:
    answer = await in_town.post("/v1/cases", json=PETITION, headers=key())
    case = (await in_town.get(f"/v1/cases/{answer.json()['id']}")).json()
    assert case["visitors"] == 2
    (deadline,) = case["deadlines"]
    assert (deadline["rule"], deadline["due_date"], deadline["state"], deadline["lamp"]) == (
        "PET_NOTICE_DIRECT", "2026-03-17", "OPEN", "GREEN"
    )  # fmt: skip


@pytest.mark.parametrize("part", ["", "/timeline", "/particulars?purpose=CONTACT"])
async def test_another_towns_case_answers_like_one_that_does_not_exist(
    in_town: httpx.AsyncClient, next_town: httpx.AsyncClient, part: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    case_id = (await register(in_town))["id"]
    missing = await next_town.get(f"/v1/cases/{uuid4()}{part}")
    hidden = await next_town.get(f"/v1/cases/{case_id}{part}")
    assert hidden.status_code == missing.status_code == 404
    assert hidden.json() | {"trace_id": None} == missing.json() | {"trace_id": None}
    monkeypatch.setattr(queries, "jurisdiction", lambda _scope: "")
    assert (await next_town.get(f"/v1/cases/{case_id}{part}")).status_code == 404
    assert (await in_town.get(f"/v1/cases/{case_id}{part}")).status_code == 200


async def test_a_list_holds_the_callers_jurisdiction_only_and_so_does_row_level_security_alone(
    in_town: httpx.AsyncClient, next_town: httpx.AsyncClient, clerk: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    mine = await register(in_town)
    theirs = await register(next_town, division=SHANGCUN)
    for _wall in range(2):
        listed = (await next_town.get("/v1/cases?total=true")).json()
        assert ([item["id"] for item in listed["items"]], listed["total"]) == ([theirs["id"]], 1)
        monkeypatch.setattr(queries, "jurisdiction", lambda _scope: "")
    monkeypatch.undo()
    county = (await clerk.get("/v1/cases?total=true")).json()
    assert [item["id"] for item in county["items"]] == [theirs["id"], mine["id"]]


async def test_lists_are_paged_newest_first_and_filtered(clerk: httpx.AsyncClient, clock: FixedClock) -> None:
    ids = [(await register(clerk, division=(WOBEI, SHANGCUN)[number % 2]))["id"] for number in range(5)]
    first = (await clerk.get("/v1/cases?limit=2&total=true")).json()
    assert [item["id"] for item in first["items"]] == [ids[4], ids[3]]
    assert first["total"] == 5
    assert "total_is_minimum" not in first
    second = (await clerk.get(f"/v1/cases?limit=2&cursor={first['next_cursor']}")).json()
    last = (await clerk.get(f"/v1/cases?limit=2&cursor={second['next_cursor']}")).json()
    assert [item["id"] for item in second["items"] + last["items"]] == [ids[2], ids[1], ids[0]]
    assert last["next_cursor"] is None
    assert "total" not in second
    assert first["items"][0]["first_party"] == "王*"
    assert "narrative" not in first["items"][0]
    for query, expected in {
        f"division={WOBEI}": 3,
        f"division={SUNING}": 5,
        f"division={LESHOU}": 0,
        "state=REGISTERED&kind=DISPUTE&category=NEIGHBOR&tier=TOWNSHIP&channel=WINDOW": 5,
        "state=ROUTED": 0,
        "kind=NOTARY": 0,
        "tier=VILLAGE": 0,
        "registered_from=2026-03-02&registered_to=2026-03-02": 5,
        "registered_from=2026-03-03": 0,
        "registered_to=2026-03-01": 0,
    }.items():
        listed = (await clerk.get(f"/v1/cases?total=true&{query}")).json()
        assert (len(listed["items"]), listed["total"]) == (expected, expected), query


@pytest.mark.parametrize("query", ["cursor=AAAA", "limit=101", "limit=0", "state=GOSSIP", "division=1309", "sort=name"])
async def test_a_list_refuses_what_it_does_not_know(clerk: httpx.AsyncClient, query: str) -> None:
    assert (await clerk.get(f"/v1/cases?{query}")).status_code == 422


async def test_particulars_are_read_for_a_purpose_that_is_recorded_first(
    clerk: httpx.AsyncClient, owner: asyncpg.Connection
) -> None:
    answer = await register(clerk)
    address = f"/v1/cases/{answer['id']}/particulars"
    assert (await clerk.get(address)).status_code == 422
    assert (await clerk.get(f"{address}?purpose=GOSSIP")).status_code == 422
    read = (await clerk.get(f"{address}?purpose=CONTACT")).json()
    assert read["receipt_code"] == answer["receipt_code"]
    assert {field: read["parties"][0][field] for field in ("name", "phone", "identity_number", "address")} == {
        field: CANARIES[field] for field in ("name", "phone", "identity_number", "address")
    }
    entry = await one(owner, "SELECT * FROM journal WHERE stream = 'access'")
    assert (entry["actor"], entry["reason_code"], entry["version"]) == (f"window_clerk@{SUNING}", "CONTACT", 1)
    assert json.loads(entry["data"])["purpose"] == "CONTACT"
    assert (await clerk.get(f"/v1/cases/{answer['id']}")).headers["ETag"] == '"1"'


async def test_particulars_stay_when_their_reading_cannot_be_recorded(
    clerk: httpx.AsyncClient, owner: asyncpg.Connection
) -> None:
    case_id = (await register(clerk))["id"]
    await owner.execute('REVOKE INSERT ON journal FROM "intake"')
    try:
        response = await clerk.get(f"/v1/cases/{case_id}/particulars?purpose=CONTACT")
    finally:
        await owner.execute('GRANT INSERT ON journal TO "intake"')
    assert response.status_code == 500
    assert CANARIES["name"] not in response.text


async def test_a_dispatcher_reads_no_particulars(clerk: httpx.AsyncClient, as_role: AsRole) -> None:
    case_id = (await register(clerk))["id"]
    async with as_role("DISPATCHER") as dispatcher:
        assert (await dispatcher.get(f"/v1/cases/{case_id}/particulars?purpose=CONTACT")).status_code == 403
        assert (await dispatcher.get(f"/v1/cases/{case_id}")).json()["actions"] == ["route"]
    async with as_role("GRID_PATROLLER") as patroller:
        assert (await patroller.get(f"/v1/cases/{case_id}")).json()["actions"] == []


async def test_the_timeline_is_the_journal(clerk: httpx.AsyncClient) -> None:
    answer = await register(clerk)
    routing = {"route": "LEGAL_AID", "tier": "COUNTY", "reason_code": "CLASSIFIED"}
    routed = await clerk.post(f"/v1/cases/{answer['id']}/routing", json=routing, headers=key() | {"If-Match": '"1"'})
    first = (await clerk.get(f"/v1/cases/{answer['id']}/timeline?limit=1&total=true")).json()
    (entry,) = first["items"]
    assert (entry["version"], entry["type"], entry["receipt"]) == (1, "intake.case_registered", answer["receipt"])
    assert entry["data"] == answer["registered"]
    assert entry["actor"] == f"window_clerk@{SUNING}"
    assert first["total"] == 2
    rest = (await clerk.get(f"/v1/cases/{answer['id']}/timeline?cursor={first['next_cursor']}")).json()
    assert [item["type"] for item in rest["items"]] == ["intake.case_routed"]
    assert rest["items"][0]["receipt"] == routed.json()["receipt"]
    assert rest["next_cursor"] is None


async def test_satisfaction_is_recorded_once_with_the_version_that_was_read(
    clerk: httpx.AsyncClient, app: FastAPI
) -> None:
    case_id = (await register(clerk))["id"]
    address, body = f"/v1/cases/{case_id}/satisfaction", {"of": "RESPONSIBLE_UNIT", "satisfaction": "SATISFIED"}
    assert (await clerk.post(address, json=body, headers=key())).status_code == 428
    early = await clerk.post(address, json=body, headers=key() | {"If-Match": '"1"'})
    assert (early.status_code, early.json()["code"]) == (409, "not_concluded")
    routing = {"route": "LEGAL_AID", "tier": "COUNTY", "reason_code": "CLASSIFIED"}
    await clerk.post(f"/v1/cases/{case_id}/routing", json=routing, headers=key() | {"If-Match": '"1"'})
    async with app.state.service.database.transaction(Scope("*")) as session:
        await commands.conclude(
            session,
            UUID(case_id),
            outcome=CaseOutcome.ANSWERED,
            concluded_by=ConcludingService.INTAKE,
            resolved=True,
        )
    assert (await clerk.get(f"/v1/cases/{case_id}")).json()["actions"] == ["record_satisfaction"]
    assert (await clerk.post(address, json=body, headers=key() | {"If-Match": '"2"'})).status_code == 412
    headers = key() | {"If-Match": '"3"'}
    first = await clerk.post(address, json=body, headers=headers)
    assert (first.status_code, first.headers["ETag"]) == (201, '"4"')
    assert first.json()["recorded"]["type"] == "intake.satisfaction_recorded"
    assert (await clerk.post(address, json=body, headers=headers)).content == first.content
    second = await clerk.post(address, json=body, headers=key() | {"If-Match": '"4"'})
    assert (second.status_code, second.json()["code"]) == (409, "already_evaluated")
    case = (await clerk.get(f"/v1/cases/{case_id}")).json()
    assert (case["actions"], case["outcome"]) == ([], "ANSWERED")
    assert [evaluation["satisfaction"] for evaluation in case["evaluations"]] == ["SATISFIED"]
