import asyncio
import base64
import random
from collections.abc import AsyncIterator, Callable, Collection, Sequence
from uuid import UUID

import asyncpg
import pytest

from chassis.bus import relay as relay_module
from chassis.bus.in_process import InProcessBus
from chassis.bus.protocol import Deliver, Record, Subscription, Unavailable
from chassis.bus.relay import Relay
from chassis.database.scope import SYSTEM
from chassis.database.session import Database
from chassis.journal.entries import new_id
from chassis.journal.record import record
from chassis.security.parcels import SealedParcel
from contracts.envelope import MAX_BYTES, Envelope
from tests.chassis.bus.conftest import MakeConsumer
from tests.chassis.bus.contract import until
from tests.chassis.bus.stories import WOBEI, Effects, eventually, opened
from tests.databases import Server


class Wire:
    """A bus that keeps what is published, and fails, hangs or loses the answer when told to."""

    def __init__(self) -> None:
        self.records: list[Record] = []
        self.before = 0
        self.after = 0
        self.open = asyncio.Event()
        self.open.set()

    async def publish(self, records: Sequence[Record]) -> None:
        await self.open.wait()
        if self.before > 0:
            self.before -= 1
            raise Unavailable
        self.records.extend(records)
        if self.after > 0:
            self.after -= 1
            raise ConnectionError

    async def subscribe(self, group: str, topics: Collection[str], deliver: Deliver) -> Subscription:
        raise NotImplementedError

    async def close(self) -> None:
        """Nothing to close."""

    def envelopes(self) -> list[Envelope]:
        return [Envelope.model_validate_json(record.value) for record in self.records]


@pytest.fixture
def wire() -> Wire:
    return Wire()


MakeRelay = Callable[..., Relay]


@pytest.fixture
async def make_relay(database: Database, wire: Wire) -> AsyncIterator[MakeRelay]:
    made: list[Relay] = []

    def make(**settings: object) -> Relay:
        made.append(Relay("chassis", database, settings.pop("bus", wire), **settings))  # type: ignore[arg-type]
        return made[-1]

    yield make
    for relay in made:
        await relay.stop()


async def tell(database: Database, case_id: UUID, *, parcel: SealedParcel | None = None, pause: float = 0.0) -> UUID:
    """Record one fact and commit after a pause."""
    async with database.transaction(SYSTEM) as session:
        entry = await record(session, opened(case_id), division=WOBEI, parcel=parcel)
        await asyncio.sleep(pause)
    return entry.id


async def pending(effects: Effects) -> int:
    return int(await effects.owner.fetchval("SELECT count(*) FROM outbox"))


async def drained(effects: Effects) -> bool:
    return await pending(effects) == 0


async def test_an_entry_travels_as_it_was_journaled(
    database: Database, make_relay: MakeRelay, wire: Wire, effects: Effects
) -> None:
    case_id = new_id()
    entry_id = await tell(database, case_id)
    await make_relay().start()
    await eventually(lambda: drained(effects))
    row = await effects.owner.fetchrow("SELECT * FROM journal")
    assert row is not None
    [published] = wire.records
    [envelope] = wire.envelopes()
    assert (published.key, published.topic) == (str(case_id), row["topic"])
    assert row["data"].encode() in published.value
    assert (envelope.id, envelope.subject, envelope.sequence, envelope.previous) == (entry_id, case_id, 1, 0)
    assert (envelope.time, envelope.recordedat) == (row["occurred_at"], row["recorded_at"])
    assert (envelope.correlationid, envelope.causationid) == (row["correlation_id"], None)
    assert envelope.parcel is None


async def test_eight_writers_that_commit_late_lose_nothing_and_keep_order(
    database: Database, make_relay: MakeRelay, wire: Wire, effects: Effects
) -> None:
    seeded = random.Random(11)
    cases = [new_id() for _ in range(6)]
    relay = make_relay(batch=7)
    await relay.start()

    async def write(own: UUID) -> None:
        for _ in range(15):
            case_id = seeded.choice([own, *cases])
            await tell(database, case_id, pause=seeded.choice([0.0, 0.0, 0.004, 0.03]))
            relay.hint()

    await asyncio.gather(*(write(new_id()) for _ in range(8)))
    await eventually(lambda: drained(effects))
    sent: dict[UUID, list[int]] = {}
    for envelope in wire.envelopes():
        sent.setdefault(envelope.subject, []).append(envelope.sequence)
    assert len(wire.records) == 8 * 15
    assert all(versions == list(range(1, len(versions) + 1)) for versions in sent.values())


async def test_a_fact_committed_after_a_later_one_was_published_is_found(
    database: Database, make_relay: MakeRelay, wire: Wire, effects: Effects
) -> None:
    await make_relay().start()
    late, early = new_id(), new_id()
    async with database.transaction(SYSTEM) as session:
        await record(session, opened(late), division=WOBEI)
        await tell(database, early)
        await until(lambda: len(wire.records) == 1)
    await until(lambda: len(wire.records) == 2)
    assert [record.key for record in wire.records] == [str(early), str(late)]


async def test_a_crash_between_publishing_and_deleting_has_no_second_effect(
    database: Database, make_relay: MakeRelay, make_consumer: MakeConsumer, bus: InProcessBus, effects: Effects
) -> None:
    consumer = make_consumer()
    await consumer.start()

    class Forgetful(Wire):
        """Hands everything over, and fails before the relay hears of it."""

        async def publish(self, records: Sequence[Record]) -> None:
            await bus.publish(records)
            await super().publish(records)

    forgetful = Forgetful()
    forgetful.after = 3
    cases = [new_id() for _ in range(5)]
    for case_id in cases * 4:
        await tell(database, case_id)
    await make_relay(bus=forgetful, batch=6).start()
    await eventually(lambda: drained(effects))
    assert len(forgetful.records) > 20
    for case_id in cases:
        assert await effects.versions(case_id) == [1, 2, 3, 4]
    assert await effects.letters() == []


async def test_whatever_the_bus_does_no_fact_is_skipped(
    database: Database, make_relay: MakeRelay, wire: Wire, effects: Effects
) -> None:
    wire.before, wire.after = 2, 2
    cases = [new_id() for _ in range(10)]
    for case_id in cases:
        await tell(database, case_id)
    await make_relay(batch=4).start()
    await eventually(lambda: drained(effects))
    assert list(dict.fromkeys(record.key for record in wire.records)) == [str(case_id) for case_id in cases]


async def test_publishing_has_a_time_limit(
    database: Database, make_relay: MakeRelay, wire: Wire, effects: Effects
) -> None:
    wire.open.clear()
    await tell(database, new_id())
    await make_relay(publish_seconds=0.05).start()
    await asyncio.sleep(0.2)
    assert await pending(effects) == 1
    wire.open.set()
    await eventually(lambda: drained(effects))
    assert len(wire.records) == 1


async def test_of_two_relays_one_leads_and_the_other_takes_over(
    database: Database, make_relay: MakeRelay, wire: Wire, effects: Effects, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(relay_module, "FOLLOW_SECONDS", 0.02)
    relays = [make_relay(), make_relay()]
    for relay in relays:
        await relay.start()
    await until(lambda: any(relay.leads for relay in relays))
    await asyncio.sleep(0.1)
    assert sum(relay.leads for relay in relays) == 1
    leader, follower = sorted(relays, key=lambda relay: not relay.leads)
    await leader.stop()
    await until(lambda: follower.leads)
    await tell(database, new_id())
    await eventually(lambda: drained(effects))
    assert len(wire.records) == 1


async def test_a_leader_that_lost_its_connection_stops_at_once(
    database: Database, make_relay: MakeRelay, wire: Wire, effects: Effects, postgres: Server
) -> None:
    relay = make_relay(publish_seconds=1000.0)
    await relay.start()
    await until(lambda: relay.leads)
    wire.open.clear()
    case_id = new_id()
    await tell(database, case_id)
    await asyncio.sleep(0.1)  # the batch is in hand
    leader = await effects.owner.fetchval(
        "SELECT pid FROM pg_locks WHERE locktype = 'advisory'"
        " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
    )
    superuser = await asyncpg.connect(postgres.superuser_dsn)
    await superuser.execute("SELECT pg_terminate_backend($1)", leader)
    await superuser.close()
    await until(lambda: not relay.leads)
    assert wire.records == []
    wire.open.set()
    await eventually(lambda: drained(effects))
    assert [record.key for record in wire.records] == [str(case_id)]


async def test_a_paused_relay_publishes_nothing_and_then_everything_in_order(
    database: Database, make_relay: MakeRelay, wire: Wire, effects: Effects
) -> None:
    relay = make_relay(batch=3)
    await relay.start()
    await until(lambda: relay.leads)
    await relay.pause()
    case_id = new_id()
    for _ in range(10):
        await tell(database, case_id)
        relay.hint()
    await asyncio.sleep(0.1)
    assert (wire.records, await pending(effects)) == ([], 10)
    relay.resume()
    await eventually(lambda: drained(effects))
    assert [envelope.sequence for envelope in wire.envelopes()] == list(range(1, 11))


async def test_a_hint_wakes_it_before_the_poll(
    database: Database, make_relay: MakeRelay, wire: Wire, effects: Effects, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(relay_module, "POLL_SECONDS", 1000.0)
    relay = make_relay()
    await relay.start()
    await until(lambda: relay.leads)
    await asyncio.sleep(0.1)
    await tell(database, new_id())
    relay.hint()
    async with asyncio.timeout(5):
        await eventually(lambda: drained(effects))


async def test_a_parcel_travels_until_it_is_erased(
    database: Database, make_relay: MakeRelay, wire: Wire, effects: Effects
) -> None:
    parcel = SealedParcel(receiver="petition", key_id="k1", sealed=b"\x01sealed", salt=b"s", commitment=b"c")
    relay = make_relay()
    kept, erased = await tell(database, new_id(), parcel=parcel), await tell(database, new_id(), parcel=parcel)
    await effects.owner.execute("DELETE FROM parcels WHERE entry_id = $1", erased)
    await relay.start()
    await eventually(lambda: drained(effects))
    sent = {envelope.id: envelope.parcel for envelope in wire.envelopes()}
    assert sent[erased] is None
    with_parcel = sent[kept]
    assert with_parcel is not None
    assert (with_parcel.keyid, base64.b64decode(with_parcel.sealed)) == ("k1", b"\x01sealed")


async def test_an_entry_too_large_for_a_broker_holds_its_own_case_and_no_other(
    database: Database,
    make_relay: MakeRelay,
    wire: Wire,
    effects: Effects,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("chassis.journal.record.MAX_BYTES", 10 * MAX_BYTES)  # written before there was a limit
    huge = SealedParcel(receiver="petition", key_id="k1", sealed=b"s" * MAX_BYTES, salt=b"s", commitment=b"c")
    case_id, others = new_id(), [new_id() for _ in range(5)]
    first = await tell(database, case_id)
    await tell(database, case_id, parcel=huge)
    await tell(database, case_id)
    for other in others:
        await tell(database, other)
    relay = make_relay(batch=2)  # fewer than the case holds back
    await relay.start()
    await until(lambda: len(wire.records) == 1 + len(others))
    assert wire.envelopes()[0].id == first
    assert [record.key for record in wire.records] == [str(case_id), *map(str, others)]
    await tell(database, others[0])
    await until(lambda: len(wire.records) == 2 + len(others))
    assert await pending(effects) == 2
    assert relay.alive


async def test_the_backlog_is_told(
    database: Database, make_relay: MakeRelay, wire: Wire, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(relay_module, "OBSERVE_SECONDS", 0.0)
    told: list[tuple[int, float]] = []
    relay = make_relay(batch=2, observe=lambda number, age: told.append((number, age)))
    for _ in range(5):
        await tell(database, new_id())
    await relay.start()
    await until(lambda: (0, 0.0) in told)
    assert [number for number, _ in told[:3]] == [3, 1, 0]


async def test_stopping_does_not_wait_for_a_broker_that_hangs(
    database: Database, make_relay: MakeRelay, wire: Wire, effects: Effects, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(relay_module, "STOP_SECONDS", 0.1)
    wire.open.clear()
    await tell(database, new_id())
    relay = make_relay()
    await relay.start()
    await until(lambda: relay.leads)
    await asyncio.sleep(0.05)
    async with asyncio.timeout(2):
        await relay.stop()
    assert await pending(effects) == 1
    assert not await effects.owner.fetchval(
        "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND database ="
        " (SELECT oid FROM pg_database WHERE datname = current_database())"
    )


async def test_it_waits_for_a_database_that_is_not_there_yet(
    database: Database, make_relay: MakeRelay, wire: Wire, effects: Effects, postgres: Server
) -> None:
    name = await effects.owner.fetchval("SELECT current_database()")
    superuser = await asyncpg.connect(postgres.superuser_dsn)
    await tell(database, new_id())
    await superuser.execute(f'ALTER DATABASE "{name}" CONNECTION LIMIT 0')
    await make_relay().start()
    await asyncio.sleep(0.3)
    assert wire.records == []
    await superuser.execute(f'ALTER DATABASE "{name}" CONNECTION LIMIT -1')
    await superuser.close()
    await eventually(lambda: drained(effects))
    assert len(wire.records) == 1
