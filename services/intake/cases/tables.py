"""Rows of cases: the case, its parties with their particulars sealed, evaluations, and the numbers given out."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Column, DateTime, Index, LargeBinary, SmallInteger, UniqueConstraint
from sqlmodel import Field

from services.intake.base import Base


class Case(Base, table=True):
    """A case. Title and narrative stand in clear behind row-level security and leave this row in sealed parcels only.

    `authorised_division` is the scope under which the row was registered, as the system verified it: the policy for new
    rows compares it with `division`, so that a batch of many callers' rows needs no setting of any of them.
    """

    __tablename__ = "cases"
    __table_args__ = (
        UniqueConstraint("source", "source_id"),
        # Nothing closes without a recorded outcome.
        CheckConstraint("(state = 'CONCLUDED') = (outcome IS NOT NULL)", name="outcome"),
        CheckConstraint("(state = 'REGISTERED') = (route IS NULL)", name="route"),
        CheckConstraint("people_involved >= 1", name="people_involved"),
        Index("ix_cases_registered_at", "registered_at", "id"),
        Index("ix_cases_county", "county", "registered_at", "id"),
    )

    id: UUID = Field(primary_key=True)
    number: str = Field(unique=True)
    receipt_code: str = Field(unique=True)
    kind: str
    channel: str
    category: str | None = None
    petition_category: str | None = None
    division: str
    county: str
    tier: str
    people_involved: int
    visitors: int | None = None
    amount_fen: int | None = Field(default=None, sa_column=Column(BigInteger()))
    scale: str | None = None
    occurred_on: date | None = None
    title: str | None = None
    narrative: str
    received_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
    registered_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
    source: str | None = None
    source_id: str | None = None
    source_author: str | None = None
    authorised_division: str
    state: str
    route: str | None = None
    organisation_id: UUID | None = None
    progress: str | None = None
    outcome: str | None = None
    resolved: bool | None = None
    concluded_by: str | None = None
    concluded_at: datetime | None = Field(default=None, sa_column=Column(DateTime(timezone=True)))


class Party(Base, table=True):
    """A party of a case. The indexes are keyed hashes, under which a sealed number is found again."""

    __tablename__ = "parties"

    id: UUID = Field(primary_key=True)
    case_id: UUID = Field(index=True)
    division: str
    position: int = Field(sa_column=Column(SmallInteger(), nullable=False))
    role: str
    name_sealed: bytes = Field(sa_column=Column(LargeBinary(), nullable=False))
    phone_sealed: bytes | None = Field(default=None, sa_column=Column(LargeBinary()))
    identity_sealed: bytes | None = Field(default=None, sa_column=Column(LargeBinary()))
    address_sealed: bytes | None = Field(default=None, sa_column=Column(LargeBinary()))
    phone_index: bytes | None = Field(default=None, sa_column=Column(LargeBinary(), index=True))
    identity_index: bytes | None = Field(default=None, sa_column=Column(LargeBinary(), index=True))


class Evaluation(Base, table=True):
    """What the person said of one unit's handling (满意度评价); each unit once."""

    __tablename__ = "evaluations"

    case_id: UUID = Field(primary_key=True)
    unit: str = Field(primary_key=True)
    division: str
    satisfaction: str
    reason_code: str | None = None
    recorded_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))


class NumberBlock(Base, table=True):
    """The next official number of a year that no process has taken yet; processes take them in blocks."""

    __tablename__ = "number_blocks"

    year: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    next: int = Field(sa_column=Column(BigInteger(), nullable=False))
