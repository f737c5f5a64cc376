"""The list of rows that were not imported: line, code and reason, and nothing of what stands in them."""

import csv
import io
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from onewindow.importing.reading import Reason

COLUMNS: Final = ("line", "reason", "detail")


class Report:
    """A CSV file that is there only if a row was refused; `length` bytes of an earlier report are kept."""

    def __init__(self, path: Path, length: int) -> None:
        self.path = path
        self.length = length
        self._file: io.FileIO | None = None
        if length == 0:
            path.unlink(missing_ok=True)  # that of an earlier import would speak of rows that are in by now
        elif path.exists() and path.stat().st_size >= length:
            self._open()
        else:
            self.length = 0  # somebody took it away

    def __enter__(self) -> Self:
        """For `with`."""
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        """Close the file."""
        if self._file is not None:
            self._file.close()

    def add(self, line: int, reason: Reason) -> None:
        """Write that the row which begins on this line was refused."""
        if self._file is None:
            self._open()
            self._write(COLUMNS)
        self._write((line, reason.code, reason.text))

    def _open(self) -> None:
        # Unbuffered: what the checkpoint counts is with the system before the checkpoint is.
        self._file = io.FileIO(self.path, "r+" if self.path.exists() else "x+")
        self._file.truncate(self.length)
        self._file.seek(self.length)

    def _write(self, cells: tuple[object, ...]) -> None:
        text = io.StringIO()
        csv.writer(text, lineterminator="\n").writerow(cells)
        data = text.getvalue().encode()
        if self._file is not None:
            self._file.write(data)
            self.length += len(data)
