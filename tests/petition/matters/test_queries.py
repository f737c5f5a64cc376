"""Lists: what they are narrowed to, in which order, page by page, and to whom."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import true

from chassis.database import columns
from chassis.database.scope import SYSTEM, Scope
from chassis.journal.entries import new_id
from contracts.codes import PetitionCategory, PetitionRoute, PetitionState
from services.petition.matters import domain, queries
from services.petition.matters.queries import Filters
from tests.petition.story import COUNTY, REGISTERED, SHANGCUN, WOBEI, Story

VILLAGE = "130926102201"
HOUR = timedelta(hours=1)


async def found(story: Story, scope: Scope = SYSTEM, **filters: Any) -> list[UUID]:
    async with story.database.transaction(scope) as session:
        rows = await queries.matters(session, scope, Filters(**filters), after=None, limit=100)
        assert await queries.total(session, scope, Filters(**filters), at_most=100) == len(rows)
    return [row.id for row in rows]


async def test_the_latest_registration_comes_first_and_equals_keep_an_order(story: Story) -> None:
    first = await story.register()
    later = await story.register(registered_at=REGISTERED + HOUR)
    same = await story.register()
    assert await found(story) == [later, *sorted([first, same], reverse=True)]


@pytest.mark.parametrize("size", [1, 2, 3])
async def test_pages_show_every_matter_once(story: Story, size: int) -> None:
    made = [await story.register(registered_at=REGISTERED + HOUR * (n // 2)) for n in range(5)]
    seen: list[UUID] = []
    after: tuple[datetime, UUID] | None = None
    async with story.database.transaction(SYSTEM) as session:
        while rows := await queries.matters(session, SYSTEM, Filters(), after=after, limit=size):
            seen += [row.id for row in rows]
            after = (rows[-1].registered_at, rows[-1].id)
    assert sorted(seen) == sorted(made)
    assert seen == await found(story)


async def test_every_filter_narrows(story: Story) -> None:
    claim = await story.at(PetitionState.INVESTIGATING)
    suggestion = await story.register(category=PetitionCategory.SUGGESTION, division=SHANGCUN, visitors=5)
    village = await story.register(division=VILLAGE, registered_at=REGISTERED + HOUR)
    assert await found(story, state=PetitionState.INVESTIGATING) == [claim]
    assert await found(story, route=PetitionRoute.R31_6) == [claim]
    assert await found(story, category=PetitionCategory.SUGGESTION) == [suggestion]
    assert await found(story, collective=True) == [suggestion]
    assert set(await found(story, collective=False)) == {claim, village}
    assert set(await found(story, division=Scope.of(WOBEI))) == {claim, village}
    assert await found(story, division=Scope.of(VILLAGE)) == [village]
    assert await found(story, registered_from=REGISTERED + HOUR) == [village]
    assert set(await found(story, registered_before=REGISTERED + HOUR)) == {claim, suggestion}
    assert len(await found(story, division=Scope.of(COUNTY))) == 3


async def test_counting_stops_where_it_is_told_to(story: Story) -> None:
    for _ in range(3):
        await story.register()
    async with story.database.transaction(SYSTEM) as session:
        assert await queries.total(session, SYSTEM, Filters(), at_most=2) == 2


@pytest.mark.parametrize("within", [True, False])
async def test_nobody_lists_counts_or_reads_what_lies_outside(
    story: Story,
    monkeypatch: pytest.MonkeyPatch,
    within: bool,  # noqa: FBT001
) -> None:
    """With the check in the query switched off, row-level security alone answers the same."""
    ours, theirs = await story.register(division=SHANGCUN), await story.register()
    if not within:
        monkeypatch.setattr(columns, "within", lambda *_: true())
    scope = Scope.of(SHANGCUN)
    assert await found(story, scope) == [ours]
    assert await found(story, scope, division=Scope.of(WOBEI)) == []
    async with story.database.transaction(scope) as session:
        assert (await queries.matter(session, ours, scope)).id == ours
        for unknown in (theirs, new_id()):
            with pytest.raises(domain.MatterUnknown):
                await queries.matter(session, unknown, scope)


async def test_a_day_in_shanghai_is_not_one_in_utc(story: Story) -> None:
    late = await story.register(registered_at=datetime(2026, 2, 28, 16, 30, tzinfo=UTC))
    midnight = datetime(2026, 2, 28, 16, 0, tzinfo=UTC)
    assert await found(story, registered_from=midnight) == [late]
