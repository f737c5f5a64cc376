"""A statement out of arms gets every value to its place, whatever a batch has and has not."""

from typing import Any

import asyncpg
import pytest

from chassis.database.statements import Arm, Input, Statement
from onewindow.embedded.databases import ServiceDatabase

STATEMENT = Statement(
    inputs={
        "r": Input("arriving_word", {"n": "int", "word": "text"}),
        "p": Input("arriving_note", {"of": "int", "told": "text"}),
    },
    arms=(Arm("j", "SELECT n, word, told FROM r LEFT JOIN p ON p.of = r.n", materialised=True),),
    closing="SELECT n, word, told FROM j ORDER BY n, told",
)


@pytest.mark.parametrize(
    ("r", "p", "expected"),
    [
        ([(1, "a"), (2, None)], [(2, "x"), (2, "y")], [(1, "a", None), (2, None, "x"), (2, None, "y")]),
        ([(1, None), (2, None)], [(1, None)], [(1, None, None), (2, None, None)]),
        ([(1, None), (2, "b")], [], [(1, None, None), (2, "b", None)]),
        ([(7, None)], [], [(7, None, None)]),
    ],
)
async def test_rows_arrive_as_they_were_given(
    addresses: ServiceDatabase, r: list[tuple[Any, ...]], p: list[tuple[Any, ...]], expected: list[tuple[Any, ...]]
) -> None:
    connection = await asyncpg.connect(addresses.owner_url)
    try:
        for given in STATEMENT.inputs.values():
            columns = ", ".join(f"{name}_of_another_name {kind}" for name, kind in given.columns.items())
            await connection.execute(f"CREATE TYPE {given.type} AS ({columns})")
        rows = await connection.fetch(STATEMENT.text, *STATEMENT.arguments(r=r, p=p))
    finally:
        await connection.close()
    assert [tuple(row) for row in rows] == expected
