"""Rows of the journal: entries, the heads of their chains, outbox pointers, parcels and idempotency keys."""

from typing import Final

from sqlalchemy import (
    JSON,
    BigInteger,
    Column,
    DateTime,
    Identity,
    Index,
    Integer,
    LargeBinary,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
)
from sqlalchemy.dialects.postgresql import JSONB

from chassis.database.metadata import CHASSIS

FACTS: Final = "facts"
"""The stream of what happened to a case; its version is the case's version."""
ACCESS: Final = "access"
"""The stream of who read sealed particulars of a case; it moves no version and no ETag."""
LETTERS: Final = "letters"
"""The stream of who threw away a record of a case that nothing could make readable."""

JOURNAL = Table(
    "journal",
    CHASSIS,
    Column("position", BigInteger, Identity(always=True), primary_key=True),
    Column("id", Uuid, nullable=False, unique=True),
    Column("case_id", Uuid, nullable=False, comment="subject of the chain: a case, or a record of the directory"),
    Column("stream", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("type", Text, nullable=False),
    Column("type_version", SmallInteger, nullable=False),
    Column("division", Text, nullable=False),
    Column("topic", Text),
    Column(
        "previous", Integer, nullable=False, comment="version of the case's previous entry on the same topic, 0: none"
    ),
    # json, not jsonb: it keeps the very text that was hashed
    Column("data", JSON, nullable=False),
    Column("commitment", LargeBinary, comment="salted hash of the parcel that travels beside this fact"),
    Column("actor", Text, nullable=False),
    Column("on_behalf_of", Text),
    Column("reason_code", Text),
    Column("ruleset", Text, nullable=False),
    Column("occurred_at", DateTime(timezone=True), nullable=False),
    Column("recorded_at", DateTime(timezone=True), nullable=False),
    Column("correlation_id", Uuid, nullable=False),
    Column("causation_id", Uuid),
    Column("algorithm", Text, nullable=False),
    Column("previous_hash", LargeBinary, nullable=False),
    Column("hash", LargeBinary, nullable=False),
    UniqueConstraint("case_id", "stream", "version"),
)

HEADS = Table(
    "heads",
    CHASSIS,
    Column("case_id", Uuid, primary_key=True),
    Column("stream", Text, primary_key=True),
    Column("division", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("hash", LargeBinary, nullable=False),
    Column("topics", JSONB, nullable=False, comment="last version of this stream on each topic"),
)

OUTBOX = Table(
    "outbox",
    CHASSIS,
    Column("position", BigInteger, Identity(always=True), primary_key=True),
    Column("entry_id", Uuid, nullable=False),
    Column("at", DateTime(timezone=True), nullable=False),
)

PARCELS = Table(
    "parcels",
    CHASSIS,
    Column("entry_id", Uuid, primary_key=True),
    Column("receiver", Text, nullable=False),
    Column("key_id", Text, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Column("salt", LargeBinary, nullable=False),
    Column("at", DateTime(timezone=True), nullable=False),
)

IDEMPOTENCY_KEYS = Table(
    "idempotency_keys",
    CHASSIS,
    Column("principal", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    Column("operation", Text, nullable=False),
    Column("body_hash", LargeBinary, nullable=False),
    Column("entry_id", Uuid),
    Column("at", DateTime(timezone=True), nullable=False),
)

Index("ix_heads_division", HEADS.c.division)
