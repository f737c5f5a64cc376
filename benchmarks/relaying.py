"""R1: how fast the relay empties an outbox, against the same events sent in bare batches."""

import asyncio
import time
from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import UTC, datetime
from typing import Final

from aiokafka import AIOKafkaProducer

from benchmarks import kafka, matter
from benchmarks.figures import Figure, medians
from benchmarks.ground import CountsDiffer, Ground, Window
from chassis.bus.in_process import InProcessBus
from chassis.bus.kafka.bus import KafkaBus
from chassis.bus.kafka.partitions import partition_of
from chassis.bus.protocol import Bus, Deliver, Record, Subscription
from chassis.bus.relay import Relay
from chassis.database.session import Database
from chassis.journal.entries import new_id
from onewindow.embedded.databases import ServiceDatabase, connect

PER_SECOND: Final = 7_000
"""Events of a round for each second that a measurement may take."""
BATCH: Final = 1000
FIRST: Final = b'{"id": "first"}'
"""Goes ahead of the others, so that whatever has to be set up first is set up by it."""
EMPTY_SECONDS: Final = 120.0
FILL: Final = """
    WITH written AS (
      INSERT INTO journal (id, case_id, stream, version, type, type_version, division, topic, previous, data, actor,
        ruleset, occurred_at, recorded_at, correlation_id, algorithm, previous_hash, hash)
      SELECT gen_random_uuid(), gen_random_uuid(), 'facts', 1, 'intake.case_registered', 1, '130926102000', $1, 0,
        $2::json, 'benchmark', 'clocks-2026.1', now(), now(), gen_random_uuid(), 'sha256/1', '\\x5a', '\\x5a'
      FROM generate_series(1, $3) RETURNING id, recorded_at)
    INSERT INTO outbox (entry_id, at) SELECT id, recorded_at FROM written
"""


class Keeping:
    """A bus that keeps what it carried."""

    def __init__(self, bus: Bus) -> None:
        self._bus = bus
        self.records: list[Record] = []

    async def publish(self, records: Sequence[Record]) -> None:
        """Hand over and keep."""
        await self._bus.publish(records)
        self.records += records

    async def subscribe(self, group: str, topics: Collection[str], deliver: Deliver) -> Subscription:
        """As the bus does."""
        return await self._bus.subscribe(group, topics, deliver)

    async def close(self) -> None:
        """As the bus does."""
        await self._bus.close()


async def measure(ground: Ground, _window: Window) -> list[Figure]:
    """Events a second, from a full outbox to an empty one, and of the same events sent in bare batches."""
    rates: dict[str, list[float]] = defaultdict(list)
    number = max(BATCH, round(PER_SECOND * ground.seconds))
    async with ground.database("intake") as place:
        for _ in range(ground.rounds):
            topic = f"bench.{time.time_ns()}"
            await _topic(ground, topic)
            bus = Keeping(await _bus(ground, topic))
            await bus.publish([Record(topic, "first", FIRST)])
            rates["relay"].append(number / await _drained(ground, place, bus, topic, number))
            await bus.close()
            rates["bare"].append(number / await _sent(ground, bus.records[1:]))
    ratios = [one / other for one, other in zip(rates["relay"], rates["bare"], strict=True)]
    return [
        Figure("R1", ratios, {f"{name}_per_second": rate for name, rate in medians(rates).items()}, kafka.note(ground))
    ]


async def _topic(ground: Ground, name: str) -> None:
    if ground.broker:
        await kafka.create(ground, name)


async def _bus(ground: Ground, topic: str) -> Bus:
    if ground.broker:
        return KafkaBus(kafka.access(ground))
    bus = InProcessBus()

    async def take(_records: Sequence[Record]) -> None:
        pass

    await bus.subscribe("bench", [topic], take)
    return bus


async def _drained(ground: Ground, place: ServiceDatabase, bus: Keeping, topic: str, number: int) -> float:
    """Seconds that the relay takes for so many events."""
    connection = await connect(place.owner_url)
    try:
        fact = matter.fact(new_id(), datetime.now(UTC)).canonical()
        await connection.execute(FILL, topic, fact, number)
        await connection.execute("VACUUM ANALYZE journal, outbox")
    finally:
        await connection.close()
    done, count = asyncio.Event(), 0

    def published(size: int) -> None:
        nonlocal count
        count += size
        if count >= number:
            done.set()

    database = Database(place.url)
    relay = Relay("intake", database, bus, published=published)
    await relay.pause()
    await relay.start()
    async with asyncio.timeout(EMPTY_SECONDS):
        while not relay.leads:
            await asyncio.sleep(0.01)
        began = time.perf_counter()
        relay.resume()
        await done.wait()
    seconds = time.perf_counter() - began
    await relay.stop()
    await database.close()
    arrived = await _events(ground, topic, bus.records)
    if (arrived, await ground.count(place, "outbox")) != (number, 0):
        raise CountsDiffer(f"events {number}, arrived {arrived}")
    return seconds


async def _events(ground: Ground, topic: str, records: Sequence[Record]) -> int:
    """How many different events arrived, but for the first; one may come twice where the machine is busy."""
    if ground.broker:
        return len(set(await kafka.ids(ground, topic, await kafka.beginnings(ground, topic)))) - 1
    return len({one.value for one in records}) - 1


async def _sent(ground: Ground, records: Sequence[Record]) -> float:
    """Seconds that the same events take without outbox and relay."""
    topic = f"bench.{time.time_ns()}"
    if not ground.broker:
        bus = await _bus(ground, records[0].topic)
        began = time.perf_counter()
        for start in range(0, len(records), BATCH):
            await bus.publish(records[start : start + BATCH])
        return time.perf_counter() - began
    await _topic(ground, topic)
    producer = AIOKafkaProducer(**kafka.access(ground).client(), enable_idempotence=True, acks="all")
    await producer.start()
    await producer.send_and_wait(topic, FIRST)
    placed = [(partition_of(one.key.encode(), kafka.PARTITIONS), one) for one in records]
    began = time.perf_counter()
    for start in range(0, len(placed), BATCH):
        batches = {number: [producer.create_batch()] for number in range(kafka.PARTITIONS)}
        for number, one in placed[start : start + BATCH]:
            given = {"key": one.key.encode(), "value": one.value, "timestamp": None, "headers": list(one.headers)}
            if batches[number][-1].append(**given) is None:
                batches[number].append(producer.create_batch())
                batches[number][-1].append(**given)
        acks = [
            await producer.send_batch(batch, topic, partition=number) for number in batches for batch in batches[number]
        ]
        await asyncio.gather(*acks)
    seconds = time.perf_counter() - began
    await producer.stop()
    arrived = await _events(ground, topic, records)
    if arrived != len(records):
        raise CountsDiffer(f"events {len(records)}, arrived {arrived}")
    return seconds
