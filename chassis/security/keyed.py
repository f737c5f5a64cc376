"""Keyed hashes of many values under one key."""

import hmac


class KeyedHash:
    """HMAC-SHA-256 (RFC 2104) under one key; what depends on the key alone, half of the work, is done once."""

    def __init__(self, key: bytes) -> None:
        self._begun = hmac.new(key, digestmod="sha256")

    def __call__(self, value: bytes) -> bytes:
        """The hash of a value, 32 bytes."""
        hashed = self._begun.copy()
        hashed.update(value)
        return hashed.digest()
