"""One statement out of arms: the hot paths write all rows of a batch, in every table, in one round trip.

Parameters are columns, not rows: `unnest($1::uuid[], $2::text[])` makes a batch of any size one prepared statement.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any


@dataclass(frozen=True)
class Arm:
    """A common table expression that writes or derives rows; it may read the inputs and the arms before it."""

    name: str
    sql: str
    materialised: bool = False


@dataclass(frozen=True)
class Statement:
    """Inputs (name -> column -> PostgreSQL type), the arms over them, and the closing SELECT."""

    inputs: Mapping[str, Mapping[str, str]]
    arms: Sequence[Arm]
    closing: str

    @cached_property
    def text(self) -> str:
        """The SQL, with parameters numbered through all inputs."""
        parts: list[str] = []
        number = 0
        for name, columns in self.inputs.items():
            arrays = []
            for kind in columns.values():
                number += 1
                arrays.append(f"${number}::{kind}[]")
            parts.append(
                f"{name} AS MATERIALIZED (SELECT * FROM unnest({', '.join(arrays)}) AS {name}({', '.join(columns)}))"  # noqa: S608
            )
        parts.extend(f"{arm.name} AS {'MATERIALIZED ' if arm.materialised else ''}({arm.sql})" for arm in self.arms)
        return f"WITH {', '.join(parts)} {self.closing}"

    def arguments(self, **rows: Sequence[Sequence[Any]]) -> list[Sequence[Any] | None]:
        """One array a column, for every input in order; each input's rows are given under its name."""
        arrays: list[Sequence[Any] | None] = []
        for name, columns in self.inputs.items():
            given = rows[name]
            arrays.extend(map(_array, zip(*given, strict=True)) if given else [()] * len(columns))
        return arrays


def _array(column: Sequence[Any]) -> Sequence[Any] | None:
    """A column in which nothing stands goes as no array: `unnest` fills it up with NULL, and sending it costs nothing.

    Some column of a row always says something, an id if nothing else.
    """
    return None if column[0] is None and column.count(None) == len(column) else column
