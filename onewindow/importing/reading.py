"""Rows of a CSV file as a stream: each with its line, or with the reason why it is none."""

import csv
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from io import BufferedReader
from typing import Final

LONGEST_LINE: Final = 1_048_576
"""Bytes that are read at once: a file without line ends must not fill the memory."""
BOM: Final = "\ufeff"
DECODING: Final = "surrogateescape"


class ColumnsMissing(ValueError):
    """The first line does not name the columns; the message says which are missing."""


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a row is not imported: a code, and words in Chinese and English. Nothing of the row itself.

    `repeats`: the row says again, otherwise, what another said before; the first was kept, so nothing is missing.
    """

    code: str
    text: str
    repeats: bool = False


NOT_UTF8: Final = Reason("not_utf8", "不是 UTF-8 编码 not UTF-8")
NOT_CSV: Final = Reason("not_csv", "不是有效的 CSV 行 not a valid CSV row")
WRONG_CELLS: Final = Reason("wrong_number_of_cells", "单元格数与列数不符 not as many cells as columns")
EMPTY: Final = Reason("empty_row", "空行 an empty row")


@dataclass(frozen=True, slots=True)
class Place:
    """A place between two rows of the file: in bytes, and in lines."""

    offset: int
    line: int


@dataclass(frozen=True, slots=True)
class Row:
    """A row: the line that it begins on, its cells by column or what is wrong with it, and where it ends."""

    line: int
    cells: Mapping[str, str]
    wrong: Reason | None
    end: Place


class Reading:
    """A file opened at its first row, or at a later one where an earlier import had come to."""

    def __init__(self, file: BufferedReader, columns: Sequence[str]) -> None:
        """Read the line with the names of the columns; raises ColumnsMissing."""
        self._file = file
        self._offset = self._line = 0
        names = next(csv.reader(self._lines()), [])
        if names:
            names[0] = names[0].removeprefix(BOM)
        missing = [column for column in columns if names.count(column) != 1]
        if missing:
            raise ColumnsMissing(", ".join(missing))
        self._names = names
        self._columns = tuple(columns)

    @property
    def place(self) -> Place:
        """Where the next row begins."""
        return Place(self._offset, self._line)

    def go_to(self, place: Place) -> None:
        """Continue where a row ended."""
        self._file.seek(place.offset)
        self._offset, self._line = place.offset, place.line

    def rows(self) -> Iterator[Row]:
        """The rows from here to the end of the file."""
        reader = csv.reader(self._lines(), strict=True)
        while True:
            begins = self._line + 1
            cells: list[str] = []
            wrong: Reason | None = None
            try:
                cells = next(reader)
            except StopIteration:
                return
            except csv.Error:
                wrong = NOT_CSV
            wrong = wrong or self._wrong(cells)
            found = {} if wrong else dict(zip(self._names, cells, strict=True))
            picked = {column: found[column] for column in self._columns} if found else {}
            yield Row(begins, picked, wrong, self.place)

    def _wrong(self, cells: Sequence[str]) -> Reason | None:
        if not any(cells):
            return EMPTY
        if len(cells) != len(self._names):
            return WRONG_CELLS
        if any("\ud800" <= sign <= "\udfff" for cell in cells if not cell.isascii() for sign in cell):
            return NOT_UTF8
        return None

    def _lines(self) -> Iterator[str]:
        while line := self._file.readline(LONGEST_LINE):
            self._offset += len(line)
            self._line += line.endswith(b"\n") or len(line) < LONGEST_LINE
            yield line.decode("utf-8", DECODING)
