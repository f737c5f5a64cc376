"""Publishing again: the whole journal, in its order, before anything that waits, and without a second effect."""

import asyncpg
import pytest

from chassis.bus import republishing
from chassis.bus.in_process import InProcessBus
from chassis.bus.republishing import Republished, republish
from chassis.database.scope import SYSTEM
from chassis.database.session import Database
from chassis.journal.entries import new_id
from chassis.journal.record import append, record
from tests.chassis.bus.conftest import MakeConsumer
from tests.chassis.bus.stories import WOBEI, Effects, eventually, opened, sought
from tests.chassis.bus.test_relay import MakeRelay, Wire, drained, make_relay, wire

__all__ = ["make_relay", "wire"]


@pytest.fixture(autouse=True)
def small_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(republishing, "PAGE", 3)


async def again(database: Database) -> tuple[Republished, list[Republished]]:
    told: list[Republished] = []
    connection: asyncpg.Connection = await database.raw()
    try:
        return await republish(connection, told.append), told
    finally:
        await connection.close()


async def tell(database: Database, *facts: object) -> None:
    for fact in facts:
        async with database.transaction(SYSTEM) as session:
            await record(session, fact, division=WOBEI)  # type: ignore[arg-type]


async def test_everything_travels_again_in_order_and_before_what_waits(
    database: Database, make_relay: MakeRelay, wire: Wire, effects: Effects
) -> None:
    first, second = new_id(), new_id()
    relay = make_relay(batch=2)
    await relay.start()
    await tell(database, opened(first), opened(second), sought(second), sought(first), opened(new_id()))
    await eventually(lambda: drained(effects))
    async with database.transaction(SYSTEM) as session:  # nobody publishes who read what
        await append(
            session, case_id=first, stream="access", kind="read", kind_version=1, topic=None, data="{}", division=WOBEI
        )
    await relay.pause()
    await tell(database, sought(first))
    before = wire.envelopes()
    wire.records.clear()

    state, told = await again(database)
    assert state == Republished(facts=6, done=6, pointed=6)
    assert [one.done for one in told] == [0, 3, 6]
    assert (await again(database))[0] == Republished(facts=6, done=6, pointed=0), "a repeat adds nothing"
    await tell(database, sought(second))
    relay.resume()
    await eventually(lambda: drained(effects))
    sent = wire.envelopes()
    assert [one.id for one in sent[:5]] == [one.id for one in before]
    assert sent[5].subject == sent[6].subject == first, "what waited, as part of the journal and once more by itself"
    assert sent[5].id == sent[6].id
    assert (sent[7].subject, len(sent)) == (second, 8)
    assert [one.to_bytes() for one in sent[:5]] == [one.to_bytes() for one in before]


async def test_nothing_to_publish_is_no_failure(database: Database) -> None:
    assert (await again(database))[0] == Republished(facts=0)


async def test_those_who_know_it_all_do_nothing_twice(
    database: Database, bus: InProcessBus, make_relay: MakeRelay, make_consumer: MakeConsumer, effects: Effects
) -> None:
    consumer = make_consumer()
    await consumer.start()
    await make_relay(bus=bus).start()
    cases = [new_id() for _ in range(10)]
    await tell(database, *(opened(case_id) for case_id in cases), *(sought(case_id) for case_id in cases))
    await eventually(lambda: drained(effects))
    for _ in range(2):
        await again(database)
        await eventually(lambda: drained(effects))
    assert await effects.count() == 20
    assert await effects.letters() == []
    assert [await effects.versions(case_id) for case_id in cases] == [[1, 2]] * 10
