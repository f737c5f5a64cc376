"""The HTTP edge of the directory."""

from typing import Any

import asyncpg
import httpx
import pytest

from contracts.intake.directory import division_id
from tests.callers import AsRole
from tests.county import key
from tests.intake.places import LESHOU, SUNING, WOBEI, XIAN

XIAN_TOWNSHIPS = {
    **{f"130929{number}000": "TOWN" for number in range(100, 110)},
    **{f"130929{number}000": "TOWNSHIP" for number in (206, 209, 210, 211, 213, 214, 215, 216)},
    **{f"130929{number}000": "TOWN_LIKE_UNIT" for number in (400, 401)},
}


@pytest.fixture
async def keeper(as_role: AsRole) -> Any:
    async with as_role("DIRECTORY_ADMIN") as client:
        yield client


def item(code: str, name: str = "某地", **changes: Any) -> dict[str, Any]:
    return {"code": code, "name": name, "parent_code": XIAN, "level": "TOWNSHIP"} | changes


async def test_a_countys_townships_are_counted_without_town_like_units(
    keeper: httpx.AsyncClient, as_role: AsRole
) -> None:
    response = await keeper.post(
        "/v1/divisions/batch", json={"items": [item(code) for code in XIAN_TOWNSHIPS if code != LESHOU]}
    )
    assert {result["status"] for result in response.json()["items"]} == {"recorded"}
    async with as_role("GRID_PATROLLER", WOBEI) as patroller:
        query = f"division={XIAN}&level=TOWNSHIP&kind=TOWN&kind=TOWNSHIP&total=true"
        listed = (await patroller.get(f"/v1/divisions?{query}")).json()
        assert listed["total"] == len(listed["items"]) == 18
        everything = (await patroller.get(f"/v1/divisions?parent={XIAN}&limit=100")).json()
    assert {row["code"]: row["kind"] for row in everything["items"]} == XIAN_TOWNSHIPS
    assert all(row["id"] == str(division_id(row["code"])) for row in everything["items"])


async def test_a_batch_answers_item_by_item(keeper: httpx.AsyncClient, owner: asyncpg.Connection) -> None:
    items = [
        item("130929101000", "淮镇镇"),
        item("130929101000", "淮镇镇"),
        item(SUNING, "肃宁县", parent_code="130900000000"),
        item("130929102000", "郭庄镇", kind="STREET"),
    ]
    response = await keeper.post("/v1/divisions/batch", json={"items": items})
    assert response.status_code == 200
    results = response.json()["items"]
    assert [result["status"] for result in results] == ["recorded", "unchanged", "refused", "recorded"]
    assert set(results[2]["problem"]) == {"code", "zh", "en"}
    assert results[2]["problem"]["code"] == "division_conflict"
    assert results[0]["id"] == str(division_id("130929101000"))
    again = await keeper.post("/v1/divisions/batch", json={"items": items})
    assert [result["status"] for result in again.json()["items"]] == ["unchanged", "unchanged", "refused", "unchanged"]


async def test_a_thousand_divisions_are_one_request(keeper: httpx.AsyncClient) -> None:
    items = [
        item(f"130926102{number:03}", parent_code=WOBEI, level="VILLAGE", valid_from="2026-01-01")
        for number in range(1000)
        if number not in {0, 201}
    ]
    response = await keeper.post("/v1/divisions/batch", json={"items": items})
    assert {result["status"] for result in response.json()["items"]} == {"recorded"}
    first = (await keeper.get(f"/v1/divisions?division={WOBEI}&level=VILLAGE&limit=100&total=true")).json()
    assert first["total"] == 999
    second = (await keeper.get(f"/v1/divisions?division={WOBEI}&level=VILLAGE&cursor={first['next_cursor']}")).json()
    assert second["items"][0]["code"] == "130926102101"
    over = await keeper.post("/v1/divisions/batch", json={"items": [items[0]] * 1001})
    assert over.status_code == 422


async def test_one_division_is_read_by_its_code(keeper: httpx.AsyncClient) -> None:
    found = (await keeper.get(f"/v1/divisions/{WOBEI}")).json()
    assert (found["name"], found["level"], found["kind"]) == ("窝北镇", "TOWNSHIP", "TOWN")
    assert (await keeper.get("/v1/divisions/130926999000")).status_code == 404
    assert (await keeper.get("/v1/divisions/1309")).status_code == 422


@pytest.mark.parametrize("kind", ["divisions", "organisations", "grids"])
async def test_a_record_is_added_once_under_its_key(keeper: httpx.AsyncClient, kind: str) -> None:
    document = (await keeper.get("/openapi.json")).json()
    post = document["paths"][f"/v1/{kind}"]["post"]
    assert post["x-permission"] == "intake.directory.manage"
    body = post["requestBody"]["content"]["application/json"]["example"]
    assert (await keeper.post(f"/v1/{kind}", json=body)).status_code == 400
    headers = key()
    first = await keeper.post(f"/v1/{kind}", json=body, headers=headers)
    assert (first.status_code, first.headers["ETag"]) == (201, '"1"')
    assert (await keeper.post(f"/v1/{kind}", json=body, headers=headers)).content == first.content
    listed = (await keeper.get(f"/v1/{kind}?limit=100&total=true&division={WOBEI}")).json()
    assert first.json()["id"] in {row["id"] for row in listed["items"]}
    assert listed["total"] == len(listed["items"])


async def test_who_holds_a_post_is_masked(keeper: httpx.AsyncClient) -> None:
    centre = {"name": "窝北镇诉前调解中心", "kind": "TOWNSHIP_MEDIATION_CENTER", "division": WOBEI}
    organisation = (await keeper.post("/v1/organisations", json=centre, headers=key())).json()["id"]
    body = {
        "organisation_id": organisation,
        "division": WOBEI,
        "post": "专职调解员",
        "roles": ["MEDIATOR"],
        "name": "赵公正",
    }
    answer = await keeper.post("/v1/staff", json=body, headers=key())
    assert answer.status_code == 201
    assert "赵公正" not in answer.text
    listed = await keeper.get("/v1/staff")
    (post,) = listed.json()["items"]
    assert (post["post"], post["name"], post["roles"]) == ("专职调解员", "赵*", ["MEDIATOR"])
    assert "赵公正" not in listed.text


async def test_only_its_keepers_change_the_directory_and_only_at_home(
    clerk: httpx.AsyncClient, keeper: httpx.AsyncClient, as_role: AsRole
) -> None:
    body = {"name": "调解室", "kind": "VILLAGE_MEDIATION_ROOM", "division": WOBEI}
    assert (await clerk.post("/v1/organisations", json=body, headers=key())).status_code == 403
    assert (await clerk.post("/v1/divisions/batch", json={"items": [item(LESHOU)]})).status_code == 403
    outside = await keeper.post("/v1/organisations", json=body | {"division": LESHOU}, headers=key())
    assert (outside.status_code, outside.json()["code"]) == (403, "outside_jurisdiction")
    async with as_role("ANALYST") as analyst:
        assert (await analyst.get("/v1/divisions")).status_code == 403


async def test_a_failing_commit_is_no_success(keeper: httpx.AsyncClient, owner: asyncpg.Connection) -> None:
    await owner.execute(
        """
        CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'no'; END $$;
        CREATE CONSTRAINT TRIGGER fail AFTER INSERT ON journal DEFERRABLE INITIALLY DEFERRED
          FOR EACH ROW EXECUTE FUNCTION fail();
        """
    )
    response = await keeper.post("/v1/divisions/batch", json={"items": [item("130929101000")]})
    assert response.status_code == 500
    assert await owner.fetchval("SELECT count(*) FROM divisions WHERE code = '130929101000'") == 0
