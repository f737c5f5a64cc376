"""Publishing: explicit batches, one at a time for each partition, acknowledged by all replicas or not at all."""

import asyncio
import contextlib
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any, Final

import structlog
from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError, ProducerClosed

from chassis.bus.failures import describe
from chassis.bus.kafka.access import KafkaAccess
from chassis.bus.kafka.bounded import within
from chassis.bus.kafka.partitions import partition_of
from chassis.bus.protocol import Record, Unavailable

PUBLISH_SECONDS: Final = 12.0
"""All of one call, a new producer included; the relay's own limit is longer."""
START_SECONDS: Final = 8.0
METADATA_SECONDS: Final = 5.0
STOP_SECONDS: Final = 3.0
BATCH_BYTES: Final = 256 * 1024
"""Of one partition's batch; far below the megabyte that a broker takes, and one event always fits."""

Batches = Mapping[tuple[str, int], Sequence[Any]]

log = structlog.get_logger("chassis.bus.kafka.publishing")


class Publisher:
    """Publishes with an idempotent producer, which is thrown away after anything that went wrong.

    After an error or a limit nobody knows what arrived, and the producer's sequence numbers may have moved on without
    its records. A new producer and the same records again are always right: the inboxes absorb what arrives twice.
    """

    def __init__(self, access: KafkaAccess) -> None:
        self._access = access
        self._producer: AIOKafkaProducer | None = None
        self._turn = asyncio.Lock()
        self._discarding: set[asyncio.Task[None]] = set()

    async def publish(self, records: Sequence[Record]) -> None:
        """Return when all in-sync replicas have every record; raises Unavailable when that is not known."""
        try:
            async with asyncio.timeout(PUBLISH_SECONDS), self._turn:
                await self._publish(records)
        except (KafkaError, OSError, TimeoutError) as error:
            raise Unavailable(f"not published: {describe(error)}") from error

    async def close(self) -> None:
        """Stop in order where the brokers answer, else at once."""
        producer, self._producer = self._producer, None
        if producer is not None:
            with contextlib.suppress(KafkaError, OSError, TimeoutError, Unavailable):
                await within(STOP_SECONDS, producer.stop())
            self._discard(producer)
        if self._discarding:
            await asyncio.wait(self._discarding, timeout=STOP_SECONDS)

    async def _publish(self, records: Sequence[Record]) -> None:
        producer = await self._started()
        try:
            batches = await self._batched(producer, records)
            sending = [asyncio.create_task(_send(producer, place, parts)) for place, parts in batches.items()]
            try:
                await asyncio.gather(*sending)
            finally:
                for task in sending:
                    task.cancel()
        except BaseException:
            self._producer = None
            self._discard(producer)
            raise

    async def _started(self) -> AIOKafkaProducer:
        if self._producer is None:
            producer = AIOKafkaProducer(
                **self._access.client(),
                enable_idempotence=True,
                acks="all",
                max_batch_size=BATCH_BYTES,
                compression_type=None if self._access.compression == "none" else self._access.compression,
            )
            try:
                await within(START_SECONDS, producer.start())
            except BaseException:
                self._discard(producer)
                raise
            self._producer = producer
        return self._producer

    async def _batched(self, producer: AIOKafkaProducer, records: Sequence[Record]) -> Batches:
        """Batches of each partition, in order."""
        counts = {
            topic: len(await within(METADATA_SECONDS, producer.partitions_for(topic)))
            for topic in {record.topic for record in records}
        }
        batches: dict[tuple[str, int], list[Any]] = defaultdict(list)
        for record in records:
            key = record.key.encode()
            parts = batches[record.topic, partition_of(key, counts[record.topic])]
            while (
                not parts
                or parts[-1].append(timestamp=None, key=key, value=record.value, headers=list(record.headers)) is None
            ):
                parts.append(producer.create_batch())
        return batches

    def _discard(self, producer: AIOKafkaProducer) -> None:
        task = asyncio.create_task(_cut(producer))
        self._discarding.add(task)
        task.add_done_callback(self._discarding.discard)


async def _send(producer: AIOKafkaProducer, place: tuple[str, int], batches: Sequence[Any]) -> None:
    """Send a partition's batches, each after the one before has arrived: a failure leaves no gap."""
    topic, partition = place
    for batch in batches:
        batch.close()  # an open one would be waited for
        await (await producer.send_batch(batch, topic, partition=partition))


async def _cut(producer: AIOKafkaProducer) -> None:
    """End a producer without sending what it still holds; nothing of it is left, whatever the brokers do."""
    sender = producer._sender.sender_task  # noqa: SLF001 -- its own stop() would first try to send, for ever
    if sender is not None:
        producer._message_accumulator.fail_all(ProducerClosed())  # noqa: SLF001 -- same
        sender.cancel()
    for step in (producer.client.close(), producer.stop()):
        try:
            await within(STOP_SECONDS, step)
        except (KafkaError, OSError, TimeoutError, Unavailable) as error:
            log.debug("producer_cut", error=describe(error))
