"""Keyed hashes are HMAC-SHA-256, however often and in whatever order they are taken."""

import hmac

from hypothesis import given
from hypothesis import strategies as st

from chassis.security.keyed import KeyedHash


@given(st.binary(min_size=1, max_size=100), st.lists(st.binary(max_size=200), max_size=5))
def test_it_is_hmac(key: bytes, values: list[bytes]) -> None:
    hashing = KeyedHash(key)
    for value in values:
        assert hashing(value) == hmac.digest(key, value, "sha256")
