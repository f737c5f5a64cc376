"""Who waits for mediation to have a case on its books, and the one question that is asked for all of them."""

import asyncio
from typing import Final

import asyncpg

from chaos.promises import Databases

POLL_SECONDS: Final = 0.2
AWAY: Final = (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError)
"""What a database that was just broken answers."""


class Books:
    """Whether mediation has a case on its books yet: asked once for everybody who waits."""

    def __init__(self, databases: Databases) -> None:
        """Ask these databases."""
        self._databases = databases
        self._waiting: dict[str, asyncio.Future[None]] = {}
        self._asking: asyncio.Task[None] | None = None

    async def opened(self, case_id: str) -> None:
        """Return when mediation has the case; whoever waits is patient, since Kafka may be away."""
        waiting = self._waiting.setdefault(case_id, asyncio.get_running_loop().create_future())
        if self._asking is None:
            self._asking = asyncio.create_task(self._ask())
        await waiting

    async def close(self) -> None:
        """Nobody waits any more."""
        if self._asking is not None:
            self._asking.cancel()
            await asyncio.wait({self._asking})

    async def _ask(self) -> None:
        while True:
            if self._waiting:
                await self._look()
            await asyncio.sleep(POLL_SECONDS)

    async def _look(self) -> None:
        ids = list(self._waiting)
        try:
            rows = await self._databases.fetch("mediation", "SELECT id::text AS id FROM cases WHERE id = ANY($1)", ids)
        except AWAY:
            return
        for row in rows:
            waiting = self._waiting.pop(row["id"])
            if not waiting.done():
                waiting.set_result(None)
