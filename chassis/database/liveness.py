"""That a pooled connection is alive when it is taken: looked up each time, asked of the server after a silence."""

import time
from typing import Any, Final

from sqlalchemy import Engine, event
from sqlalchemy.exc import InvalidatePoolError
from sqlalchemy.pool import ConnectionPoolEntry

SILENCE_SECONDS: Final = 5.0
"""A connection used less than so long ago is not asked: the question costs a round trip, as much as a read itself."""
USED: Final = "ow_used"


def keep_alive(engine: Engine) -> None:
    """Replace connections of `engine` that have died in its pool, before anything is done with them."""
    event.listen(engine, "checkin", _note)
    event.listen(engine, "checkout", _check)


def _note(_dbapi: Any, entry: ConnectionPoolEntry) -> None:  # noqa: ANN401 -- SQLAlchemy's adapter has no public type
    entry.info[USED] = time.monotonic()


def _check(dbapi: Any, entry: ConnectionPoolEntry, _proxy: object) -> None:  # noqa: ANN401 -- same
    if dbapi.driver_connection.is_closed():
        raise InvalidatePoolError
    used = entry.info.get(USED)
    if used is None or time.monotonic() - used < SILENCE_SECONDS:
        return
    try:
        dbapi.ping()
    except dbapi.dbapi.Error as error:
        raise InvalidatePoolError from error
