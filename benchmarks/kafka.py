"""What the figures over Kafka share: topics, end offsets, a group's place; and what is said where there is no Kafka."""

import json
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from benchmarks.ground import Ground
from chassis.bus.kafka import topics
from chassis.bus.kafka.access import KafkaAccess
from chassis.bus.kafka.bus import GROUP_PREFIX
from contracts.topics import TOPICS

PARTITIONS = 3


def access(ground: Ground) -> KafkaAccess:
    """How to reach the broker; only where there is one."""
    return KafkaAccess(bootstrap_servers=ground.broker or "")


def environment(ground: Ground) -> dict[str, str]:
    """What a worker is told of the broker."""
    return {"KAFKA_BOOTSTRAP_SERVERS": ground.broker} if ground.broker else {}


def note(ground: Ground) -> str:
    """What stands beside a figure that should have been taken over Kafka."""
    return "" if ground.broker else "in-process bus, no Kafka here"


async def apply(ground: Ground) -> None:
    """Have the topics of the published language."""
    if ground.broker:
        await topics.apply(access(ground), TOPICS.values(), partitions=PARTITIONS)


async def create(ground: Ground, name: str) -> None:
    """A topic of our own."""
    admin = AIOKafkaAdminClient(**access(ground).client())
    await admin.start()
    try:
        await admin.create_topics([NewTopic(name, PARTITIONS, 1)])
    finally:
        await admin.close()


@asynccontextmanager
async def reader(
    ground: Ground, topic: str, group: str | None = None
) -> AsyncIterator[tuple[AIOKafkaConsumer, Sequence[TopicPartition]]]:
    """A client that has all partitions of a topic, and these."""
    consumer = AIOKafkaConsumer(**access(ground).client(), group_id=group, enable_auto_commit=False)
    places = [TopicPartition(topic, number) for number in range(await _partitions(ground, topic))]
    consumer.assign(places)
    await consumer.start()
    try:
        yield consumer, places
    finally:
        await consumer.stop()


async def _partitions(ground: Ground, topic: str) -> int:
    admin = AIOKafkaAdminClient(**access(ground).client())
    await admin.start()
    try:
        (found,) = await admin.describe_topics([topic])
        return len(found["partitions"])
    finally:
        await admin.close()


async def beginnings(ground: Ground, topic: str) -> dict[TopicPartition, int]:
    """Where each partition begins."""
    async with reader(ground, topic) as (consumer, places):
        found: dict[TopicPartition, int] = await consumer.beginning_offsets(places)
        return found


async def ends(ground: Ground, topic: str) -> dict[TopicPartition, int]:
    """Where each partition ends; nothing without Kafka."""
    if not ground.broker:
        return {}
    async with reader(ground, topic) as (consumer, places):
        found: dict[TopicPartition, int] = await consumer.end_offsets(places)
        return found


async def values(ground: Ground, topic: str, begin: Mapping[TopicPartition, int]) -> list[bytes]:
    """Values of all records from these offsets to the present end, each partition's in order."""
    found: list[bytes] = []
    async with reader(ground, topic) as (consumer, places):
        last = await consumer.end_offsets(places)
        for place, offset in begin.items():
            consumer.seek(place, offset)
        while any([await consumer.position(place) < last[place] for place in places]):
            for part in (await consumer.getmany(timeout_ms=500)).values():
                found += [one.value for one in part]
    return found


async def ids(ground: Ground, topic: str, begin: Mapping[TopicPartition, int]) -> list[str]:
    """Ids of the events from these offsets to the present end."""
    return [json.loads(value)["id"] for value in await values(ground, topic, begin)]


async def begin_at_end(ground: Ground, group: str, topic: str) -> None:
    """Let a group of ours that has never read begin with what comes from now on."""
    async with reader(ground, topic, GROUP_PREFIX + group) as (consumer, places):
        await consumer.commit(await consumer.end_offsets(places))
