"""Buses over a real broker, and topics that no other test uses."""

import asyncio
import itertools
from types import TracebackType
from typing import Self
from uuid import uuid4

from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from chassis.bus.kafka.access import KafkaAccess
from chassis.bus.kafka.bus import KafkaBus
from tests.kafka.broker import Broker

SESSION_SECONDS = 6
PARTITIONS = 3


class KafkaCarrier:
    """Makes buses over one broker, and closes them at the end of the block."""

    def __init__(self, broker: Broker) -> None:
        self.access = KafkaAccess(bootstrap_servers=broker.address, session_seconds=SESSION_SECONDS)
        self._made: list[KafkaBus] = []
        self._numbers = itertools.count(1)
        self._name = f"test.{uuid4().hex[:12]}"

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, place: TracebackType | None
    ) -> None:
        await asyncio.gather(*(bus.close() for bus in self._made))

    async def bus(self) -> KafkaBus:
        self._made.append(KafkaBus(self.access))
        return self._made[-1]

    async def topic(self) -> str:
        name = self.name()
        await self.create(name)
        return name

    def name(self) -> str:
        """A topic's name, without the topic."""
        return f"{self._name}.{next(self._numbers)}"

    async def create(self, name: str) -> None:
        admin = AIOKafkaAdminClient(**self.access.client())
        await admin.start()
        try:
            answer = await admin.create_topics([NewTopic(name, PARTITIONS, 1)])
            assert all(code == 0 for _, code, _ in answer.topic_errors), answer
        finally:
            await admin.close()
