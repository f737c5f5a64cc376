"""The relay: one leader per service that publishes journaled facts in order, at least once, and skips none."""

import asyncio
import base64
import contextlib
import time
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

import asyncpg
import structlog

from chassis.bus.attempts import Backoff
from chassis.bus.failures import describe
from chassis.bus.protocol import Bus, Record, Unavailable
from chassis.database.session import Database
from chassis.failpoints import RELAY_AFTER_SEND, RELAY_BEFORE_SEND, reach
from contracts.envelope import CONTENT_TYPE, MAX_BYTES, Parcel, envelope_bytes

LOCK: Final = int.from_bytes(b"ow_relay", "big")
"""Advisory lock of a database's one relay."""
POLL_SECONDS = 0.02
FOLLOW_SECONDS = 1.0
"""How often a relay that does not lead tries to."""
OBSERVE_SECONDS = 1.0
STOP_SECONDS = 5.0
STATEMENT_SECONDS = 5.0
HEADERS: Final = (("content-type", CONTENT_TYPE.encode()),)

# By position, and always from the lowest: positions are given before the commit, so one below any that was seen may
# appear at any time. A page that begins after the last one sent would skip it for ever.
PENDING: Final = """
    SELECT o.position, j.id, j.topic, j.case_id, j.type, j.type_version, j.version, j.previous, j.division,
      j.occurred_at, j.recorded_at, j.correlation_id, j.causation_id, j.data, p.key_id, p.sealed
    FROM (SELECT position, entry_id FROM outbox ORDER BY position LIMIT $1) AS o
    JOIN journal j ON j.id = o.entry_id
    LEFT JOIN parcels p ON p.entry_id = j.id
    ORDER BY o.position
"""
PENDING_OF_OTHERS: Final = PENDING.replace(
    "FROM outbox", "FROM outbox WHERE (SELECT case_id FROM journal WHERE id = entry_id) <> ALL($2::uuid[])"
)
"""The same without the cases that are held, which are none as long as nothing is wrong."""
DELETE_POINTERS: Final = "DELETE FROM outbox WHERE position = ANY($1::bigint[])"
BACKLOG: Final = "SELECT count(*) AS pending, min(at) AS oldest FROM outbox"

ObserveBacklog = Callable[[int, float], None]
"""Takes the number of facts that wait and the age of the oldest in seconds; the leader calls it about once a second."""

log = structlog.get_logger("chassis.bus.relay")


class Relay:
    """Publishes what stands in one service's outbox.

    Any number may run; the one that holds the database's advisory lock leads. The lock lives as long as the leader's
    own connection, in autocommit: no transaction is open while records travel. A crash between publishing and deleting
    the pointers repeats a batch, which the inboxes absorb.

    An entry too large for any broker (nothing records one) holds its own case: it and what follows it of the case stay
    in the outbox, whose age says so, and other cases pass.
    """

    def __init__(
        self,
        service: str,
        database: Database,
        bus: Bus,
        *,
        batch: int = 1000,
        publish_seconds: float = 15.0,
        observe: ObserveBacklog | None = None,
        published: Callable[[int], None] | None = None,
    ) -> None:
        """Make a relay. `publish_seconds` bounds one batch; inside a process that includes the receivers' work.

        `observe` is told the backlog, `published` the size of each batch that arrived.
        """
        self.service = service
        self.leads = False
        self._database = database
        self._bus = bus
        self._batch = batch
        self._publish_seconds = publish_seconds
        self._observe = observe
        self._published = published
        self._observed = 0.0
        self._held: set[UUID] = set()
        self._hint = asyncio.Event()
        self._running = asyncio.Event()
        self._running.set()
        self._turn = asyncio.Lock()
        self._task: asyncio.Task[None] | None = None

    @property
    def alive(self) -> bool:
        """Whether it runs, as leader or waiting to be one. For the health check."""
        return self._task is not None and not self._task.done()

    def hint(self) -> None:
        """Say that something was committed; without it the relay finds out within 20 ms."""
        self._hint.set()

    async def pause(self) -> None:
        """Publish nothing more until `resume`; returns when the batch in hand is done."""
        self._running.clear()
        async with self._turn:
            pass

    def resume(self) -> None:
        """Go on publishing."""
        self._running.set()
        self._hint.set()

    async def start(self) -> None:
        """Begin, as leader or waiting to be one."""
        self._task = asyncio.create_task(self.run(), name=f"{self.service} relay")

    async def stop(self) -> None:
        """Let the batch in hand finish for a few seconds, then give it up: its pointers stay, so nothing is lost."""
        if self._task is None:
            return
        self._running.clear()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(STOP_SECONDS), self._turn:
                pass
        self._task.cancel()
        await asyncio.wait([self._task], timeout=STOP_SECONDS)
        self._task = None

    async def run(self) -> None:
        """Lead whenever possible, until cancelled. A lost connection ends it: another may lead by then."""
        backoff = Backoff()
        while True:
            try:
                connection = await self._database.raw(command_timeout=STATEMENT_SECONDS)
            except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
                log.warning("relay_not_connected", service=self.service, error=describe(error))
                await asyncio.sleep(backoff.pause())
                continue
            try:
                await self._lead(connection, backoff)
            except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
                log.warning("relay_lost_connection", service=self.service, error=describe(error))
            finally:
                self.leads = False
                await _close(connection)
            await asyncio.sleep(backoff.pause())

    async def _lead(self, connection: asyncpg.Connection, backoff: Backoff) -> None:
        """Publish batch after batch while the connection lives; raises when it is lost."""
        lost = asyncio.Event()
        connection.add_termination_listener(lambda _: lost.set())
        await _elected(connection)
        self.leads = True
        while True:
            await self._running.wait()
            self._hint.clear()
            try:
                async with self._turn:
                    published = await self._relay_batch(connection, lost) if self._running.is_set() else 0
            except asyncpg.PostgresConnectionError:
                raise
            except Exception as error:  # whatever the bus raises: the pointers stay and are tried again
                if connection.is_closed():
                    raise ConnectionError from error
                log.warning("relay_not_published", service=self.service, error=describe(error))
                await asyncio.sleep(backoff.pause())
                continue
            backoff.reset()
            await self._tell_backlog(connection)
            if published < self._batch:
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(POLL_SECONDS):
                        await self._hint.wait()

    async def _relay_batch(self, connection: asyncpg.Connection, lost: asyncio.Event) -> int:
        """Publish one batch and delete its pointers; returns how many there were."""
        held = [list(self._held)] if self._held else []
        rows = await connection.fetch(PENDING_OF_OTHERS if held else PENDING, self._batch, *held)
        sendable = self._sendable(rows)
        if sendable:
            reach(RELAY_BEFORE_SEND)
            await self._publish(list(sendable.values()), lost)
            reach(RELAY_AFTER_SEND)
            await connection.execute(DELETE_POINTERS, list(sendable))
            if self._published is not None:
                self._published(len(sendable))
        return len(rows)

    def _sendable(self, rows: Sequence[asyncpg.Record]) -> dict[int, Record]:
        """Records by position, in order, without the cases that an entry too large to be sent holds from now on."""
        records: dict[int, Record] = {}
        for row in rows:
            if row["case_id"] in self._held:
                continue
            record = _record(row)
            if len(record.value) > MAX_BYTES:
                self._held.add(row["case_id"])
                log.error("entry_too_large", service=self.service, entry_id=str(row["id"]), bytes=len(record.value))
            else:
                records[row["position"]] = record
        return records

    async def _publish(self, records: Sequence[Record], lost: asyncio.Event) -> None:
        """Publish within the time limit, and give up at once when the connection that holds the lock is lost."""
        publishing = asyncio.ensure_future(self._bus.publish(records))
        losing = asyncio.ensure_future(lost.wait())
        try:
            await asyncio.wait([publishing, losing], timeout=self._publish_seconds, return_when=asyncio.FIRST_COMPLETED)
            if not publishing.done():
                raise Unavailable("the lock was lost" if losing.done() else "not published in time")
            publishing.result()
        finally:
            losing.cancel()
            if not publishing.done():
                publishing.cancel()
                await asyncio.wait([publishing], timeout=STOP_SECONDS)

    async def _tell_backlog(self, connection: asyncpg.Connection) -> None:
        if self._observe is None or time.monotonic() - self._observed < OBSERVE_SECONDS:
            return
        self._observed = time.monotonic()
        row = await connection.fetchrow(BACKLOG)
        if row is not None:
            self._observe(row["pending"], _age(row["oldest"], self._database.clock.now()))


def _age(oldest: datetime | None, now: datetime) -> float:
    return 0.0 if oldest is None else max(0.0, (now - oldest).total_seconds())


def _record(row: asyncpg.Record) -> Record:
    """The envelope around the text that was journaled; without its parcel where that has been erased meanwhile."""
    parcel = (
        None if row["sealed"] is None else Parcel(keyid=row["key_id"], sealed=base64.b64encode(row["sealed"]).decode())
    )
    value = envelope_bytes(
        id=row["id"],
        type=row["type"],
        version=row["type_version"],
        subject=row["case_id"],
        time=row["occurred_at"],
        sequence=row["version"],
        previous=row["previous"],
        recordedat=row["recorded_at"],
        correlationid=row["correlation_id"],
        causationid=row["causation_id"],
        division=row["division"],
        data_text=row["data"],
        parcel=parcel,
    )
    return Record(row["topic"], str(row["case_id"]), value, HEADERS)


async def _elected(connection: asyncpg.Connection) -> None:
    """Return when this connection holds the lock."""
    while True:
        if await connection.fetchval("SELECT pg_try_advisory_lock($1)", LOCK):
            return
        await asyncio.sleep(FOLLOW_SECONDS)


async def _close(connection: asyncpg.Connection) -> None:
    """Give the lock back by closing; a connection that does not answer is cut off."""
    try:
        await connection.close(timeout=2.0)
    except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError):
        connection.terminate()
