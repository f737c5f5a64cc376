"""The coalescing writer: what queued up during one commit is the next one's batch, so an idle system never waits."""

import asyncio
import contextlib
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

import asyncpg

Row = TypeVar("Row")
Answer = TypeVar("Answer")

Commit = Callable[[asyncpg.Connection, Sequence[Row]], Awaitable[Sequence[Answer]]]
"""Write rows in one statement on an autocommitting connection; returned means durable. One answer a row, in order."""

LOST = (
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,  # what asyncpg says when the server dies in mid-statement
    asyncpg.PostgresConnectionError,
    asyncpg.AdminShutdownError,
    OSError,
    TimeoutError,
)
"""The connection is gone or cannot be trusted; a batch in hand is repeated row by row, which its keys make safe."""


class WriterFull(Exception):
    """More rows wait than the writer may hold: the caller is told to come back."""


class Writer(Generic[Row, Answer]):
    """Writes rows in batches through one connection of its own. A row that fails, fails alone."""

    def __init__(
        self,
        connect: Callable[[], Awaitable[asyncpg.Connection]],
        commit: Commit[Row, Answer],
        *,
        limit: int = 64,
        capacity: int = 2000,
        seconds: float = 3.0,
    ) -> None:
        self._connect = connect
        self._commit = commit
        self._limit = limit
        self._capacity = capacity
        self._seconds = seconds
        self._queue: deque[tuple[Row, asyncio.Future[Answer]]] = deque()
        self._arrived = asyncio.Event()
        self._connection: asyncpg.Connection | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._ending = False

    def put(self, row: Row) -> asyncio.Future[Answer]:
        """Queue a row; the future ends after its commit, with its answer or its own error."""
        if len(self._queue) >= self._capacity:
            raise WriterFull
        loop = self._loop or asyncio.get_running_loop()
        future: asyncio.Future[Answer] = loop.create_future()
        self._queue.append((row, future))
        self._arrived.set()
        return future

    async def run(self) -> None:
        """Commit batches until cancelled. A batch in hand is finished before the task ends."""
        self._loop, self._ending = asyncio.get_running_loop(), False
        work = asyncio.ensure_future(self._work())
        try:
            await asyncio.shield(work)
        except asyncio.CancelledError:
            self._ending = True
            self._arrived.set()
            await work  # its time limit is the writer's own
            raise
        finally:
            await self._disconnect()

    async def _work(self) -> None:
        while True:
            await self._arrived.wait()
            if self._ending:
                return
            batch = [self._queue.popleft() for _ in range(min(self._limit, len(self._queue)))]
            if not self._queue:
                self._arrived.clear()
            waiting = [(row, future) for row, future in batch if not future.done()]
            if waiting:
                await self._write(waiting)

    async def _write(self, batch: Sequence[tuple[Row, asyncio.Future[Answer]]]) -> None:
        try:
            answers = await self._attempt([row for row, _ in batch])
        except (asyncpg.PostgresError, *LOST) as error:
            if len(batch) == 1 and not isinstance(error, LOST):
                _fail(batch[0][1], error)
                return
            for row, future in batch:
                await self._write_alone(row, future)
            return
        for (_, future), answer in zip(batch, answers, strict=True):
            if not future.done():
                future.set_result(answer)

    async def _write_alone(self, row: Row, future: asyncio.Future[Answer]) -> None:
        try:
            answer = (await self._attempt([row]))[0]
        except (asyncpg.PostgresError, *LOST) as error:
            _fail(future, error)
            return
        if not future.done():
            future.set_result(answer)

    async def _attempt(self, rows: Sequence[Row]) -> Sequence[Answer]:
        try:
            async with asyncio.timeout(self._seconds):
                if self._connection is None or self._connection.is_closed():
                    self._connection = await self._connect()
                return await self._commit(self._connection, rows)
        except LOST:
            await self._disconnect()
            raise

    async def _disconnect(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            with contextlib.suppress(*LOST, asyncpg.PostgresError, OSError):
                await connection.close(timeout=1.0)


def _fail(future: asyncio.Future[Answer], error: Exception) -> None:
    if not future.done():
        future.set_exception(error)
