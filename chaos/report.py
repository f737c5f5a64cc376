"""What a person sees of a run: a line after each fault, and one line for each promise in the end."""

from collections.abc import Sequence

from rich.console import Console
from rich.table import Table

from chaos.promises import Promise, told_of
from chaos.verdict import Outcome

HEADINGS = ("fault", "from s", "lasted s", "calls ok", "unknown", "slowest s", "arrived s", "counts")


class Report:
    """Prints as the run goes on."""

    def __init__(self, console: Console) -> None:
        """Print to this console."""
        self._console = console
        self._widths = (62, 8, 8, 8, 8, 9, 9, 6)
        self._line(HEADINGS)

    def tell(self, outcome: Outcome) -> None:
        """One fault."""
        window = outcome.window
        sound = all(promise.holds for promise in outcome.promises)
        self._line(
            (
                window.name,
                f"{window.began:.1f}",
                f"{window.ended - window.began:.1f}",
                f"{outcome.ok:,}",
                f"{outcome.unknown:,}",
                f"{outcome.slowest:.2f}",
                "never" if outcome.healed is None else f"{outcome.healed:.1f}",
                "agree" if sound else "DIFFER",
            )
        )

    def conclude(self, promises: Sequence[Promise]) -> bool:
        """All promises; returns whether every one holds."""
        table = Table(box=None, pad_edge=False, show_header=False)
        for promise in promises:
            mark = "[green]holds[/]" if promise.holds else "[red]BROKEN[/]"
            table.add_row(mark, promise.name, promise.against, told_of(promise.broken))
        self._console.print()
        self._console.print(table)
        return all(promise.holds for promise in promises)

    def _line(self, cells: Sequence[str]) -> None:
        first, *others = zip(cells, self._widths, strict=True)
        line = f"{first[0]:<{first[1]}} " + " ".join(f"{cell:>{width}}" for cell, width in others)
        self._console.print(line, highlight=False, markup=False, soft_wrap=True)
