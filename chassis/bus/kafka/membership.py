"""A group's member: joins, reads, has records applied, commits what was applied, and is made anew when stuck."""

import asyncio
import contextlib
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any, Final

import structlog
from aiokafka import AIOKafkaConsumer, ConsumerRebalanceListener, ConsumerRecord, TopicPartition
from aiokafka.errors import ConsumerStoppedError, IllegalStateError, KafkaError

from chassis.bus.attempts import Backoff
from chassis.bus.failures import describe
from chassis.bus.kafka.access import KafkaAccess
from chassis.bus.kafka.bounded import within
from chassis.bus.kafka.watching import Stalled, Watchdog
from chassis.bus.protocol import Deliver, Record, Unavailable

START_SECONDS: Final = 120.0
"""Until the group has been joined. Longer than it waits for a member that was killed, a session or a rearrangement
(REBALANCE_MS): who gives up sooner leaves a member behind that the next attempt has to wait for in turn, for ever."""
POLL_MS: Final = 500
POLL_SECONDS: Final = 45.0
"""A poll waits while the group is being rearranged, which lasts until its slowest member is done."""
MOST_RECORDS: Final = 500
MOST_BYTES: Final = 4 * 1024 * 1024
COMMIT_SECONDS: Final = 5.0
REVOKE_SECONDS: Final = 30.0
"""How long a batch in hand may take when its partitions are to be given to another member."""
REBALANCE_MS: Final = 60_000
LONGEST_POLL_MS: Final = 300_000
SIGN_OF_LIFE_SECONDS: Final = 30.0
STOP_SECONDS: Final = 5.0
"""A batch in hand when the member is told to stop."""
LEAVE_SECONDS: Final = 3.0
NOWHERE: Final = TopicPartition("", 0)
FAILURES: Final = (KafkaError, ConsumerStoppedError, OSError, TimeoutError, Unavailable, Stalled)
"""What a call of the client raises when it cannot be done now."""

Found = Mapping[TopicPartition, Sequence[ConsumerRecord]]
ObserveLag = Callable[[str, int, int], None]

log = structlog.get_logger("chassis.bus.kafka.membership")


class Membership:
    """One member of a group, for as long as it is subscribed."""

    def __init__(
        self,
        access: KafkaAccess,
        group: str,
        topics: Collection[str],
        deliver: Deliver,
        observe_lag: ObserveLag,
    ) -> None:
        self._access = access
        self._group = group
        self._topics = frozenset(topics)
        self._deliver = deliver
        self._observe_lag = observe_lag
        self._stopping = asyncio.Event()  # take no more records
        self._giving_up = asyncio.Event()  # nor wait for those in hand
        self._hand = asyncio.Lock()  # held from the delivery of a batch until its offsets are committed
        self._applied: dict[TopicPartition, int] = {}  # offsets to commit
        self._task: asyncio.Task[None] | None = None

    @property
    def alive(self) -> bool:
        """Whether it reads or tries to."""
        return self._task is not None and not self._task.done()

    def start(self) -> None:
        """Begin to join and to read."""
        self._task = asyncio.create_task(self._run(), name=f"{self._group} kafka")

    async def stop(self) -> None:
        """Finish the batch in hand within a few seconds or give it up, and leave the group."""
        self._stopping.set()
        if self._task is None:
            return
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(STOP_SECONDS), self._hand:
                pass
        self._giving_up.set()
        await asyncio.wait({self._task}, timeout=3 * LEAVE_SECONDS)
        self._task.cancel()
        self._task = None

    async def _run(self) -> None:
        backoff = Backoff()
        while not self._stopping.is_set():
            consumer = self._consumer()
            try:
                await self._read_until_given_up(consumer, backoff)
            except Exception as error:  # whatever it is, this consumer is of no more use, and a new one may be
                unforeseen = None if isinstance(error, FAILURES) else error
                log.warning("kafka_subscription_lost", group=self._group, error=describe(error), exc_info=unforeseen)
            finally:
                await _leave(consumer)
            await self._rest(backoff.pause())

    async def _read_until_given_up(self, consumer: AIOKafkaConsumer, backoff: Backoff) -> None:
        reading = asyncio.create_task(self._read(consumer, backoff))
        giving_up = asyncio.create_task(self._giving_up.wait())
        try:
            await asyncio.wait({reading, giving_up}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            giving_up.cancel()
            reading.cancel()
            await asyncio.wait({reading}, timeout=LEAVE_SECONDS)
        if reading.done() and not reading.cancelled():
            reading.result()

    def _consumer(self) -> AIOKafkaConsumer:
        session = self._access.session_seconds * 1000
        return AIOKafkaConsumer(
            **self._access.client(),
            group_id=self._group,
            enable_auto_commit=False,  # it would commit what was read, not what was applied
            auto_offset_reset="earliest",
            isolation_level="read_uncommitted",
            fetch_max_wait_ms=100,
            max_partition_fetch_bytes=MOST_BYTES,
            session_timeout_ms=session,
            heartbeat_interval_ms=session // 6,
            rebalance_timeout_ms=REBALANCE_MS,
            max_poll_interval_ms=LONGEST_POLL_MS,
        )

    async def _read(self, consumer: AIOKafkaConsumer, backoff: Backoff) -> None:
        """Read until told to stop; raises whatever shows that the consumer does not work."""
        self._applied.clear()
        watchdog = Watchdog(consumer, self._observe_lag)
        consumer.subscribe(set(self._topics), listener=_Rearranged(self._hand, watchdog))
        await within(START_SECONDS, consumer.start())
        while not self._stopping.is_set():
            found: Found = await within(POLL_SECONDS, consumer.getmany(timeout_ms=POLL_MS, max_records=MOST_RECORDS))
            if found:
                await self._take(consumer, found, backoff)
                watchdog.progressed()
            elif self._applied:
                await self._commit(consumer)
            await watchdog.look()

    async def _take(self, consumer: AIOKafkaConsumer, found: Found, backoff: Backoff) -> None:
        """Have a batch applied and commit its offsets; a batch that was refused is read again after a pause."""
        async with self._hand:
            try:
                await self._applied_by_now(consumer, [_record(one) for part in found.values() for one in part])
            except Exception as error:  # noqa: BLE001 -- whatever it is, the records come again
                log.warning("kafka_batch_refused", group=self._group, error=describe(error))
                for place, part in found.items():
                    with contextlib.suppress(IllegalStateError):  # given to another member meanwhile
                        consumer.seek(place, part[0].offset)
                pause = backoff.pause()
            else:
                self._applied |= {place: part[-1].offset + 1 for place, part in found.items()}
                await self._commit(consumer)
                backoff.reset()
                return
        await self._rest(pause)

    async def _applied_by_now(self, consumer: AIOKafkaConsumer, records: Sequence[Record]) -> None:
        """Wait for the delivery, however long it takes, and let the group know that this member lives."""
        delivery = asyncio.ensure_future(self._deliver(records))
        try:
            while not (await asyncio.wait({delivery}, timeout=SIGN_OF_LIFE_SECONDS))[0]:
                with contextlib.suppress(*FAILURES):
                    # A poll that takes nothing: without one for minutes the client would leave the group.
                    await within(1.0, consumer.getmany(NOWHERE, timeout_ms=0))
        except asyncio.CancelledError:
            delivery.cancel()
            await asyncio.wait({delivery}, timeout=LEAVE_SECONDS)
            raise
        if delivery.cancelled():
            raise Unavailable("the delivery was given up")
        delivery.result()

    async def _commit(self, consumer: AIOKafkaConsumer) -> None:
        """Commit what was applied. What cannot be committed now is committed later or applied again, without effect."""
        held = consumer.assignment()
        offsets = {place: offset for place, offset in self._applied.items() if place in held}
        try:
            if offsets:
                await within(COMMIT_SECONDS, consumer.commit(offsets))
        except FAILURES as error:
            log.warning("kafka_offsets_not_committed", group=self._group, error=describe(error))
        else:
            self._applied.clear()

    async def _rest(self, seconds: float) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._stopping.wait()


class _Rearranged(ConsumerRebalanceListener):  # type: ignore[misc] # the client ships no types
    """Lets a batch in hand end before its partitions go to another member."""

    def __init__(self, hand: asyncio.Lock, watchdog: Watchdog) -> None:
        self._hand = hand
        self._watchdog = watchdog

    async def on_partitions_revoked(self, revoked: Collection[TopicPartition]) -> None:
        self._watchdog.left()
        if revoked:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(REVOKE_SECONDS), self._hand:
                    pass

    def on_partitions_assigned(self, _assigned: Collection[TopicPartition]) -> None:
        self._watchdog.joined()


def _record(one: ConsumerRecord) -> Record:
    """A record as it came; what is wrong with it is for the reader to say."""
    key = "" if one.key is None else one.key.decode(errors="replace")
    headers = tuple((name, b"" if value is None else bytes(value)) for name, value in one.headers)
    return Record(one.topic, key, one.value or b"", headers, one.partition, one.offset)


async def _leave(consumer: AIOKafkaConsumer) -> None:
    """Leave the group where that is possible; nothing of the consumer is left, whatever the brokers do."""
    try:
        await within(LEAVE_SECONDS, consumer.stop())
    except FAILURES as error:
        log.info("kafka_group_not_left", error=describe(error))
    else:
        return
    await _cut(consumer)


async def _cut(consumer: AIOKafkaConsumer) -> None:
    """End what a stop() that failed has left running."""
    coordinator: Any = consumer._coordinator  # noqa: SLF001 -- stop() does not go on where it failed
    fetcher: Any = consumer._fetcher  # noqa: SLF001 -- same
    tasks = {
        task
        for name in ("_coordination_task", "_heartbeat_task", "_commit_refresh_task")
        if (task := getattr(coordinator, name, None)) is not None and not task.done()
    }
    for task in tasks:
        task.cancel()
    if tasks:
        await asyncio.wait(tasks, timeout=1.0)
    for part in (fetcher, consumer._client):  # noqa: SLF001 -- same
        if part is not None:
            with contextlib.suppress(*FAILURES):
                await within(1.0, part.close())
