"""Keyed hashes of many values under one key."""

import hmac
from typing import Final

ALGORITHM: Final = "sha256"


class KeyedHash:
    """HMAC-SHA-256 (RFC 2104) under one key; what depends on the key alone is computed once."""

    def __init__(self, key: bytes) -> None:
        self._begun = hmac.new(key, digestmod=ALGORITHM)

    def __call__(self, value: bytes) -> bytes:
        """The hash of a value, 32 bytes."""
        hashing = self._begun.copy()
        hashing.update(value)
        return hashing.digest()
