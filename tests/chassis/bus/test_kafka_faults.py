"""What goes wrong with brokers and members, each once, on a real broker."""

import asyncio
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import suppress
from typing import Any

import pytest
from aiokafka import AIOKafkaConsumer

from chassis.bus.kafka import membership, publishing, watching
from chassis.bus.kafka.bus import KafkaBus
from chassis.bus.kafka.partitions import partition_of
from chassis.bus.protocol import Deliver, Record, Unavailable
from contracts.topics import MEDIATION_CASES
from tests.chassis.bus.conftest import MakeConsumer
from tests.chassis.bus.contract import Receiver, numbered, publish, until
from tests.chassis.bus.stories import Effects, Story, eventually
from tests.kafka.broker import Broker, OwnBroker
from tests.kafka.carrier import PARTITIONS, KafkaCarrier

pytestmark = pytest.mark.kafka

KEYS = "abcdef"


@pytest.fixture
async def carrier(broker: Broker) -> AsyncIterator[KafkaCarrier]:
    async with KafkaCarrier(broker) as carrier:
        yield carrier


@pytest.fixture
def mortal(broker: Broker) -> Iterator[OwnBroker]:
    """A broker that may be killed; it runs again after the test."""
    if not isinstance(broker, OwnBroker):
        pytest.skip("KAFKA_BOOTSTRAP_SERVERS names a broker that no test may kill")
    yield broker
    broker.resume()
    broker.start()


@pytest.fixture
async def bus(carrier: KafkaCarrier) -> KafkaBus:
    return await carrier.bus()


@pytest.fixture
async def topic(carrier: KafkaCarrier) -> str:
    return await carrier.topic()


class Writer:
    """Publishes small batches one after the other, as a relay does, until it is told to stop."""

    def __init__(self, bus: KafkaBus, topic: str) -> None:
        self.rounds = 0
        self._bus = bus
        self._topic = topic
        self._stop = False
        self._task = asyncio.create_task(self._run())

    async def _run(self) -> None:
        while not self._stop:
            await publish(self._bus, [numbered(self._topic, key, 1, self.rounds)[0] for key in KEYS])
            self.rounds += 1
            await asyncio.sleep(0.01)

    async def finish(self) -> None:
        self._stop = True
        await self._task


async def test_nothing_is_lost_or_out_of_order_when_the_broker_is_killed_while_publishing(
    mortal: OwnBroker, bus: KafkaBus, topic: str
) -> None:
    receiver = Receiver()
    await bus.subscribe(topic, [topic], receiver)
    writer = Writer(bus, topic)
    await until(lambda: len(receiver.records) > 60)
    mortal.kill()
    await asyncio.to_thread(mortal.start)
    back = writer.rounds
    await until(lambda: writer.rounds > back + 20)
    await writer.finish()
    await until(lambda: len(receiver.seen()) == len(KEYS) * writer.rounds)
    for key in KEYS:
        assert receiver.first_of(key) == [f"{key} {number}".encode() for number in range(writer.rounds)]


async def test_a_broker_that_is_away_for_twenty_seconds_delays_and_loses_nothing(
    mortal: OwnBroker, bus: KafkaBus, topic: str
) -> None:
    receiver = Receiver()
    await bus.subscribe(topic, [topic], receiver)
    await publish(bus, numbered(topic, "a", 10))
    await until(lambda: len(receiver.seen()) == 10)
    mortal.kill()
    publishing = asyncio.create_task(publish(bus, numbered(topic, "a", 10, 10)))
    await asyncio.sleep(20)
    assert not publishing.done()
    await asyncio.to_thread(mortal.start)
    await publishing
    await until(lambda: len(receiver.seen()) == 20)
    assert receiver.first_of("a") == [f"a {number}".encode() for number in range(20)]


async def test_a_frozen_broker_makes_publishing_fail_in_time_and_heals(
    mortal: OwnBroker, bus: KafkaBus, topic: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(publishing, "PUBLISH_SECONDS", 2.0)
    receiver = Receiver()
    await bus.subscribe(topic, [topic], receiver)
    await publish(bus, numbered(topic, "a", 5))
    mortal.suspend()
    began = time.monotonic()
    with pytest.raises(Unavailable):
        await bus.publish(numbered(topic, "a", 5, 5))
    assert time.monotonic() - began < 4
    mortal.resume()
    await publish(bus, numbered(topic, "a", 5, 5))
    await until(lambda: len(receiver.seen()) == 10)
    assert receiver.first_of("a") == [f"a {number}".encode() for number in range(10)]


async def test_closing_while_the_broker_is_gone_ends_in_time_and_leaves_nothing_running(
    mortal: OwnBroker, bus: KafkaBus, topic: str
) -> None:
    before = asyncio.all_tasks()
    receiver = Receiver()
    await bus.subscribe(topic, [topic], receiver)
    await publish(bus, numbered(topic, "a", 5))
    await until(lambda: len(receiver.seen()) == 5)
    mortal.kill()
    hanging = asyncio.create_task(bus.publish(numbered(topic, "a", 5, 5)))
    await asyncio.sleep(1)
    hanging.cancel()
    began = time.monotonic()
    await bus.close()
    assert time.monotonic() - began < 10
    with suppress(asyncio.CancelledError):
        await hanging
    await until(lambda: asyncio.all_tasks() <= before | {asyncio.current_task()})


async def test_members_of_a_group_share_its_partitions_and_hand_them_over_in_order(
    carrier: KafkaCarrier, bus: KafkaBus, topic: str
) -> None:
    taken: list[tuple[str, Record]] = []

    def member(name: str) -> Deliver:
        async def deliver(records: Sequence[Record]) -> None:
            taken.extend((name, record) for record in records)

        return deliver

    def reached_by(name: str) -> int:
        return sum(taker == name for taker, _ in taken)

    await bus.subscribe(topic, [topic], member("first"))
    writer = Writer(bus, topic)
    await until(lambda: reached_by("first") > 30)
    second = await (await carrier.bus()).subscribe(topic, [topic], member("second"))
    await until(lambda: reached_by("second") > 30)
    shared = reached_by("first")
    await until(lambda: reached_by("first") > shared + 30)
    await second.stop()
    left = writer.rounds
    await until(lambda: writer.rounds > left + 10)
    await writer.finish()
    await until(lambda: len({record.value for _, record in taken}) == len(KEYS) * writer.rounds)
    for key in KEYS:
        values = dict.fromkeys(record.value for _, record in taken if record.key == key)
        assert list(values) == [f"{key} {number}".encode() for number in range(writer.rounds)]


async def test_a_group_waits_for_a_topic_that_does_not_exist_yet(
    carrier: KafkaCarrier, bus: KafkaBus, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(membership, "START_SECONDS", 1.0)
    name = carrier.name()
    receiver = Receiver()
    await bus.subscribe(name, [name], receiver)
    await asyncio.sleep(1.5)
    await carrier.create(name)
    await publish(bus, numbered(name, "a", 3))
    await until(lambda: len(receiver.seen()) == 3)


async def test_a_consumer_that_reads_nothing_is_made_anew(
    bus: KafkaBus, topic: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[Any] = []

    class Remembered(AIOKafkaConsumer):  # type: ignore[misc] # the client ships no types
        def __init__(self, **options: Any) -> None:
            super().__init__(**options)
            made.append(self)

    monkeypatch.setattr(membership, "AIOKafkaConsumer", Remembered)
    monkeypatch.setattr(watching, "LOOK_SECONDS", 0.1)
    monkeypatch.setattr(watching, "STANDSTILL_SECONDS", 1.0)
    receiver = Receiver()
    await bus.subscribe(topic, [topic], receiver)
    await publish(bus, numbered(topic, "a", 3))
    await until(lambda: len(receiver.seen()) == 3)
    made[0]._fetcher._fetch_task.cancel()
    await publish(bus, numbered(topic, "a", 3, 3))  # a request that is under way may still bring these
    await asyncio.sleep(0.2)
    await publish(bus, numbered(topic, "a", 3, 6))
    await until(lambda: len(receiver.seen()) == 9)
    assert len(made) == 2


async def test_a_record_that_brokers_refuse_does_not_spoil_the_next_one(bus: KafkaBus, topic: str) -> None:
    receiver = Receiver()
    await bus.subscribe(topic, [topic], receiver)
    with pytest.raises(Unavailable):
        await bus.publish([Record(topic, "a", bytes(2_000_000))])
    await bus.publish(numbered(topic, "a", 3))
    await until(lambda: len(receiver.records) == 3)


async def test_what_is_still_to_be_read_is_told(bus: KafkaBus, topic: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watching, "LOOK_SECONDS", 0.05)
    lag: dict[tuple[str, int], int] = {}
    bus.observe_lag = lambda name, partition, records: lag.__setitem__((name, partition), records)
    receiver = Receiver()
    receiver.failures = 1_000
    await bus.subscribe(topic, [topic], receiver)
    await publish(bus, numbered(topic, "a", 7))
    await until(lambda: sum(lag.values()) == 7)
    receiver.failures = 0
    await until(lambda: len(lag) > 0 and sum(lag.values()) == 0)
    assert {name for name, _ in lag} == {topic}
    assert receiver.records[0].partition is not None
    assert [record.offset for record in receiver.records] == list(range(7))


@pytest.mark.usefixtures("mortal")
async def test_a_record_that_cannot_be_read_is_set_aside_with_its_place_and_holds_up_nobody(
    carrier: KafkaCarrier, bus: KafkaBus, make_consumer: MakeConsumer, effects: Effects
) -> None:
    await carrier.create(MEDIATION_CASES.name)
    story = Story()
    await make_consumer().start()
    await publish(bus, [Record(MEDIATION_CASES.name, "poison", b"{not json"), *story.tell_all(3)])

    async def settled() -> bool:
        return await effects.versions(story.case_id) == [1, 2, 3] and bool(await effects.letters())

    await eventually(settled)
    letter = await effects.owner.fetchrow('SELECT reason, partition, "offset", value FROM dead_letters')
    assert letter is not None
    assert (letter["reason"], bytes(letter["value"]), letter["offset"]) == ("unreadable", b"{not json", 0)
    assert letter["partition"] == partition_of(b"poison", PARTITIONS)
