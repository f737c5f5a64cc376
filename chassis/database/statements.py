"""One statement out of arms: the hot paths write all rows of a batch, in every table, in one round trip.

A parameter is an array of rows: `unnest($1::arriving_case[])` makes a batch of any size one prepared statement. Rows
of a composite type, which a migration creates, cost the driver and the database half of what an array a column does.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any


@dataclass(frozen=True)
class Input:
    """Rows that a statement is given: their composite type, and its columns (name here -> PostgreSQL type).

    The statement goes by the order of the columns and their names here. A type that running services send is never
    altered: other columns are a new type, so that the old service works until the new one has taken its place.
    """

    type: str
    columns: Mapping[str, str]


@dataclass(frozen=True)
class Arm:
    """A common table expression that writes or derives rows; it may read the inputs and the arms before it."""

    name: str
    sql: str
    materialised: bool = False


@dataclass(frozen=True)
class Statement:
    """Inputs by name, the arms over them, and the closing SELECT."""

    inputs: Mapping[str, Input]
    arms: Sequence[Arm]
    closing: str

    @cached_property
    def text(self) -> str:
        """The SQL, with a parameter for every input in order."""
        parts = [
            f"{name} AS MATERIALIZED (SELECT * FROM"  # noqa: S608 -- names of our own
            f" unnest(${number}::{given.type}[]) AS {name}({', '.join(given.columns)}))"
            for number, (name, given) in enumerate(self.inputs.items(), 1)
        ]
        parts.extend(f"{arm.name} AS {'MATERIALIZED ' if arm.materialised else ''}({arm.sql})" for arm in self.arms)
        return f"WITH {', '.join(parts)} {self.closing}"

    def arguments(self, **rows: Sequence[tuple[Any, ...]]) -> list[Sequence[tuple[Any, ...]]]:
        """The rows of every input in order; each input's are given under its name."""
        return [rows[name] for name in self.inputs]
