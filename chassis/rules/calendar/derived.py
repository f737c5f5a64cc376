"""The days off of a year that is not announced yet: the statutory days, and their substitutes after weekends."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Final

_DAY: Final = timedelta(days=1)
_SATURDAY: Final = 5


def days_off_by_law(statutory: Mapping[date, str]) -> dict[date, str]:
    """The statutory days of JR§2; one on a weekend takes the next day that would otherwise be a working day (JR§6).

    Which days are swapped with make-up workdays is the yearly notice's to say, so there are none here.
    """
    off = dict(statutory)
    for day, name in sorted(statutory.items()):
        if day.weekday() < _SATURDAY:
            continue
        substitute = day
        while substitute in off or substitute.weekday() >= _SATURDAY:
            substitute += _DAY
        off[substitute] = name
    return off
