import pytest
from sqlalchemy import text

from chassis.database.paging import BadCursor, encode_cursor
from chassis.database.scope import SYSTEM
from chassis.database.session import Database
from chassis.http.lists import Paging
from tests.chassis.http.conftest import Client

KEY = b"k" * 32


async def fill(database: Database, number: int) -> None:
    async with database.transaction(SYSTEM) as session:
        await session.execute(
            text(
                "INSERT INTO heads SELECT gen_random_uuid(), 'facts', '130926102000', 1, '', '{}'"
                " FROM generate_series(1, :n)"
            ),
            {"n": number},
        )


async def test_pages_follow_each_other_without_gap_or_repeat(client: Client, database: Database) -> None:
    await fill(database, 25)
    seen: list[str] = []
    sizes: list[int] = []
    query = {"limit": "10"}
    while True:
        page = (await client.get("/v1/cases", params=query)).json()
        assert set(page) == {"items", "next_cursor"}
        seen += [item["id"] for item in page["items"]]
        sizes.append(len(page["items"]))
        if page["next_cursor"] is None:
            break
        query["cursor"] = page["next_cursor"]
    assert sizes == [10, 10, 5]
    assert seen == sorted(set(seen))


async def test_twenty_are_shown_unless_asked_otherwise_and_a_total_only_when_asked(
    client: Client, database: Database
) -> None:
    await fill(database, 25)
    page = (await client.get("/v1/cases")).json()
    assert len(page["items"]) == 20
    page = (await client.get("/v1/cases?total=true&limit=100")).json()
    assert (len(page["items"]), page["next_cursor"], page["total"]) == (25, None, 25)
    assert "total_is_minimum" not in page


@pytest.mark.parametrize(
    ("counted", "shown"),
    [
        (None, {}),
        (0, {"total": 0}),
        (10_000, {"total": 10_000}),
        (10_001, {"total": 10_000, "total_is_minimum": True}),
    ],
)
def test_totals_are_exact_up_to_ten_thousand(counted: int | None, shown: dict[str, object]) -> None:
    page = Paging().page([], key=KEY, name="x", position=lambda _: [], view=int, counted=counted)
    assert page.model_dump() == {"items": [], "next_cursor": None} | shown


def test_a_cursor_belongs_to_its_list() -> None:
    cursor = encode_cursor(KEY, ["cases", "2026-03-01", 5])
    assert Paging(cursor=cursor).after(KEY, "cases") == ["2026-03-01", 5]
    with pytest.raises(BadCursor):
        Paging(cursor=cursor).after(KEY, "orders")
    with pytest.raises(BadCursor):
        Paging(cursor=cursor).after(b"o" * 32, "cases")
    with pytest.raises(BadCursor):
        Paging(cursor=encode_cursor(KEY, [])).after(KEY, "cases")
    assert Paging().after(KEY, "cases") is None
