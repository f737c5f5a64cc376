"""Another township's case answers exactly like one that does not exist, on every operation of every service."""

from uuid import UUID

import httpx
import pytest

from chassis.journal.entries import new_id
from contracts.demonstration import COUNTY
from tests.architecture.operations import Described, operations
from tests.county import County, key
from tests.journeys.conftest import DISPUTE, PETITION, SHANGCUN, Steps

SUBJECT = ("{case_id}", "{matter_id}")


@pytest.fixture
async def cases(steps: Steps) -> dict[str, str]:
    """A case of Wobei in each service."""
    mediated = await steps.accepted_mediation()
    petitioned = await steps.register(PETITION)
    await steps.route(petitioned, "PETITION")
    return {"intake": mediated, "mediation": mediated, "petition": petitioned}


async def test_a_strangers_case_cannot_be_told_from_none(county: County, cases: dict[str, str]) -> None:
    tried = 0
    for service, case_id in cases.items():
        for one in operations(service, county.apps[service]):
            if not any(place in one.template for place in SUBJECT):
                continue
            async with county.client(service, one.role, SHANGCUN) as client:
                there = await call(client, one, case_id)
                nowhere = await call(client, one, str(new_id()))
            assert there.status_code == nowhere.status_code == 404, f"{one}: {there.status_code} {there.text}"
            assert body(there) == body(nowhere), str(one)
            assert headers(there) == headers(nowhere), str(one)
            tried += 1
    assert tried > 15


async def test_it_is_not_listed_and_not_counted(county: County, cases: dict[str, str]) -> None:
    for service, role, path in (
        ("intake", "WINDOW_CLERK", "/v1/cases"),
        ("mediation", "MEDIATOR", "/v1/cases"),
        ("petition", "PETITION_HANDLER", "/v1/matters"),
    ):
        for query in ("?total=true", "?total=true&division=130926102000", "?total=true&division=130926000000"):
            async with county.client(service, role, SHANGCUN) as client:
                answer = await client.get(path + query)
            assert answer.status_code == 200, answer.text
            assert (answer.json()["items"], answer.json()["total"]) == ([], 0), f"{service} {query}"
        async with county.client(service, role, COUNTY) as client:
            assert len((await client.get(path)).json()["items"]) >= 1, "the county sees it"
    async with county.client("analytics", "ANALYST", SHANGCUN) as client:
        answer = await client.get("/v1/indicators", params={"division": "130926102000"})
        assert sum(item["registered"] for item in answer.json().get("items", [])) == 0, answer.text


async def test_a_case_can_only_be_registered_in_ones_own_division(steps: Steps) -> None:
    before = await steps.get("intake", "WINDOW_CLERK", "/v1/cases?total=true", COUNTY)
    async with steps.county.client("intake", "WINDOW_CLERK", SHANGCUN) as client:
        outside = await client.post("/v1/cases", json=DISPUTE, headers=key())
        unknown = await client.post("/v1/cases", json={**DISPUTE, "division": "130926888000"}, headers=key())
    assert outside.status_code == unknown.status_code == 422
    assert body(outside) == body(unknown)
    assert await steps.get("intake", "WINDOW_CLERK", "/v1/cases?total=true", COUNTY) == before


async def call(client: httpx.AsyncClient, one: Described, case_id: str) -> httpx.Response:
    example = next(part for part in one.path.partition("?")[0].split("/") if _is_id(part))
    headers = one.headers | key() | {"Content-Type": "application/json"}
    return await client.request(one.method, one.path.replace(example, case_id), headers=headers, content=one.content)


def _is_id(part: str) -> bool:
    try:
        return bool(UUID(part))
    except ValueError:
        return False


def body(answer: httpx.Response) -> dict[str, object]:
    content: dict[str, object] = answer.json()
    content.pop("trace_id")
    return content


def headers(answer: httpx.Response) -> dict[str, str]:
    varying = {"trace-id", "traceparent", "date"}
    return {name: value for name, value in answer.headers.items() if name not in varying}
