"""The clock that runs at the window: the notice to a petitioner, while the matter is here."""

from datetime import timedelta

import asyncpg
import orjson

from chassis.database.session import Database
from chassis.deadlines.sweep import Sweep
from chassis.rules.clock import FixedClock
from contracts.codes import IntakeChannel
from services.intake.cases.commands import Window
from services.intake.cases.timers import TIMERS
from tests.intake.places import NOON
from tests.intake.stories import PETITION, one, registered

MISSED = "SELECT * FROM journal WHERE type = 'intake.deadline_missed'"


async def test_a_missed_notice_is_a_fact_once(
    window: Window, database: Database, owner: asyncpg.Connection, clock: FixedClock
) -> None:
    answer = await registered(window, PETITION)
    sweep = Sweep("intake", database, TIMERS, clock)
    clock.set(NOON + timedelta(days=15, hours=11))
    assert await sweep.once(clock.now()) == 0
    clock.set(NOON + timedelta(days=15, hours=12))
    assert await sweep.once(clock.now()) == 1
    assert await sweep.once(clock.now()) == 0
    entry = await one(owner, MISSED)
    assert (entry["case_id"], entry["version"], entry["actor"]) == (answer.case_id, 2, "clock:intake")
    assert orjson.loads(entry["data"])["due_date"] == "2026-03-17"
    assert await owner.fetchval("SELECT count(*) FROM outbox WHERE entry_id = $1", entry["id"]) == 1


async def test_another_organs_matter_has_the_clock_of_its_door(
    window: Window, database: Database, owner: asyncpg.Connection, clock: FixedClock
) -> None:
    await registered(window, PETITION._replace(channel=IntakeChannel.UPPER_ASSIGNMENT))
    clock.set(NOON + timedelta(days=20))
    assert await Sweep("intake", database, TIMERS, clock).once(clock.now()) == 1
    assert orjson.loads((await one(owner, MISSED))["data"])["clock"] == "PET_NOTICE_TRANSFERRED"
