"""The watchdog of a member: an outage shows no error here, so it looks at whether reading makes progress."""

import time
from collections.abc import Callable
from typing import Final

from aiokafka import AIOKafkaConsumer
from aiokafka.errors import KafkaError

from chassis.bus.kafka.bounded import within
from chassis.bus.protocol import Unavailable

LOOK_SECONDS: Final = 5.0
ANSWER_SECONDS: Final = 5.0
SILENCE_SECONDS: Final = 30.0
"""Without an answer from the brokers."""
STANDSTILL_SECONDS: Final = 60.0
"""Without progress although there is something to read, or without a place in the group."""


class Stalled(Exception):
    """The consumer reads nothing although it should: a new one may."""


class Watchdog:
    """Looks every few seconds, and measures how much is still to be read."""

    def __init__(self, consumer: AIOKafkaConsumer, observe_lag: Callable[[str, int, int], None]) -> None:
        self._consumer = consumer
        self._observe_lag = observe_lag
        self._progress = self._answer = self._looked = time.monotonic()
        self._outside_since: float | None = self._progress

    def progressed(self) -> None:
        """Records were read and applied."""
        self._progress = time.monotonic()

    def left(self) -> None:
        """The member has no place in the group now."""
        self._outside_since = time.monotonic()

    def joined(self) -> None:
        """The member has its place, with or without partitions."""
        self._outside_since = None
        self._progress = time.monotonic()

    async def look(self) -> None:
        """Raise Stalled when there is no hope for this consumer; does nothing most of the time."""
        now = time.monotonic()
        if now - self._looked < LOOK_SECONDS:
            return
        self._looked = now
        if self._outside_since is not None and now - self._outside_since > STANDSTILL_SECONDS:
            raise Stalled("no place in the group")
        try:
            behind = await within(ANSWER_SECONDS, self._behind())
        except (KafkaError, OSError, TimeoutError, Unavailable):
            if time.monotonic() - self._answer > SILENCE_SECONDS:
                raise Stalled("the brokers do not answer") from None
            return
        self._answer = time.monotonic()
        if behind and self._answer - self._progress > STANDSTILL_SECONDS:
            raise Stalled("there are records, and none is read")

    async def _behind(self) -> int:
        """Records that are still to be read on the partitions of this member."""
        ends = await self._consumer.end_offsets(list(self._consumer.assignment()))
        behind = 0
        for place, end in ends.items():
            left = max(0, end - await self._consumer.position(place))
            self._observe_lag(place.topic, place.partition, left)
            behind += left
        return behind
