"""The bus over Kafka: records are durable at the brokers when `publish` returns, and groups read them at their pace."""

import asyncio
from collections.abc import Collection, Sequence
from typing import Final

from chassis.bus.kafka.access import KafkaAccess
from chassis.bus.kafka.membership import Membership, ObserveLag
from chassis.bus.kafka.publishing import Publisher
from chassis.bus.protocol import Deliver, Record, Unavailable

GROUP_PREFIX: Final = "onewindow."
"""Of our groups at the brokers, so that nobody else's group of the same name joins in."""


class KafkaBus:
    """A bus over Apache Kafka. It needs no broker to start: publishing fails and reading waits until there is one.

    Inside one process a group may be subscribed several times, as it may be in several processes; each member reads
    its share of the partitions.
    """

    def __init__(self, access: KafkaAccess) -> None:
        self.observe_lag: ObserveLag | None = None
        """Takes topic, partition and the number of records that a group of this bus has still to read there."""
        self._access = access
        self._publisher = Publisher(access)
        self._members: set[Membership] = set()
        self._closed = False

    async def publish(self, records: Sequence[Record]) -> None:
        """Return when all in-sync replicas have every record; raises Unavailable when that is not known."""
        if self._closed:
            raise Unavailable("the bus is closed")
        await self._publisher.publish(records)

    async def subscribe(self, group: str, topics: Collection[str], deliver: Deliver) -> Membership:
        """Join a group; returns at once, brokers or not. A group that is new begins with the oldest record."""
        if self._closed:
            raise Unavailable("the bus is closed")
        member = Membership(self._access, GROUP_PREFIX + group, topics, deliver, self._tell_lag)
        self._members = {other for other in self._members if other.alive} | {member}
        member.start()
        return member

    async def close(self) -> None:
        """End all deliveries and publish nothing more."""
        self._closed = True
        await asyncio.gather(*(member.stop() for member in self._members), self._publisher.close())

    def _tell_lag(self, topic: str, partition: int, records: int) -> None:
        if self.observe_lag is not None:
            self.observe_lag(topic, partition, records)
