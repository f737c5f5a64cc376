"""Rows of a CSV file: found by line, odd ones named, whatever the bytes."""

import csv
import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onewindow.importing import reading
from onewindow.importing.reading import ColumnsMissing, Place, Reading, Row


def rows_of(data: bytes, *columns: str) -> list[Row]:
    return list(Reading(io.BufferedReader(io.BytesIO(data)), columns or ("a", "b")).rows())


def wrong(data: bytes) -> list[tuple[int, str]]:
    return [(row.line, row.wrong.code) for row in rows_of(data) if row.wrong]


def test_rows_have_their_line_and_cells() -> None:
    found = rows_of('a,b\n1,"zwei\nZeilen"\n3,四\n'.encode())
    assert [(row.line, dict(row.cells)) for row in found] == [
        (2, {"a": "1", "b": "zwei\nZeilen"}),
        (4, {"a": "3", "b": "四"}),
    ]


def test_a_byte_order_mark_other_columns_and_windows_line_ends_do_not_matter() -> None:
    found = rows_of(b"\xef\xbb\xbfb,other,a\r\n1,x,2\r\n")
    assert [dict(row.cells) for row in found] == [{"a": "2", "b": "1"}]
    assert found[0].end == Place(len(b"\xef\xbb\xbfb,other,a\r\n1,x,2\r\n"), 2)


@pytest.mark.parametrize("data", [b"", b"a\n1\n", b"a,a,b\n", b"\n\n", b"A,B\n"])
def test_a_file_without_its_columns_is_refused(data: bytes) -> None:
    with pytest.raises(ColumnsMissing):
        rows_of(data)


def test_odd_rows_are_named_and_the_others_still_read() -> None:
    data = b'a,b\n1,2\n\n3\n4,5,6\n7,\xff\n"8"x,9\n10,11\n'
    assert wrong(data) == [
        (3, "empty_row"),
        (4, "wrong_number_of_cells"),
        (5, "wrong_number_of_cells"),
        (6, "not_utf8"),
        (7, "not_csv"),
    ]
    assert [row.cells["a"] for row in rows_of(data) if not row.wrong] == ["1", "10"]


def test_a_quote_that_is_never_closed_does_not_swallow_the_memory() -> None:
    data = b'a,b\n1,"' + b"x\n" * 200_000
    found = rows_of(data)
    assert all(row.wrong for row in found)
    assert not any(row.cells for row in found)


def test_a_file_without_line_ends_is_read_in_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "LONGEST_LINE", 64)
    found = rows_of(b"a,b\n" + b"x" * 1000 + b"\n1,2\n")
    assert found[-1].cells == {"a": "1", "b": "2"}
    assert found[-1].line == 3
    assert all(row.wrong for row in found[:-1])


TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\x00\r"), max_size=8)


@given(st.lists(st.tuples(TEXT, TEXT), max_size=12), st.data())
def test_reading_can_go_on_from_the_end_of_any_row(table: list[tuple[str, str]], data: st.DataObject) -> None:
    text = io.StringIO()
    writer = csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\n")
    writer.writerow(("a", "b"))
    writer.writerows(table)
    whole = text.getvalue().encode()
    found = rows_of(whole)
    assert [tuple(row.cells.values()) for row in found if not row.wrong] == [row for row in table if any(row)]
    ends = [Place(len(b'"a","b"\n'), 1), *(row.end for row in found)]
    at = data.draw(st.integers(0, len(ends) - 1))
    again = Reading(io.BufferedReader(io.BytesIO(whole)), ("a", "b"))
    again.go_to(ends[at])
    assert list(again.rows()) == found[at:]


@given(st.binary(max_size=400))
def test_no_bytes_are_an_error(data: bytes) -> None:
    for row in rows_of(b"a,b\n" + data):
        assert bool(row.cells) != bool(row.wrong)


def test_the_real_columns_are_found(tmp_path: Path) -> None:
    file = tmp_path / "messages.csv"
    file.write_bytes(
        "message_id,author,subject,posted_at,body,downvotes,upvotes\n1,A1,题,2019/8/1 0:00:00,文,0,1\n".encode()
    )
    with file.open("rb") as opened:
        (row,) = Reading(opened, ("message_id", "body")).rows()
    assert row.cells == {"message_id": "1", "body": "文"}
