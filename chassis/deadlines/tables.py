"""Rows of deadlines: the result of a count (`chassis.rules.counting`) and the calendar's version it rests on."""

from enum import StrEnum

from sqlalchemy import JSON, Boolean, CheckConstraint, Column, Date, DateTime, Index, Integer, Table, Text, Uuid, text

from chassis.database.metadata import CHASSIS


class DeadlineState(StrEnum):
    """What became of a deadline. A missed one may still be met, late: then both instants stand."""

    OPEN = "OPEN"
    MET = "MET"
    MISSED = "MISSED"
    CLOSED = "CLOSED"
    """No longer owed: the case went another way."""


DEADLINES = Table(
    "deadlines",
    CHASSIS,
    Column("id", Uuid, primary_key=True),
    Column("case_id", Uuid, nullable=False),
    Column("division", Text, nullable=False),
    Column("rule", Text, nullable=False, comment="id of the clock in contracts.clocks"),
    Column("basis", Text, nullable=False),
    Column("started_at", DateTime(timezone=True), nullable=False),
    Column("due_at", DateTime(timezone=True), comment="exclusive end; empty while a pause is open"),
    Column("due_date", Date),
    Column("calendar_version", Text, nullable=False),
    Column("provisional", Boolean, nullable=False),
    Column("pauses", JSON, nullable=False),
    Column("extension_days", Integer, nullable=False),
    Column("state", Text, nullable=False),
    Column("met_at", DateTime(timezone=True)),
    Column("missed_at", DateTime(timezone=True)),
    CheckConstraint("state IN ('OPEN', 'MET', 'MISSED', 'CLOSED')", name="state"),
    Index("ix_deadlines_case_id", "case_id"),
    Index("ix_deadlines_due_at", "due_at", postgresql_where=text("state = 'OPEN'")),
)
