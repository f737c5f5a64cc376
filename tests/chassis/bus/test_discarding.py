"""Discarding: what nothing makes readable goes, with a trace; what can be read is a fact and stays."""

import base64
from collections import Counter

import orjson
import pytest
from sqlalchemy import text

from chassis.bus.discarding import COLUMN, DISCARDABLE, NotToBeDiscarded, discard
from chassis.bus.protocol import Record
from chassis.database.scope import SYSTEM
from chassis.database.session import Database
from chassis.journal.entries import Entry
from chassis.journal.timeline import version_of
from chassis.rules.refusals import IllegalTransition
from chassis.security.keys import Keyring
from chassis.security.parcels import committed
from chassis.security.sealing import Sealer
from contracts.mediation.cases import MediationOpened
from tests.chassis.bus.conftest import MakeConsumer
from tests.chassis.bus.stories import Effects, Story, eventually
from tests.chassis.bus.test_replay import Moody

WHY = "王小明来电称系误发"
CANARY = b"\xff canary"


@pytest.fixture
def sealer() -> Sealer:
    return Sealer(Keyring.from_master(bytes(range(32)), "chassis"))


async def discarded(database: Database, sealer: Sealer, letter_id: int) -> Entry | None:
    async with database.transaction(SYSTEM) as session:
        return await discard(session, sealer, letter_id, service="chassis", by="op-7", reason=WHY)


async def the_letter(effects: Effects) -> int:
    return int(await effects.owner.fetchval("SELECT min(id) FROM dead_letters WHERE state = 'dead'"))


async def test_what_nothing_makes_readable_goes_and_leaves_a_trace(
    database: Database, make_consumer: MakeConsumer, effects: Effects, sealer: Sealer
) -> None:
    consumer, story = make_consumer(), Story()
    first, second, third = story.tell_all(3)
    damaged = Record(second.topic, second.key, CANARY, (("h", b"1"),), 3, 77)
    await consumer.deliver([first, damaged, third])
    assert await effects.versions(story.case_id) == [1]
    entry = await discarded(database, sealer, await the_letter(effects))
    assert entry is not None
    assert (entry.case_id, entry.stream, entry.actor) == (story.case_id, "letters", "operator:op-7")
    assert (entry.type, entry.reason_code, entry.topic) == ("journal.letter_discarded", "unreadable", None)
    assert (entry.fact["topic"], entry.fact["partition"], entry.fact["offset"]) == (second.topic, 3, 77)
    assert "王小明" not in str(await effects.owner.fetch("SELECT data FROM journal"))
    parcel = await effects.owner.fetchrow("SELECT * FROM parcels WHERE entry_id = $1", entry.id)
    assert parcel is not None
    plain = sealer.unseal(parcel["sealed"], COLUMN, entry.id)
    assert committed(parcel["salt"], plain.encode()) == entry.commitment
    kept = orjson.loads(plain)
    assert (kept["reason"], base64.b64decode(kept["value"])) == (WHY, CANARY)
    async with database.transaction(SYSTEM) as session:
        assert await version_of(session, story.case_id) == 0, "a fact of the case is another thing"
        assert await session.scalar(text("SELECT count(*) FROM outbox")) == 0
    assert await effects.states() == Counter(waiting=1)
    await consumer.deliver([second])  # its sender published anew
    await consumer.replay(str(story.case_id))
    assert await effects.versions(story.case_id) == [1, 2, 3]
    assert await discarded(database, sealer, 10**6) is None


async def test_a_key_that_is_no_case_has_a_trace_too(
    database: Database, make_consumer: MakeConsumer, effects: Effects, sealer: Sealer
) -> None:
    await make_consumer().deliver([Record("onewindow.mediation.case.v1", "no\x00 id \ud800", b"x")])
    entry = await discarded(database, sealer, await the_letter(effects))
    assert entry is not None
    assert await effects.states() == Counter()


async def test_a_fact_is_not_discarded(
    database: Database, make_consumer: MakeConsumer, effects: Effects, sealer: Sealer
) -> None:
    moody, story = Moody(1, error=IllegalTransition), Story()
    consumer = make_consumer({MediationOpened: moody})
    await consumer.deliver(story.tell_all(2))
    await eventually(lambda: _held(effects))
    for row in await effects.owner.fetch("SELECT id FROM dead_letters"):
        with pytest.raises(NotToBeDiscarded):
            await discarded(database, sealer, row["id"])
    assert await effects.states() == Counter(dead=1, parked=1)
    assert await effects.owner.fetchval("SELECT count(*) FROM journal") == 0
    assert not DISCARDABLE & {"refused", "unhandled", "not_yet", "behind", "unknown_version"}


async def _held(effects: Effects) -> bool:
    return await effects.states() == Counter(dead=1, parked=1)
