"""Rows of the sessions that were held."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlmodel import Field

from chassis.database.columns import coded, moment
from contracts.codes import SessionOutcome
from services.mediation.base import Base


class MediationSession(Base, table=True):
    """A session that was held. Its notes are confidential (RM§15, TY§22): sealed, and never part of a fact."""

    __tablename__ = "sessions"
    __table_args__ = (UniqueConstraint("case_id", "number"), CheckConstraint("number >= 1", name="number"))

    id: UUID = Field(primary_key=True)
    case_id: UUID = Field(foreign_key="cases.id")
    number: int
    division: str
    held_at: datetime = moment()
    outcome: SessionOutcome = coded(SessionOutcome)
    mediator_id: UUID | None = Field(nullable=False)
    notes_sealed: bytes | None = None
    recorded_at: datetime = moment()
