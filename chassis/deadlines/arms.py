"""The deadlines' arm of the one statement of a hot path (see `chassis.journal.arms`)."""

from collections.abc import Mapping
from typing import Any, Final

import orjson

from chassis.database.statements import Arm
from chassis.deadlines.queries import FIELDS, Deadline

TYPES: Final[Mapping[str, str]] = {
    "id": "uuid",
    "case_id": "uuid",
    "started_at": "timestamptz",
    "due_at": "timestamptz",
    "due_date": "date",
    "provisional": "bool",
    "extension_days": "int",
    "met_at": "timestamptz",
    "missed_at": "timestamptz",
}
INPUT: Final[Mapping[str, str]] = {name: TYPES.get(name, "text") for name in FIELDS}
"""Columns of the input `d`, one row a deadline, any number a case."""
ARM: Final = Arm(
    "due",
    f"INSERT INTO deadlines ({', '.join(FIELDS)})"  # noqa: S608 -- names of our own columns
    f" SELECT {', '.join('d.pauses::json' if name == 'pauses' else f'd.{name}' for name in FIELDS)}"
    " FROM d JOIN n ON n.e_case_id = d.case_id",
)
"""Writes the deadlines of the cases whose key is new."""


def row(deadline: Deadline) -> tuple[Any, ...]:
    """The values of a deadline in the order of INPUT."""
    values = (getattr(deadline, name) for name in FIELDS)
    return tuple(
        orjson.dumps(value).decode() if name == "pauses" else value for name, value in zip(FIELDS, values, strict=True)
    )
