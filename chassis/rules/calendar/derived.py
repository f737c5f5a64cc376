"""The days off of a year that is not announced yet: the statutory days, and their substitutes after weekends."""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Final

_DAY: Final = timedelta(days=1)
_SATURDAY: Final = 5


def days_off_by_law(statutory: Iterable[tuple[date, str]]) -> dict[date, str]:
    """The statutory days of JR§2; one on a weekend takes the next day that would otherwise be a working day (JR§6).

    Two statutory days on the same day of a weekend (中秋节 within 国庆节) take a day each. Which days are swapped with
    make-up workdays is the yearly notice's to say, so there are none here.
    """
    days = sorted(statutory)
    off: dict[date, str] = {}
    for day, name in days:
        off[day] = f"{off[day]}、{name}" if day in off else name
    for day, name in days:
        if day.weekday() < _SATURDAY:
            continue
        substitute = day
        while substitute in off or substitute.weekday() >= _SATURDAY:
            substitute += _DAY
        off[substitute] = name
    return off
