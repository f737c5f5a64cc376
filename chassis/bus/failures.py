"""What a failed attempt means: an outage, which is waited out, or something that will fail the same way again."""

import asyncpg
from sqlalchemy import exc

from chassis.rules.refusals import Refusal

OUTAGE_STATES = ("08", "25P03", "28", "3D", "40", "53", "55P03", "57", "58")
"""SQLSTATEs that speak of the database and not of the record.

Connection lost or refused, transaction ended, serialization and deadlock, no resources (a full disk too), lock not
granted, statement cancelled or timed out, shutdown, I/O error.
"""


def is_outage(error: BaseException) -> bool:
    """Whether the same record may well succeed later: such a failure is retried for ever and never parked."""
    state = _sqlstate(error)
    if state is not None:
        return state.startswith(OUTAGE_STATES)
    if isinstance(error, exc.DBAPIError) and error.connection_invalidated:
        return True
    if isinstance(error, asyncpg.DataError):  # an InterfaceError too, yet it speaks of a value
        return False
    return isinstance(error, OSError | TimeoutError | exc.TimeoutError | asyncpg.InterfaceError) or any(
        isinstance(cause, OSError | TimeoutError | asyncpg.PostgresConnectionError) for cause in _causes(error)
    )


def describe(error: BaseException) -> str:
    """What may be written down of an error: its class, a refusal's code, an SQLSTATE.

    Never its text, which may quote what came in.
    """
    if isinstance(error, Refusal):
        return f"{type(error).__name__} {error.code}"
    state = _sqlstate(error)
    return type(error).__name__ if state is None else f"{type(error).__name__} {state}"


def _sqlstate(error: BaseException) -> str | None:
    source = error.orig if isinstance(error, exc.DBAPIError) else error
    state = getattr(source, "sqlstate", None)
    return state if isinstance(state, str) else None


def _causes(error: BaseException) -> list[BaseException]:
    """The driver's error stands behind the one that SQLAlchemy raises, one or two steps down."""
    found: list[BaseException] = []
    cause: BaseException | None = error.orig if isinstance(error, exc.DBAPIError) else None
    while cause is not None and cause not in found:
        found.append(cause)
        cause = cause.__cause__
    return found
