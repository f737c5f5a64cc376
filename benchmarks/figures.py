"""A figure as it was measured: the value of each round, their median and spread, and how that reads as a table."""

import statistics
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from rich.console import Console
from rich.table import Table

from benchmarks.goals import GOALS


@dataclass(frozen=True, slots=True)
class Figure:
    """One of GOALS with what each round gave; `detail` says what stood behind it, medians over the rounds."""

    id: str
    values: Sequence[float]
    detail: Mapping[str, float] = field(default_factory=dict)
    note: str = ""

    @property
    def median(self) -> float:
        """What is quoted."""
        return statistics.median(self.values)

    def as_json(self) -> dict[str, Any]:
        """Everything, goals included."""
        return {
            **asdict(GOALS[self.id]),
            "id": self.id,
            "now": self.median,
            "lowest": min(self.values),
            "highest": max(self.values),
            "rounds": list(self.values),
            "detail": dict(self.detail),
            "note": self.note,
        }


def medians(samples: Mapping[str, Sequence[float]]) -> dict[str, float]:
    """The median of each series."""
    return {name: statistics.median(values) for name, values in samples.items()}


def spread(values: Sequence[float]) -> float:
    """How far apart the rounds lie, in parts of their median: the noise of the machine when nothing else changed."""
    return (max(values) - min(values)) / statistics.median(values)


def show(figures: Sequence[Figure], console: Console) -> None:
    """The table: now, target, ambitious, limit."""
    table = Table(box=None, pad_edge=False)
    table.add_column("id", no_wrap=True)
    for heading in ("now", "lowest", "highest", "target", "ambitious", "limit"):
        table.add_column(heading, justify="right", no_wrap=True)
    table.add_column("what", overflow="fold")
    for figure in figures:
        goal = GOALS[figure.id]
        aims = (goal.target, goal.ambitious, goal.limit)
        met = figure.median <= goal.target if goal.lower_is_better else figure.median >= goal.target
        table.add_row(
            figure.id,
            f"[{'green' if met else 'yellow'}]{_number(figure.median)}[/]",
            _number(min(figure.values)),
            _number(max(figure.values)),
            *("-" if aim is None else _number(aim) for aim in aims),
            goal.meaning + (f" ({goal.unit})" if goal.unit else "") + (f"; {figure.note}" if figure.note else ""),
        )
    console.print(table)


def _number(value: float) -> str:
    """Three digits that count."""
    whole = len(f"{abs(value):.0f}")
    return "0" if value == 0 else f"{value:.{max(0, 3 - whole)}f}"
