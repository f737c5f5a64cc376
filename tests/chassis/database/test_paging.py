import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.database.paging import BadCursor, decode_cursor, encode_cursor

KEY = b"k" * 32


@given(st.lists(st.one_of(st.text(st.characters(exclude_categories=["Cs"])), st.integers(0, 2**62)), max_size=4))
def test_a_cursor_comes_back_as_it_was_given(values: list[str | int]) -> None:
    assert decode_cursor(KEY, encode_cursor(KEY, values)) == values


@pytest.mark.parametrize("cursor", ["", "x", "=", "好", "AAAA", encode_cursor(b"other" * 7, ["a"])])
def test_a_foreign_cursor_is_refused(cursor: str) -> None:
    with pytest.raises(BadCursor):
        decode_cursor(KEY, cursor)


def test_an_edited_cursor_is_refused() -> None:
    cursor = encode_cursor(KEY, ["2026-01-01", 7])
    for position in range(len(cursor)):
        edited = cursor[:position] + ("A" if cursor[position] != "A" else "B") + cursor[position + 1 :]
        with pytest.raises(BadCursor):
            decode_cursor(KEY, edited)
