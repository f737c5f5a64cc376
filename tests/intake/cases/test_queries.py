from chassis.database.scope import SYSTEM, Scope
from services.intake.cases import queries
from services.intake.cases.commands import Window
from tests.intake.places import SHANGCUN, WOBEI
from tests.intake.stories import registered

EVERYTHING = queries.matching(SYSTEM, queries.Filters())
"""What the application asks for when its own wall is down."""


async def test_each_wall_alone_keeps_a_list_within_its_jurisdiction(window: Window) -> None:
    case = await registered(window)
    database = window.database
    for division, seen in ((WOBEI, [case.case_id]), (SHANGCUN, [])):
        scope = Scope.of(division)
        by_query = queries.matching(scope, queries.Filters())
        for rows_of, matched in ((scope, EVERYTHING), (SYSTEM, by_query), (scope, by_query)):
            rows = await queries.newest(database, rows_of, matched, before=None, limit=20)
            assert [row["id"] for row in rows] == seen, (rows_of, matched)
            assert await queries.count(database, rows_of, matched) == len(seen)


async def test_row_level_security_alone_hides_the_first_party_too(window: Window) -> None:
    await registered(window)
    (row,) = await queries.newest(window.database, Scope.of(WOBEI), EVERYTHING, before=None, limit=20)
    assert row["name_sealed"] is not None
    assert await queries.newest(window.database, Scope(""), EVERYTHING, before=None, limit=20) == []
