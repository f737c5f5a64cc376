"""Which partition a key belongs to: Kafka's own rule (murmur2), so that every producer keeps one case in one place."""

import struct
from typing import Final

SEED: Final = 0x9747B28C
FACTOR: Final = 0x5BD1E995
BITS: Final = 0xFFFFFFFF
POSITIVE: Final = 0x7FFFFFFF


def partition_of(key: bytes, partitions: int) -> int:
    """The partition, of so many, in which Kafka's default partitioner puts a record with this key."""
    return (murmur2(key) & POSITIVE) % partitions


def murmur2(data: bytes) -> int:
    """The hash that Kafka calls murmur2, as 32 bits without a sign."""
    length = len(data)
    value = SEED ^ length
    for word in struct.unpack_from(f"<{length >> 2}I", data):
        mixed = word * FACTOR & BITS
        mixed = (mixed ^ mixed >> 24) * FACTOR & BITS
        value = (value * FACTOR & BITS) ^ mixed
    if rest := data[length & ~3 :]:
        value = (value ^ int.from_bytes(rest, "little")) * FACTOR & BITS
    value = (value ^ value >> 13) * FACTOR & BITS
    return value ^ value >> 15
