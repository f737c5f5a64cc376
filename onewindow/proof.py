"""The journals of all services checked together, and the digest of their heads, signed with a key of the home."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from rich.console import Console
from rich.table import Table

from chassis.journal import digest as digests
from chassis.journal.verify import Break, Chain, verify
from chassis.rules.clock import SystemClock
from chassis.security.files import create_once
from onewindow.embedded.addresses import connected, reached

KEY_FILE: Final = Path("secrets") / "digest.key"
READING_SECONDS: Final = 600.0
"""For a page of the journal, at the most."""

Heads = Mapping[str, Mapping[Chain, tuple[int, bytes]]]
"""Where the chains of each service ended when the digest was taken."""


@dataclass(slots=True)
class Proof:
    """What was read in all services, and what did not hold."""

    entries: int = 0
    chains: int = 0
    broken: list[tuple[str, Break]] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        """As `--json` prints it."""
        return {
            "entries": self.entries,
            "chains": self.chains,
            "broken": [
                {
                    "service": service,
                    "case_id": str(found.case_id),
                    "version": found.version,
                    "reason": found.reason,
                    "stream": found.stream,
                }
                for service, found in self.broken
            ],
        }


async def verified(home: Path, heads: Heads) -> Proof:
    """Check every journal; with `heads`, against an earlier digest too. Raises ClusterError and database errors."""
    proof = Proof()
    async with reached(home, looking=True) as addresses:
        for service, address in addresses.items():
            connection = await connected(address, command_timeout=READING_SECONDS)
            try:
                found = await verify(connection, heads.get(service))
            finally:
                await connection.close(timeout=5)
            proof.entries += found.entries
            proof.chains += found.chains
            proof.broken += [(service, one) for one in found.broken]
    return proof


async def digest(home: Path) -> bytes:
    """A signed document with the present heads of every service."""
    taken: list[digests.Digest] = []
    async with reached(home, looking=True) as addresses:
        for service, address in addresses.items():
            connection = await connected(address, command_timeout=READING_SECONDS)
            try:
                taken.append(await digests.take(connection, service, SystemClock().now()))
            finally:
                await connection.close(timeout=5)
    return digests.sign(taken, _key(home))


def read(home: Path, document: bytes) -> Heads:
    """The heads in a document that this home has signed; raises DigestUnreadable."""
    found: Sequence[digests.Digest] = digests.read(document, _key(home).public_key())
    return {one.service: one.heads for one in found}


def show(proof: Proof) -> None:
    """The result for people."""
    console = Console()
    console.print(f"条目 entries {proof.entries:,}   链 chains {proof.chains:,}   断裂 broken {len(proof.broken):,}")
    if proof.broken:
        table = Table(box=None, pad_edge=False)
        for name in ("service", "case_id", "stream", "version", "reason"):
            table.add_column(name, no_wrap=True)
        for service, found in proof.broken:
            table.add_row(service, str(found.case_id), found.stream, str(found.version), found.reason)
        console.print(table)


def _key(home: Path) -> Ed25519PrivateKey:
    """The key of this home's digests, made at first use, once."""
    return Ed25519PrivateKey.from_private_bytes(create_once(home / KEY_FILE, _new_key))


def _new_key() -> bytes:
    return Ed25519PrivateKey.generate().private_bytes(Encoding.Raw, PrivateFormat.Raw, NoEncryption())
