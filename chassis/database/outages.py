"""What an error says of the database: an outage, which is waited out, or something that will fail again."""

from typing import Final

import asyncpg
from asyncpg.exceptions import InvalidCachedStatementError
from sqlalchemy import exc

OUTAGE_STATES: Final = ("08", "25006", "25P03", "25P04", "28", "3D", "40", "53", "55", "57", "58")
"""SQLSTATEs that speak of the database and not of what was to be written.

08 connection lost or refused; 25006 read-only: a standby, a primary that was one before a failover, or a full disk that
somebody protects; 25P03, 25P04 transaction ended for its time; 28 signing in refused, 3D no such database: restores and
changed passwords; 40 serialization and deadlock; 53 no resources, connections and disk among them; 55 not in the state
for it: a database that takes no connections (55000), a lock not granted (55P03); 57 cancelled, timed out, shutting
down, starting up; 58 I/O.

Not 54, although a server close to wraparound gives it: a row too large for its index gives the same. Not XX: an error
of the server's own, or a damaged page, fails again and concerns the few who meet it.
"""


def is_outage(error: BaseException) -> bool:
    """Whether the same work may well succeed later: such a failure is told as temporary, and never held against it."""
    state = sqlstate(error)
    if state is not None:
        return state.startswith(OUTAGE_STATES) or _is_of_another_schema(error)
    if isinstance(error, exc.DBAPIError) and error.connection_invalidated:
        return True
    if isinstance(error, asyncpg.DataError):  # an InterfaceError too, yet it speaks of a value
        return False
    return isinstance(error, OSError | TimeoutError | exc.TimeoutError | asyncpg.InterfaceError) or any(
        isinstance(cause, OSError | TimeoutError | asyncpg.PostgresConnectionError) for cause in _causes(error)
    )


def sqlstate(error: BaseException) -> str | None:
    """The SQLSTATE of an error of the driver or of SQLAlchemy; None for one that has none."""
    source = error.orig if isinstance(error, exc.DBAPIError) else error
    state = getattr(source, "sqlstate", None)
    return state if isinstance(state, str) else None


def _is_of_another_schema(error: BaseException) -> bool:
    """A statement prepared before a migration: prepared anew, it works."""
    return any(isinstance(cause, InvalidCachedStatementError) for cause in (error, *_causes(error)))


def _causes(error: BaseException) -> list[BaseException]:
    """The driver's error stands behind the one that SQLAlchemy raises, one or two steps down."""
    found: list[BaseException] = []
    cause: BaseException | None = error.orig if isinstance(error, exc.DBAPIError) else None
    while cause is not None and cause not in found:
        found.append(cause)
        cause = cause.__cause__
    return found
