import httpx

from tests.petition.story import COUNTY, WOBEI, Story


async def test_divisions_are_listed_by_code_and_subtree(story: Story, client: httpx.AsyncClient) -> None:
    for code, name in ((WOBEI, "窝北镇"), (COUNTY, "肃宁县"), ("130929000000", "献县")):
        await story.division(code, name)
    page = (await client.get("/v1/divisions", params={"division": COUNTY, "total": "true"})).json()
    assert [item["code"] for item in page["items"]] == [COUNTY, WOBEI]
    assert page["total"] == 2
    assert [item["name"] for item in page["items"]] == ["肃宁县", "窝北镇"]
    first = (await client.get("/v1/divisions", params={"limit": 1, "total": "true"})).json()
    assert first["total"] == 3
    rest = (await client.get("/v1/divisions", params={"cursor": first["next_cursor"], "level": "COUNTY"})).json()
    assert [item["code"] for item in rest["items"]] == [WOBEI, "130929000000"]
