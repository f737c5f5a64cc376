"""What a person types or keeps in a CSV file, turned into counted deadlines or refusals."""

import csv
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Final

from chassis.rules.counting import Due, clock_of, due
from chassis.rules.deadline_refusals import ExtensionNotANumber
from chassis.rules.extensions import granted
from chassis.rules.instants import parse_pause, parse_start
from chassis.rules.refusals import Refusal

COLUMNS: Final = ("rule", "start", "pauses", "extension_days")
"""Of the CSV file: pauses are FROM..TO joined by `;`, an empty extension is none."""

_WHOLE_NUMBER: Final = re.compile(r"-?\d{1,12}", re.ASCII)


class InputUnclear(Refusal):
    """Neither one deadline nor a file was asked for, or both."""

    code = "input_unclear"
    zh = "请给出规则编号和 --start，或只给出 --file"
    en = "Give a rule and --start, or --file alone."


class FileNotReadable(Refusal):
    """The file cannot be opened or is not UTF-8."""

    code = "file_not_readable"
    zh = "文件无法读取，或不是 UTF-8 编码"
    en = "The file cannot be read, or is not UTF-8."


class ColumnsMissing(Refusal):
    """The first line does not name the columns."""

    code = "columns_missing"
    zh = "文件首行应包含列名 rule,start,pauses,extension_days"
    en = "The first line has to name the columns rule,start,pauses,extension_days."


class RowNotValid(Refusal):
    """The row is not a CSV row with as many cells as columns."""

    code = "row_not_valid"
    zh = "该行不是有效的 CSV 行，或单元格数与列数不符"
    en = "Not a valid CSV row, or more cells than columns."


def count(rule: str, start: str, pauses: Iterable[str], extensions: Iterable[str]) -> Due:
    """Count one deadline as typed; several extensions are added up where the rule admits more than one."""
    clock = clock_of(rule)
    begin = parse_start(start)
    stops = [parse_pause(text) for text in pauses]
    days = granted(clock, [_whole_number(text) for text in extensions])
    return due(clock, begin, stops, days or None)


def count_file(path: Path) -> Iterator[Due | Refusal]:
    """Each row's deadline, or why it was refused, in the file's order; what is wrong with the whole file is raised."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            reader = csv.DictReader(stream)
            names = [name.strip() for name in reader.fieldnames or ()]
            if not set(COLUMNS) <= set(names):
                raise ColumnsMissing
            reader.fieldnames = names
            yield from _rows(reader)
    except (OSError, UnicodeDecodeError):
        raise FileNotReadable from None


def _rows(reader: "csv.DictReader[str]") -> Iterator[Due | Refusal]:
    while True:
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error:
            yield RowNotValid()
            continue
        try:
            yield _count_row(row)
        except Refusal as refusal:
            yield refusal


def _count_row(row: Mapping[str | None, object]) -> Due:
    if None in row:
        raise RowNotValid
    rule, start, pauses, extension = (str(row[name] or "").strip() for name in COLUMNS)
    return count(rule, start, filter(None, map(str.strip, pauses.split(";"))), filter(None, (extension,)))


def _whole_number(text: str) -> int:
    if not _WHOLE_NUMBER.fullmatch(text.strip()):
        raise ExtensionNotANumber(field="extension_days")
    return int(text)
