"""Reading the feed: two walls, and never more than a window at once."""

import asyncpg
import pytest

from chassis.database.scope import SYSTEM, Scope
from chassis.database.session import Database
from onewindow.embedded.databases import ServiceDatabase
from services.analytics.feed import queries
from services.analytics.feed.queries import Filters
from tests.analytics.conftest import Learn
from tests.analytics.facts_of_cases import COUNTY, SHANGCUN, WOBEI, WOBEI_VILLAGE, XIAN, Case, told

ALL = Filters()


async def read(
    database: Database, within: Scope, scope: Scope, filters: Filters = ALL, *, after: int = 0, limit: int = 1000
) -> queries.Part:
    """What a transaction within `within` finds when it asks for `scope`."""
    async with database.transaction(within) as session:
        reached = (await queries.reach(session)).last
        return await queries.part(session, scope, filters, after=after, reached=reached, limit=limit)


@pytest.mark.parametrize("within", [SYSTEM, Scope.of(WOBEI)], ids=["the query alone", "row-level security behind it"])
async def test_a_township_sees_its_own(database: Database, learn: Learn, within: Scope) -> None:
    mine = [Case(WOBEI).registered(), Case(WOBEI_VILLAGE).registered().routed()]
    await learn([Case(SHANGCUN).registered(), mine[0], Case(XIAN).registered(), mine[1], Case(COUNTY).registered()])
    part = await read(database, within, Scope.of(WOBEI))
    assert part.lines == [record.value.decode() for record in told(mine)]


async def test_row_level_security_alone_refuses(database: Database, learn: Learn) -> None:
    mine = Case(WOBEI).registered()
    await learn([Case(SHANGCUN).registered(), mine, Case(XIAN).registered()])
    part = await read(database, Scope.of(WOBEI), SYSTEM)
    assert part.lines == [record.value.decode() for record in mine.records]


async def test_without_a_scope_nothing_is_seen(addresses: ServiceDatabase, learn: Learn) -> None:
    await learn([Case().registered()])
    connection = await asyncpg.connect(addresses.url, timeout=5)
    try:
        assert await connection.fetchval("SELECT count(*) FROM events") == 0
    finally:
        await connection.close()


async def test_how_far_the_feed_has_come_does_not_depend_on_who_asks(database: Database, learn: Learn) -> None:
    await learn([Case(SHANGCUN).registered(), Case(XIAN).registered()])
    found = set()
    for scope in (SYSTEM, Scope.of(COUNTY), Scope.of(WOBEI)):
        async with database.transaction(scope) as session:
            found.add(await queries.reach(session))
    assert [reach.last for reach in found] == [2]


async def test_a_rare_thing_is_looked_for_in_one_window_at_a_time(
    database: Database, learn: Learn, monkeypatch: pytest.MonkeyPatch
) -> None:
    rare = Case(WOBEI).registered()
    await learn([*(Case(SHANGCUN).registered() for _ in range(7)), rare, Case(SHANGCUN).registered()])
    monkeypatch.setattr(queries, "WINDOW", 4)
    steps, after = [], 0
    while after < 9:
        part = await read(database, SYSTEM, Scope.of(WOBEI), after=after, limit=5)
        after = part.last
        steps.append((after, list(part.lines)))
    assert steps == [(4, []), (8, [rare.records[0].value.decode()]), (9, [])]


async def test_filters_narrow_together(database: Database, learn: Learn) -> None:
    story = Case(WOBEI).registered().routed().opened().accepted()
    await learn([story, Case(SHANGCUN).registered().opened()])
    lines = [record.value.decode() for record in story.records]
    opened, registered = "mediation.opened", "intake.case_registered"
    topic = story.records[2].topic
    for filters, expected in (
        (Filters(division=Scope.of(WOBEI)), lines),
        (Filters(division=Scope.of(WOBEI), topics=[topic]), lines[2:]),
        (Filters(division=Scope.of(WOBEI), types=[opened, registered]), [lines[0], lines[2]]),
        (Filters(division=Scope.of(WOBEI), topics=[topic], types=[registered]), []),
        (Filters(division=Scope.of(WOBEI_VILLAGE)), []),
    ):
        assert (await read(database, SYSTEM, SYSTEM, filters)).lines == expected, filters


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM events",
        "UPDATE events SET envelope = ''",
        "TRUNCATE events",
        "SELECT setval('events_position_seq', 1)",
        "UPDATE feed SET id = gen_random_uuid()",
    ],
)
async def test_the_service_can_only_add_to_it(addresses: ServiceDatabase, learn: Learn, statement: str) -> None:
    await learn([Case().registered()])
    connection = await asyncpg.connect(addresses.url, timeout=5, server_settings={"ow.scope": "*"})
    try:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.execute(statement)
    finally:
        await connection.close()


async def test_it_is_behind_row_level_security(owner: asyncpg.Connection) -> None:
    assert await owner.fetchval("SELECT relrowsecurity FROM pg_class WHERE relname = 'events'")
