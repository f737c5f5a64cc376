"""Rows of the parties."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlmodel import Field

from chassis.database.columns import coded, moment
from contracts.codes import ConsentStand, PartyRole
from services.mediation.base import Base


class Party(Base, table=True):
    """A party of a case, as the handover named it; particulars sealed, their keyed hashes beside them."""

    __tablename__ = "parties"
    __table_args__ = (
        CheckConstraint("(stand IS NULL) = (answered_at IS NULL)", name="answer"),
        UniqueConstraint("case_id", "position"),
        Index("ix_parties_phone_index", "phone_index"),
        Index("ix_parties_identity_index", "identity_index"),
    )

    case_id: UUID = Field(primary_key=True, foreign_key="cases.id")
    id: UUID = Field(primary_key=True)
    position: int
    division: str
    role: PartyRole = coded(PartyRole)
    name_sealed: bytes
    phone_sealed: bytes | None = None
    identity_number_sealed: bytes | None = None
    address_sealed: bytes | None = None
    phone_index: bytes | None = None
    identity_index: bytes | None = None
    stand: ConsentStand | None = coded(ConsentStand, default=None)
    answered_at: datetime | None = moment(default=None)
