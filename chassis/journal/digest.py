"""The signed digest: where every chain of a service ended at one instant, to be kept outside the database."""

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg
import orjson
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from chassis.journal.verify import HEADS, Chain


class DigestUnreadable(ValueError):
    """The file is no digest, or its signature is not of the expected key."""


@dataclass(frozen=True, slots=True)
class Digest:
    """Heads of one service at an instant."""

    service: str
    at: datetime
    heads: Mapping[Chain, tuple[int, bytes]]


async def take(connection: asyncpg.Connection, service: str, at: datetime) -> Digest:
    """Read the present heads under the system scope."""
    rows = await connection.fetch(HEADS)
    return Digest(service, at, {(row["case_id"], row["stream"]): (row["version"], row["hash"]) for row in rows})


def sign(digests: Sequence[Digest], key: Ed25519PrivateKey) -> bytes:
    """A document with the heads of some services, signed as a whole."""
    body = orjson.dumps([_document(digest) for digest in digests])
    public = key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    return orjson.dumps(
        {
            "digest": body.decode(),
            "algorithm": "ed25519",
            "key": base64.b64encode(public).decode(),
            "signature": base64.b64encode(key.sign(body)).decode(),
        }
    )


def read(document: bytes, key: Ed25519PublicKey) -> Sequence[Digest]:
    """The digests in a signed document; raises DigestUnreadable."""
    try:
        outer = orjson.loads(document)
        body = outer["digest"].encode()
        key.verify(base64.b64decode(outer["signature"], validate=True), body)
        return [_digest(value) for value in orjson.loads(body)]
    except (InvalidSignature, ValueError, KeyError, TypeError, AttributeError) as error:
        raise DigestUnreadable from error


def _document(digest: Digest) -> dict[str, Any]:
    heads = sorted(
        (str(case), stream, version, hashed.hex()) for (case, stream), (version, hashed) in digest.heads.items()
    )
    return {"service": digest.service, "at": digest.at.isoformat(), "heads": heads}


def _digest(value: Mapping[str, Any]) -> Digest:
    heads = {
        (UUID(case), str(stream)): (int(version), bytes.fromhex(hashed))
        for case, stream, version, hashed in value["heads"]
    }
    return Digest(value["service"], datetime.fromisoformat(value["at"]), heads)
