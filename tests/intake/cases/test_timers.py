"""The clock that runs at the window: the notice to a petitioner, missed, late or given in time."""

from datetime import timedelta

import asyncpg
import orjson

from chassis.database.scope import Scope
from chassis.database.session import Database
from chassis.deadlines.sweep import Sweep
from chassis.rules.clock import FixedClock
from contracts.codes import Route, Tier
from services.intake.cases import commands
from services.intake.cases.commands import Window
from services.intake.cases.timers import TIMERS
from tests.intake.places import NOON, SUNING
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


async def test_routing_in_time_meets_it(
    window: Window, database: Database, owner: asyncpg.Connection, clock: FixedClock
) -> None:
    case_id = (await registered(window, PETITION)).case_id
    scope = Scope.of(SUNING)
    async with database.transaction(scope) as session:
        await commands.send(session, scope, case_id, route=Route.PETITION, tier=Tier.COUNTY, organisation_id=None)
    assert (await one(owner, "SELECT state FROM deadlines"))["state"] == "MET"
    clock.set(NOON + timedelta(days=30))
    assert await Sweep("intake", database, TIMERS, clock).once(clock.now()) == 0
    assert await owner.fetchrow(MISSED) is None
