"""Rows of the parties."""

from uuid import UUID

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import Field

from chassis.database.columns import coded
from contracts.codes import PartyRole
from services.petition.base import Base


class Party(Base, table=True):
    """A party, as the handover named it; particulars sealed, their keyed hashes beside them."""

    __tablename__ = "parties"
    __table_args__ = (
        UniqueConstraint("matter_id", "position"),
        Index("ix_parties_phone_index", "phone_index"),
        Index("ix_parties_identity_index", "identity_index"),
    )

    matter_id: UUID = Field(primary_key=True, foreign_key="matters.id")
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
