"""The consumer's own rows: what was applied, how far each case has come, and what could not be applied."""

from sqlalchemy import (
    JSON,
    BigInteger,
    CheckConstraint,
    Column,
    DateTime,
    Identity,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    Uuid,
    text,
)

from chassis.database.metadata import CHASSIS

INBOX = Table(
    "inbox",
    CHASSIS,
    Column("event_id", Uuid(), primary_key=True),
    Column("applied_at", DateTime(timezone=True), nullable=False),
    comment="One row for each event applied, written in the transaction of its effect; kept for ever, since a replay "
    "may come years later. The service's role may SELECT and INSERT.",
)

POSITIONS = Table(
    "positions",
    CHASSIS,
    Column("topic", Text(), primary_key=True),
    Column("case_id", Uuid(), primary_key=True),
    Column("version", Integer(), nullable=False),
    comment="The last version applied of each case on each topic: the gate that keeps order. The service's role may "
    "SELECT, INSERT and UPDATE.",
)

DEAD_LETTERS = Table(
    "dead_letters",
    CHASSIS,
    Column("id", BigInteger(), Identity(always=True), primary_key=True),
    # SHA-256 of topic, key and value: a record delivered again is the same letter, not a second one.
    Column("digest", LargeBinary(), nullable=False, unique=True),
    Column("topic", Text(), nullable=False),
    Column("key", Text(), nullable=False),
    Column("partition", Integer()),
    Column("offset", BigInteger()),
    Column("value", LargeBinary(), nullable=False),
    Column("headers", JSON(), nullable=False),
    Column("reason", Text(), nullable=False),
    Column("detail", Text(), nullable=False),
    Column("state", Text(), nullable=False),
    Column("at", DateTime(timezone=True), nullable=False),
    # Only while the state is 'waiting': until when the missing fact is waited for, and when to try next.
    Column("wait_until", DateTime(timezone=True)),
    Column("try_at", DateTime(timezone=True)),
    CheckConstraint("state IN ('dead', 'waiting', 'parked')", name="state"),
    CheckConstraint("(state = 'waiting') = (wait_until IS NOT NULL AND try_at IS NOT NULL)", name="waiting"),
    Index("ix_dead_letters_key", "key", "id"),
    Index("ix_dead_letters_try_at", "try_at", postgresql_where=text("state = 'waiting'")),
    comment="Records that could not be applied (dead), wait for a fact that has not arrived (waiting), or stand behind "
    "one of these of the same case (parked); a row goes when it has been applied. The service's role may SELECT, "
    "INSERT, UPDATE and DELETE.",
)
