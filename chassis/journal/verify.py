"""Checking the journal: recompute every chain, compare it with its head and with a digest kept elsewhere."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from typing import Final
from uuid import UUID

import asyncpg

from chassis.journal.entries import ALGORITHM, GENESIS, HASHED, entry_hash

Chain = tuple[UUID, str]
"""A stream of a case: its id and the stream's name."""

PAGE: Final = 2000
ENTRIES: Final = (
    f"SELECT {', '.join('data::text AS data' if name == 'data' else name for name in (*HASHED, 'hash'))}"  # noqa: S608
    " FROM journal ORDER BY case_id, stream, version, position"
)
HEADS: Final = "SELECT case_id, stream, version, hash FROM heads"


@dataclass(frozen=True, slots=True)
class Break:
    """Where a chain does not hold: the first entry that does not fit, and why."""

    case_id: UUID
    stream: str
    version: int
    reason: str


@dataclass(slots=True)
class Verification:
    """What was read and what did not hold; at most one break a chain, its first."""

    entries: int = 0
    chains: int = 0
    broken: list[Break] = field(default_factory=list)


@dataclass(slots=True)
class _Walk:
    """One chain while it is being read."""

    chain: Chain
    version: int = 0
    hash: bytes = GENESIS
    fault: Break | None = None
    wanted: Mapping[int, bytes] = field(default_factory=dict)

    def read(self, row: asyncpg.Record) -> None:
        if self.fault is None:
            reason = self._reason(row)
            if reason:
                self.fault = Break(*self.chain, row["version"], reason)
        self.version, self.hash = row["version"], row["hash"]

    def _reason(self, row: asyncpg.Record) -> str | None:
        if row["version"] != self.version + 1:
            return "entry_missing" if row["version"] > self.version + 1 else "version_repeated"
        if row["previous_hash"] != self.hash:
            return "previous_hash_differs"
        if row["algorithm"] != ALGORITHM:
            return "algorithm_unknown"
        if entry_hash(*(row[name] for name in HASHED)) != row["hash"]:
            return "hash_differs"
        if self.wanted.get(row["version"], row["hash"]) != row["hash"]:
            return "differs_from_digest"
        return None


async def verify(
    connection: asyncpg.Connection, digest: Mapping[Chain, tuple[int, bytes]] | None = None
) -> Verification:
    """Read the whole journal once, in the order of its chains.

    The connection must see everything (system scope). With `digest`, each head that was signed then must still stand
    in its
    chain: that finds a chain cut at its end, gone, or rewritten together with its head.
    """
    result = Verification()
    signed = dict(digest or {})
    async with connection.transaction(isolation="repeatable_read", readonly=True):
        heads: dict[Chain, tuple[int, bytes]] = {
            (row["case_id"], row["stream"]): (row["version"], row["hash"]) for row in await connection.fetch(HEADS)
        }
        async for walk in _walks(connection, result, signed):
            result.chains += 1
            head = heads.pop(walk.chain, None)
            fault = walk.fault or _against_head(walk, head) or _cut(walk, signed)
            signed.pop(walk.chain, None)
            if fault:
                result.broken.append(fault)
    gone = dict.fromkeys(signed, (0, "chain_gone")) | {
        chain: (version, "entries_gone") for chain, (version, _) in heads.items()
    }
    result.broken.extend(Break(*chain, version, reason) for chain, (version, reason) in gone.items())
    return result


async def _walks(
    connection: asyncpg.Connection, result: Verification, signed: Mapping[Chain, tuple[int, bytes]]
) -> AsyncIterator[_Walk]:
    walk: _Walk | None = None
    async for row in connection.cursor(ENTRIES, prefetch=PAGE):
        chain = (row["case_id"], row["stream"])
        if walk is None or walk.chain != chain:
            if walk is not None:
                yield walk
            walk = _Walk(chain, wanted=dict([signed[chain]]) if chain in signed else {})
        walk.read(row)
        result.entries += 1
    if walk is not None:
        yield walk


def _against_head(walk: _Walk, head: tuple[int, bytes] | None) -> Break | None:
    if head is None:
        return Break(*walk.chain, walk.version, "head_missing")
    version, hashed = head
    if version > walk.version:
        return Break(*walk.chain, walk.version + 1, "entry_missing")
    if version < walk.version:
        return Break(*walk.chain, version + 1, "entry_after_head")
    return None if hashed == walk.hash else Break(*walk.chain, version, "head_differs")


def _cut(walk: _Walk, signed: Mapping[Chain, tuple[int, bytes]]) -> Break | None:
    version, _ = signed.get(walk.chain, (0, b""))
    return Break(*walk.chain, walk.version + 1, "chain_cut") if version > walk.version else None
