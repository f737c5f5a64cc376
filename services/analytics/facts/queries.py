"""Every SQL statement about facts that is no list of indicators: how many cases there are."""

from typing import Final

import asyncpg

REGISTERED: Final = "SELECT count(*) FROM case_facts WHERE registered_day IS NOT NULL"


async def registered_total(connection: asyncpg.Connection) -> int:
    """Cases registered at the one window, counted from events, as far as the connection's scope or role sees them."""
    return int(await connection.fetchval(REGISTERED))
