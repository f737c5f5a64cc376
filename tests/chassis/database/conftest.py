"""A pool of one connection."""

from collections.abc import AsyncIterator

import pytest

from chassis.database.session import Database


@pytest.fixture
async def one_connection(database: Database) -> AsyncIterator[Database]:
    """The same database through a pool in which everybody gets what the one before left."""
    narrow = Database(database.url, clock=database.clock, pool_size=1)
    yield narrow
    await narrow.close()
