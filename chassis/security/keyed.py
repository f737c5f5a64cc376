"""Keyed hashes of many values under one key."""

from hashlib import sha256
from typing import Final

BLOCK: Final = 64
"""Bytes that SHA-256 takes at a time."""
INNER: Final = bytes(byte ^ 0x36 for byte in range(256))
OUTER: Final = bytes(byte ^ 0x5C for byte in range(256))


class KeyedHash:
    """HMAC-SHA-256 (RFC 2104) under one key; what depends on the key alone, half of the work, is done once."""

    def __init__(self, key: bytes) -> None:
        whole = (key if len(key) <= BLOCK else sha256(key).digest()).ljust(BLOCK, b"\0")
        self._inner = sha256(whole.translate(INNER))
        self._outer = sha256(whole.translate(OUTER))

    def __call__(self, value: bytes) -> bytes:
        """The hash of a value, 32 bytes."""
        inner, outer = self._inner.copy(), self._outer.copy()
        inner.update(value)
        outer.update(inner.digest())
        return outer.digest()
