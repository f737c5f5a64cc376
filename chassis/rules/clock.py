"""What time it is, as something that can be replaced, and the one zone in which days are counted."""

from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Final, Protocol
from zoneinfo import ZoneInfo

SHANGHAI: Final = ZoneInfo("Asia/Shanghai")
"""The zone of every rule and every user, whatever zone the machine, the database or the client has."""


class Clock(Protocol):
    """Where the present comes from: handed to whatever needs it, never read from the machine in passing."""

    def now(self) -> datetime:
        """The present instant, with a zone."""
        ...


class SystemClock:
    """The machine's clock, in UTC."""

    def now(self) -> datetime:
        """The present instant in UTC."""
        return datetime.now(UTC)


class FixedClock:
    """A clock that stands until it is moved: for tests, demonstrations and reruns of a day."""

    def __init__(self, instant: datetime) -> None:
        self._instant = _with_zone(instant)

    def now(self) -> datetime:
        """The instant that was set last."""
        return self._instant

    def set(self, instant: datetime) -> None:
        """Stand at `instant`; one without a zone raises ValueError."""
        self._instant = _with_zone(instant)

    def advance(self, by: timedelta) -> None:
        """Move on by `by`, as elapsed time."""
        self._instant = self._instant.astimezone(UTC) + by


@lru_cache(maxsize=128)
def shanghai_date(instant: datetime) -> date:
    """The calendar date in Shanghai; an instant without a zone raises ValueError.

    A command asks several times for that of its one present.
    """
    return _with_zone(instant).astimezone(SHANGHAI).date()


def _with_zone(instant: datetime) -> datetime:
    if instant.utcoffset() is None:
        raise ValueError("an instant needs a zone")
    return instant
