"""Engine and transactions: every statement of ordinary work runs in one of these, under a scope and a time limit."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Final, cast

import asyncpg
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession, create_async_engine

from chassis.database.liveness import keep_alive
from chassis.database.prepared import Prepared
from chassis.database.scope import SYSTEM, Scope
from chassis.rules.clock import Clock, SystemClock

TRANSACTION_SECONDS: Final = 4.0
"""A command and its commit, all in all; beyond it the outcome is unknown and the caller repeats with the same key."""
UNDO_SECONDS: Final = 1.0

SERVER_SETTINGS: Final[Mapping[str, str]] = {
    "timezone": "UTC",
    "statement_timeout": "2000",
    "lock_timeout": "1000",
    "idle_in_transaction_session_timeout": "5000",
}
LOST: Final = (asyncpg.InterfaceError, asyncpg.InternalClientError, asyncpg.PostgresError, OSError, TimeoutError)
"""What undoing may meet: the connection is given up then, and the server undoes."""


class NotCommitted(Exception):
    """A statement had failed and its error was swallowed, so that COMMIT undid everything: a fault of ours."""


class Session(AsyncSession):
    """A transaction of SQLAlchemy. Not SQLModel's class, which warns on `execute`.

    It stands on a connection in autocommit, whose BEGIN and COMMIT are said in `_begun`.
    """

    def __init__(self, connection: AsyncConnection, clock: Clock) -> None:
        super().__init__(connection, expire_on_commit=False, info={"clock": clock})


class Database:
    """One service's database: pooled transactions, and raw connections for the relay, the writer and bulk reading."""

    def __init__(self, url: str, *, clock: Clock | None = None, pool_size: int = 10) -> None:
        self.url = url
        self.clock: Clock = clock or SystemClock()
        self._engine = create_async_engine(
            "postgresql+asyncpg://",
            async_creator=self._pooled,
            isolation_level="AUTOCOMMIT",  # transactions are begun and ended below, in as few round trips as may be
            pool_size=pool_size,
            max_overflow=0,
            pool_timeout=1.0,
            pool_recycle=1800,
            pool_use_lifo=True,
            hide_parameters=True,  # an error that is logged must not carry what was to be written
        )
        keep_alive(self._engine.sync_engine)

    async def _pooled(self) -> asyncpg.Connection:
        return await asyncpg.connect(self.url, timeout=3, command_timeout=3, server_settings=dict(SERVER_SETTINGS))

    @asynccontextmanager
    async def transaction(self, scope: Scope, *, seconds: float = TRANSACTION_SECONDS) -> AsyncIterator[Session]:
        """A transaction that sees `scope` and commits when its block ends; raises TimeoutError past `seconds`."""
        async with asyncio.timeout(seconds), self._engine.connect() as connection:
            driver = await _driver_of(connection)
            session = Session(connection, self.clock)
            try:
                async with _begun(driver, scope):
                    yield session
                    await session.flush()
            finally:
                await session.close()

    async def rows(self, scope: Scope, prepared: Prepared, values: Mapping[str, object]) -> list[asyncpg.Record]:
        """Rows that `scope` sees, in a transaction of their own: for the few reads that are asked most.

        Nothing of SQLAlchemy but its pool takes part, which is most of what an ordinary read costs.
        """
        async with asyncio.timeout(TRANSACTION_SECONDS), self._engine.connect() as connection:
            driver = await _driver_of(connection)
            async with _begun(driver, scope):
                rows: list[asyncpg.Record] = await driver.fetch(prepared.text, *prepared.arguments(values))
        return rows

    async def raw(self, scope: Scope = SYSTEM, *, command_timeout: float = 10.0) -> asyncpg.Connection:
        """A connection outside the pool, in autocommit, under `scope` for as long as it lives; the caller closes it."""
        settings = {
            **SERVER_SETTINGS,
            "statement_timeout": str(int(command_timeout * 1000)),
            "ow.scope": scope.value,
        }
        return await asyncpg.connect(self.url, timeout=3, command_timeout=command_timeout, server_settings=settings)

    async def ping(self) -> None:
        """Return when the database answers within a second; raise otherwise."""
        async with asyncio.timeout(1.0), self._engine.connect() as connection:
            await connection.execute(text("SELECT 1"))

    async def close(self) -> None:
        """Give back every pooled connection."""
        async with asyncio.timeout(5.0):
            await self._engine.dispose()


async def _driver_of(connection: AsyncConnection) -> asyncpg.Connection:
    return cast("asyncpg.Connection", (await connection.get_raw_connection()).driver_connection)


@asynccontextmanager
async def _begun(driver: asyncpg.Connection, scope: Scope) -> AsyncIterator[None]:
    """BEGIN and scope in one round trip; the scope ends with the transaction, and so does the block, in COMMIT.

    A scope is written into the statement as it stands: that it quotes nothing is its class's promise.
    """
    try:
        await driver.execute(f"BEGIN; SELECT set_config('ow.scope', '{scope.value}', true)")
        yield
        await _commit(driver)
    except asyncpg.InternalClientError as error:  # what asyncpg says when the server dies in mid-statement
        await _undo(driver)
        raise ConnectionResetError from error
    except BaseException:
        await _undo(driver)
        raise


async def _commit(driver: asyncpg.Connection) -> None:
    if await driver.execute("COMMIT") != "COMMIT":
        raise NotCommitted


async def _undo(driver: asyncpg.Connection) -> None:
    """Roll back, or end the connection: nobody after us may find it in our transaction and under our scope."""
    undone = False
    try:
        with contextlib.suppress(*LOST):
            async with asyncio.timeout(UNDO_SECONDS):
                await driver.execute("ROLLBACK")
                undone = True
    finally:
        if not undone:
            driver.terminate()
