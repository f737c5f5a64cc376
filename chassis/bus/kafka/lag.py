"""How far a group is behind, asked from outside: what a person wants to know whether the service runs or not."""

import asyncio
from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import GroupCoordinatorNotAvailableError, KafkaError

from chassis.bus.failures import describe
from chassis.bus.kafka.access import KafkaAccess
from chassis.bus.kafka.bounded import within
from chassis.bus.kafka.bus import GROUP_PREFIX
from chassis.bus.protocol import Unavailable

SECONDS: Final = 15.0
AGAIN_SECONDS: Final = 0.1


async def lag_of(access: KafkaAccess, group: str, topics: Collection[str]) -> Mapping[str, int]:
    """Records that the group has not applied yet, by topic; a topic that does not exist has none. Raises Unavailable.

    A group that never committed anything has everything before it.
    """
    try:
        return await within(SECONDS, _lag_of(access, GROUP_PREFIX + group, topics))
    except (KafkaError, OSError, TimeoutError) as error:
        raise Unavailable(describe(error)) from error


async def _lag_of(access: KafkaAccess, group: str, topics: Collection[str]) -> Mapping[str, int]:
    admin, reader = AIOKafkaAdminClient(**access.client()), AIOKafkaConsumer(**access.client())
    try:
        await admin.start()
        there = [topic for topic in await admin.describe_topics(list(topics)) if not topic["error_code"]]
        places = [TopicPartition(topic["topic"], part["partition"]) for topic in there for part in topic["partitions"]]
        if not places:
            return dict.fromkeys(topics, 0)
        reader.assign(places)  # or it would look for their leaders half a second long
        reader.pause(*places)
        await reader.start()
        committed = await _committed(admin, group, places)
        first, last = await reader.beginning_offsets(places), await reader.end_offsets(places)
        lag = dict.fromkeys(topics, 0)
        for place in places:
            done = committed[place].offset if place in committed else -1
            lag[place.topic] += max(0, last[place] - max(done, first[place]))
        return lag
    finally:
        await reader.stop()
        await admin.close()


async def _committed(admin: AIOKafkaAdminClient, group: str, places: Sequence[TopicPartition]) -> Mapping[Any, Any]:
    while True:
        try:
            committed: Mapping[Any, Any] = await admin.list_consumer_group_offsets(group, partitions=places)
        except GroupCoordinatorNotAvailableError:  # a new cluster makes its table of groups at the first question
            await asyncio.sleep(AGAIN_SECONDS)
        else:
            return committed
