"""The calendar in force, read from the rows beside this module."""

import csv
from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Final

from chassis.rules.calendar.model import Calendar, Notice

VERSION: Final = "cn-2026.1"
"""Changes whenever a row changes: the country, the last announced year, the edition."""


@cache
def current() -> Calendar:
    """The calendar in force, read once.

    `years.csv` has a row for each announced year with the number of its notice, `days.csv` a row for each day off and
    each make-up workday of those years, `statutory.csv` the days of JR§2 in the years after them.
    """
    off: dict[int, dict[date, str]] = defaultdict(dict)
    make_up: dict[int, dict[date, str]] = defaultdict(dict)
    for row in _rows("days.csv"):
        day = date.fromisoformat(row["date"])
        (off if row["kind"] == "off" else make_up)[day.year][day] = row["name"]
    statutory: dict[int, list[tuple[date, str]]] = defaultdict(list)
    for row in _rows("statutory.csv"):
        day = date.fromisoformat(row["date"])
        statutory[day.year].append((day, row["name"]))
    notices = {
        int(row["year"]): Notice(row["notice"], off[int(row["year"])], make_up[int(row["year"])])
        for row in _rows("years.csv")
        if row["announced"] == "true"
    }
    return Calendar(VERSION, notices, dict(statutory))


def _rows(name: str) -> Iterator[dict[str, str]]:
    text = files("chassis.rules.calendar").joinpath("data", name).read_text(encoding="utf-8")
    yield from csv.DictReader(text.splitlines())
