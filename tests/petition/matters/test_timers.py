import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from chassis.database.scope import SYSTEM
from chassis.deadlines.sweep import Sweep
from chassis.rules.clock import FixedClock
from contracts.codes import PetitionState
from services.petition.matters import commands, domain, queries
from services.petition.matters import timers as duties
from tests.petition.story import REGISTERED, Story

MISSED = "petition.deadline_missed"
WAITING = text("SELECT count(*) FROM pg_locks WHERE NOT granted AND transactionid = pg_current_xact_id()::xid")
"""Who waits for the transaction that asks."""
LATE = datetime(2026, 7, 1, 0, 0, tzinfo=UTC)


@pytest.fixture
def sweep(story: Story, clock: FixedClock) -> Sweep:
    return Sweep("petition", story.database, duties.TIMERS, clock)


def test_every_clock_that_is_started_here_has_its_timer() -> None:
    assert duties.TIMERS.keys() == domain.DUTIES


async def test_a_notice_not_given_is_a_fact_and_the_matter_goes_on(
    story: Story, sweep: Sweep, clock: FixedClock
) -> None:
    matter_id = await story.register()
    clock.set(datetime(2026, 3, 16, 15, 59, 59, tzinfo=UTC))
    assert await sweep.once(clock.now()) == 0
    clock.set(datetime(2026, 3, 16, 16, 0, tzinfo=UTC))
    assert await sweep.once(clock.now()) == 1
    assert await sweep.once(clock.now()) == 0
    assert await story.published(matter_id) == ["petition.registered", MISSED]
    await story.accept(matter_id)
    assert (await story.deadlines(matter_id))[0] == ("PET_NOTICE_DIRECT", "2026-03-16", "MISSED")
    assert (await story.facts(matter_id)).count(MISSED) == 1


async def test_a_notice_that_the_window_missed_is_still_owed_and_not_missed_again(
    story: Story, sweep: Sweep, clock: FixedClock
) -> None:
    matter_id = await story.register(notice_missed=True)
    assert await story.deadlines(matter_id) == [("PET_NOTICE_DIRECT", "2026-03-16", "MISSED")]
    clock.set(datetime(2026, 3, 20, tzinfo=UTC))
    assert await sweep.once(clock.now()) == 0
    await story.accept(matter_id)
    assert (await story.deadlines(matter_id))[0] == ("PET_NOTICE_DIRECT", "2026-03-16", "MISSED")
    assert MISSED not in await story.facts(matter_id)


async def test_a_command_that_holds_the_matter_does_not_wait_for_a_sweep_that_waits_for_it(
    story: Story, sweep: Sweep, clock: FixedClock
) -> None:
    matter_id = await story.register()
    clock.set(datetime(2026, 3, 20, tzinfo=UTC))
    async with story.database.transaction(SYSTEM) as session, asyncio.timeout(3):
        matter = await queries.matter_for_update(session, matter_id, SYSTEM)
        sweeping = asyncio.create_task(sweep.once(clock.now()))
        while not await session.scalar(WAITING):
            await asyncio.sleep(0.01)
        await session.execute(text("SET LOCAL lock_timeout = '200ms'"))
        await commands.stop_clock(session, matter, "PET_NOTICE_DIRECT", clock.now())
    assert await sweeping == 0
    assert (await story.facts(matter_id)).count(MISSED) == 1


async def test_the_notice_is_owed_from_the_receipt(story: Story) -> None:
    matter_id = await story.register(received_at=REGISTERED - timedelta(days=2))
    assert await story.deadlines(matter_id) == [("PET_NOTICE_DIRECT", "2026-03-14", "OPEN")]


@pytest.mark.parametrize("swept", [True, False])
async def test_handling_that_ends_late_was_missed_once(
    story: Story,
    sweep: Sweep,
    clock: FixedClock,
    swept: bool,  # noqa: FBT001
) -> None:
    matter_id = await story.at(PetitionState.OPINION_ISSUED)
    clock.set(LATE)
    if swept:
        assert await sweep.once(clock.now()) == 1
    await story.deliver(matter_id)
    assert (await story.facts(matter_id)).count(MISSED) == 1
    assert (await story.facts(matter_id))[-2:] == [MISSED, "petition.opinion_delivered"]
    assert (await story.deadlines(matter_id))[1] == ("PET_HANDLE", "2026-05-01", "MISSED")
    entry = await story.conclude(matter_id)
    assert entry.fact["on_time"] is False


async def test_an_extension_moves_the_miss(story: Story, sweep: Sweep, clock: FixedClock) -> None:
    matter_id = await story.at(PetitionState.EXTENDED)
    clock.set(datetime(2026, 5, 21, 15, 59, 59, tzinfo=UTC))
    assert await sweep.once(clock.now()) == 0
    clock.set(datetime(2026, 5, 21, 16, 0, tzinfo=UTC))
    assert await sweep.once(clock.now()) == 1
    assert (await story.facts(matter_id))[-1] == MISSED


async def test_a_delivery_recorded_late_that_was_in_time_is_on_time(
    story: Story, sweep: Sweep, clock: FixedClock
) -> None:
    matter_id = await story.at(PetitionState.OPINION_ISSUED)
    clock.set(LATE)
    await sweep.once(clock.now())
    await story.deliver(matter_id, delivered_at=datetime(2026, 5, 1, 15, 59, 59, tzinfo=UTC))
    assert (await story.deadlines(matter_id))[1] == ("PET_HANDLE", "2026-05-01", "MET")
    entry = await story.conclude(matter_id)
    assert entry.fact["on_time"] is True


async def test_a_window_that_passes_is_nobodys_failure(story: Story, sweep: Sweep, clock: FixedClock) -> None:
    matter_id = await story.at(PetitionState.CONCLUDED)
    before = await story.facts(matter_id)
    clock.set(LATE)
    assert await sweep.once(clock.now()) == 1
    assert await sweep.once(clock.now()) == 0
    assert await story.facts(matter_id) == before
    assert (await story.deadlines(matter_id))[-1] == ("PET_REVIEW_REQUEST", "2026-04-01", "CLOSED")
