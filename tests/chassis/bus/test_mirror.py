from uuid import UUID

import pytest
from sqlalchemy import Column, Integer, MetaData, Table, Text, Uuid, select

from chassis.bus.mirror import mirror
from chassis.bus.protocol import Record
from chassis.database.scope import SYSTEM
from chassis.database.session import Database
from chassis.journal.entries import new_id
from contracts.codes import DivisionKind, DivisionLevel
from contracts.intake.directory import DivisionRecorded
from tests.chassis.bus.conftest import MakeConsumer
from tests.chassis.bus.stories import Effects, Story, record_of

PLACES = Table(
    "places",
    MetaData(),
    Column("record_id", Uuid, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("code", Text, nullable=False),
    Column("name", Text, nullable=False),
)
COLUMNS = ("code", "name")


@pytest.fixture
async def places(effects: Effects) -> None:
    await effects.owner.execute(
        """
        CREATE TABLE places (record_id uuid PRIMARY KEY, version int NOT NULL, code text NOT NULL, name text NOT NULL);
        GRANT SELECT, INSERT, UPDATE ON places TO chassis
        """
    )


def named(story: Story, name: str) -> Record:
    event = DivisionRecorded(
        record_id=story.case_id,
        code="130926102000",
        name=name,
        level=next(iter(DivisionLevel)),
        kind=next(iter(DivisionKind)),
    )
    return record_of(story.envelope(event), event)


async def names(database: Database) -> dict[UUID, tuple[str, int]]:
    async with database.transaction(SYSTEM) as session:
        rows = await session.execute(select(PLACES.c.record_id, PLACES.c.name, PLACES.c.version))
        return {row.record_id: (row.name, row.version) for row in rows}


async def test_the_copy_holds_the_last_version(
    places: None, make_consumer: MakeConsumer, database: Database, effects: Effects
) -> None:
    consumer = make_consumer({DivisionRecorded: mirror(DivisionRecorded, PLACES, COLUMNS)})
    one, two = Story(), Story()
    first, second, third = (named(one, name) for name in ("甲", "乙", "丙"))
    await consumer.deliver([first, second, named(two, "丁")])
    assert await names(database) == {one.case_id: ("乙", 2), two.case_id: ("丁", 1)}
    await consumer.deliver([third, first])
    await consumer.deliver([second])
    assert await names(database) == {one.case_id: ("丙", 3), two.case_id: ("丁", 1)}


async def test_compaction_may_have_taken_earlier_versions(
    places: None, make_consumer: MakeConsumer, database: Database, effects: Effects
) -> None:
    consumer = make_consumer({DivisionRecorded: mirror(DivisionRecorded, PLACES, COLUMNS)})
    story = Story()
    first, _, third = (named(story, name) for name in ("甲", "乙", "丙"))
    await consumer.deliver([third])
    await consumer.deliver([first])
    assert await names(database) == {story.case_id: ("丙", 3)}
    assert await effects.letters() == []


@pytest.mark.parametrize("columns", [("code", "mayor"), ("code", "households")])
def test_a_copy_of_what_does_not_exist_is_found_at_the_start(columns: tuple[str, ...]) -> None:
    with pytest.raises(ValueError, match=columns[1]):
        mirror(DivisionRecorded, PLACES, columns)


async def test_a_copy_never_goes_back_even_without_positions(
    places: None, make_consumer: MakeConsumer, database: Database, effects: Effects
) -> None:
    consumer = make_consumer({DivisionRecorded: mirror(DivisionRecorded, PLACES, COLUMNS)})
    story = Story(new_id())
    first, second = named(story, "甲"), named(story, "乙")
    await consumer.deliver([second])
    await effects.owner.execute("DELETE FROM positions; DELETE FROM inbox")
    await consumer.deliver([first])
    assert await names(database) == {story.case_id: ("乙", 2)}
