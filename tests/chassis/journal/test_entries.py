from datetime import UTC, datetime, timedelta, timezone

from hypothesis import given
from hypothesis import strategies as st

from chassis.journal.entries import entry_hash, new_id

values = st.one_of(st.none(), st.text(max_size=5), st.integers(0, 9), st.binary(max_size=3))


@given(st.lists(values, min_size=2, max_size=4), st.lists(values, min_size=2, max_size=4))
def test_different_values_have_different_hashes(one: list[object], other: list[object]) -> None:
    plain = [value.hex() if isinstance(value, bytes) else value for value in one]
    same = plain == [value.hex() if isinstance(value, bytes) else value for value in other]
    assert (entry_hash(*one) == entry_hash(*other)) == same


def test_an_instant_is_hashed_as_what_it_is_however_its_offset_is_written() -> None:
    instant = datetime(2026, 1, 1, 8, tzinfo=timezone(timedelta(hours=8)))
    assert entry_hash(instant) == entry_hash(datetime(2026, 1, 1, 0, tzinfo=UTC))
    assert entry_hash(instant) != entry_hash(instant + timedelta(microseconds=1))


def test_ids_are_ordered_by_time() -> None:
    ids = [new_id() for _ in range(1000)]
    assert ids == sorted(ids)
    assert {i.version for i in ids} == {7}
