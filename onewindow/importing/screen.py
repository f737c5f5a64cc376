"""What a person sees of an import: a progress bar, or a line when the server is away where nobody watches a bar."""

import sys
from typing import Self

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

from onewindow.importing.checkpoint import Progress as Counted


class Screen:
    """The progress bar on standard error; `size` is that of the file in bytes."""

    def __init__(self, size: int) -> None:
        self._bar = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            TaskProgressColumn(),
            TextColumn("{task.fields[rows]} 行 rows"),
            TimeRemainingColumn(),
            console=Console(stderr=True),
            disable=not sys.stderr.isatty(),
        )
        self._task = self._bar.add_task("导入 importing", total=size, rows=0)
        self._waiting = False

    def __enter__(self) -> Self:
        """Show it."""
        self._bar.start()
        return self

    def __exit__(self, *_error: object) -> None:
        """Leave it as it is."""
        self._bar.stop()

    def show(self, offset: int, progress: Counted) -> None:
        """Move the bar to where the import has come."""
        self._waiting = False
        self._bar.update(self._task, completed=offset, rows=f"{progress.rows:,}")

    def wait_for(self, url: str) -> None:
        """Say once that the server is away."""
        if not self._waiting:
            self._waiting = True
            text = f"{url} 暂时没有应答，等待中 does not answer, waiting"
            if self._bar.disable:
                typer.echo(text.encode(), err=True)
            else:
                self._bar.console.print(text)
