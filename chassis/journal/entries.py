"""An entry of the journal as a value, and the hash that chains it to the one before."""

import hashlib
from collections.abc import Mapping
from datetime import datetime
from operator import itemgetter
from typing import Any, Final, NamedTuple
from uuid import UUID

import orjson
from asyncpg.pgproto import pgproto
from uuid_utils import uuid7

from contracts.fields import moment_text

ALGORITHM: Final = "sha256/1"
"""Hash function and the version of the list of fields below; a new field is a new version."""
GENESIS: Final = bytes(32)
"""What stands as the previous hash of a chain's first entry."""


class Entry(NamedTuple):
    """One recorded fact. `data` is the canonical JSON text that is at once reply, archive and event."""

    id: UUID
    case_id: UUID
    stream: str
    version: int
    type: str
    type_version: int
    division: str
    topic: str | None
    previous: int
    data: str
    commitment: bytes | None
    actor: str
    on_behalf_of: str | None
    reason_code: str | None
    ruleset: str
    occurred_at: datetime
    recorded_at: datetime
    correlation_id: UUID
    causation_id: UUID | None
    algorithm: str
    previous_hash: bytes
    hash: bytes

    @property
    def receipt(self) -> str:
        """The hash as it is printed on a receipt: whoever holds it can prove that the entry existed."""
        return self.hash.hex()

    @property
    def fact(self) -> dict[str, Any]:
        """The data, parsed."""
        value: dict[str, Any] = orjson.loads(self.data)
        return value


HASHED: Final = Entry._fields[:-1]
"""Every column of an entry but its position and the hash itself."""
hashed_values: Final = itemgetter(*HASHED)
"""Their values, from a mapping that has them by name."""
TYPES: Final[Mapping[str, str]] = dict.fromkeys((*HASHED, "hash"), "text") | {
    "id": "uuid",
    "case_id": "uuid",
    "version": "int",
    "type_version": "smallint",
    "previous": "int",
    "commitment": "bytea",
    "occurred_at": "timestamptz",
    "recorded_at": "timestamptz",
    "correlation_id": "uuid",
    "causation_id": "uuid",
    "previous_hash": "bytea",
    "hash": "bytea",
}
"""How a parameter of each column is sent; the data go as the text they are and become json in the statement."""


def new_id() -> UUID:
    """A UUIDv7: ordered by time, made in the service, so that the reply is ready before the commit.

    Of the driver's own class, which is made and written faster: a registration has half a dozen ids.
    """
    return pgproto.UUID(uuid7().bytes)


def entry_hash(*values: object) -> bytes:
    """Hash over the values of HASHED, in that order.

    A JSON list keeps them apart, so no two different entries have one text. Instants are hashed in UTC to the
    microsecond, as PostgreSQL keeps them.
    """
    return hashlib.sha256(orjson.dumps(values, default=_plain, option=orjson.OPT_PASSTHROUGH_DATETIME)).digest()


def _plain(value: object) -> str:
    """What JSON has no word for, as text; texts, numbers, None and UUIDs are written without asking here."""
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, datetime):
        return moment_text(value)[:-1] + "+00:00"
    return str(value)
