"""Publishing everything again from the journal: how the streams come back after a broker has lost them."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import asyncpg

BEFORE_ALL: Final = -(2**62)
"""Where the repeated pointers begin: below every pointer that a command writes.

So the relay publishes the whole of the journal, in its order, before anything that waits now or is recorded meanwhile,
and no consumer meets a fact before its predecessor. And each entry has one such place: a second call adds nothing to
what has not been published again yet.
"""
PAGE: Final = 20_000
NO_LOCK_LIMIT: Final = "SET LOCAL lock_timeout = 0"  # a second call at once waits for the first
LAST: Final = "SELECT max(position) FROM journal"
FACTS: Final = "SELECT count(*) FROM journal WHERE topic IS NOT NULL AND position <= $1"
POINT_AGAIN: Final = """
    WITH page AS MATERIALIZED (
      SELECT position, id FROM journal WHERE topic IS NOT NULL AND position > $1 AND position <= $2
      ORDER BY position LIMIT $3),
    pointed AS (
      INSERT INTO outbox (position, entry_id, at) OVERRIDING SYSTEM VALUE
      SELECT position + $4, id, now() FROM page ORDER BY position
      ON CONFLICT (position) DO NOTHING RETURNING position)
    SELECT (SELECT count(*) FROM page) AS facts, (SELECT count(*) FROM pointed) AS pointed,
      (SELECT max(position) FROM page) AS reached
"""


@dataclass(frozen=True, slots=True)
class Republished:
    """How far it has come. `pointed` of the `done` facts were given a pointer; the others had theirs already."""

    facts: int
    done: int = 0
    pointed: int = 0


async def republish(connection: asyncpg.Connection, told: Callable[[Republished], None]) -> Republished:
    """Point the relay at every published fact again, in the order of the journal; `told` hears how far it has come.

    All pointers appear at once, at the end: a relay at work would otherwise come in the middle to what waits behind
    them. The connection must see everything (system scope). Safe to repeat, beside a running service or without one:
    the inboxes of the receivers absorb what they know.
    """
    async with connection.transaction():
        await connection.execute(NO_LOCK_LIMIT)
        last = await connection.fetchval(LAST) or 0
        state = Republished(await connection.fetchval(FACTS, last))
        after = 0
        while state.done < state.facts:
            told(state)
            page = await connection.fetch(POINT_AGAIN, after, last, PAGE, BEFORE_ALL)
            found, pointed, after = page[0]
            state = Republished(state.facts, state.done + found, state.pointed + pointed)
    told(state)
    return state
