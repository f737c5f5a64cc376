"""The list of definitions."""

from services.analytics.definitions.domain import FIGURES, RATES
from tests.callers import AsRole

PATH = "/v1/indicators/definitions"


async def test_figures_and_rates_are_listed_with_unit_and_formula(as_role: AsRole) -> None:
    async with as_role() as client:
        answer = (await client.get(PATH, params={"limit": 100, "total": "true"})).json()
    assert [item["id"] for item in answer["items"]] == [*FIGURES, *RATES]
    assert (answer["total"], answer["next_cursor"]) == (len(FIGURES) + len(RATES), None)
    for item in answer["items"]:
        assert item["formula"]
        assert item["formula_en"]
        assert bool(item["unit"]) is (item["is_a"] == "figure"), item
    rate = next(item for item in answer["items"] if item["id"] == "success_of_accepted")
    assert (rate["formula"], rate["numerator"], rate["denominator"]) == ("调解成功 ÷ 调解受理", "succeeded", "accepted")


async def test_the_list_goes_on_where_it_stopped(as_role: AsRole) -> None:
    seen: list[str] = []
    query: dict[str, str | int] = {"limit": 7}
    async with as_role() as client:
        while True:
            page = (await client.get(PATH, params=query)).json()
            seen += [item["id"] for item in page["items"]]
            if page["next_cursor"] is None:
                break
            query["cursor"] = page["next_cursor"]
        other = await client.get("/v1/divisions", params={"cursor": str(query["cursor"])})
    assert seen == [*FIGURES, *RATES]
    assert (other.status_code, other.json()["code"]) == (422, "bad_cursor")


async def test_a_clerk_has_no_business_here(as_role: AsRole) -> None:
    async with as_role("WINDOW_CLERK") as client:
        assert (await client.get(PATH)).status_code == 403
