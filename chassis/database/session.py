"""Engine and transactions: every statement of ordinary work runs in one of these, under a scope and a time limit."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine

from chassis.database.scope import SYSTEM, Scope
from chassis.rules.clock import Clock, SystemClock

Session = AsyncSession
"""A transaction of SQLAlchemy. Not SQLModel's class, which warns on `execute`."""

TRANSACTION_SECONDS = 4.0
"""A command and its commit, all in all; beyond it the outcome is unknown and the caller repeats with the same key."""

SERVER_SETTINGS = {
    "timezone": "UTC",
    "statement_timeout": "2000",
    "lock_timeout": "1000",
    "idle_in_transaction_session_timeout": "5000",
}
SET_SCOPE = text("SELECT set_config('ow.scope', :scope, true)")


class Database:
    """One service's database: pooled transactions, and raw connections for the relay, the writer and bulk reading."""

    def __init__(self, url: str, *, clock: Clock | None = None, pool_size: int = 10) -> None:
        self.url = url
        self.clock: Clock = clock or SystemClock()
        self._engine = create_async_engine(
            "postgresql+asyncpg://",
            async_creator=self._pooled,
            pool_size=pool_size,
            max_overflow=0,
            pool_timeout=1.0,
            pool_pre_ping=True,
            pool_recycle=1800,
            pool_use_lifo=True,
            hide_parameters=True,  # an error that is logged must not carry what was to be written
        )
        self._sessions = async_sessionmaker(self._engine, expire_on_commit=False, info={"clock": self.clock})

    async def _pooled(self) -> asyncpg.Connection:
        return await asyncpg.connect(self.url, timeout=3, command_timeout=3, server_settings=SERVER_SETTINGS)

    @asynccontextmanager
    async def transaction(self, scope: Scope, *, seconds: float = TRANSACTION_SECONDS) -> AsyncIterator[Session]:
        """A transaction that sees `scope` and commits when its block ends; raises TimeoutError past `seconds`."""
        async with asyncio.timeout(seconds), self._sessions.begin() as session:
            await session.execute(SET_SCOPE, {"scope": scope.value})
            yield session

    async def raw(self, scope: Scope = SYSTEM, *, command_timeout: float = 10.0) -> asyncpg.Connection:
        """A connection outside the pool, in autocommit, under `scope` for as long as it lives; the caller closes it."""
        settings = SERVER_SETTINGS | {"statement_timeout": str(int(command_timeout * 1000)), "ow.scope": scope.value}
        return await asyncpg.connect(self.url, timeout=3, command_timeout=command_timeout, server_settings=settings)

    async def ping(self) -> None:
        """Return when the database answers within a second; raise otherwise."""
        async with asyncio.timeout(1.0), self._engine.connect() as connection:
            await connection.execute(text("SELECT 1"))

    async def close(self) -> None:
        """Give back every pooled connection."""
        async with asyncio.timeout(5.0):
            await self._engine.dispose()
