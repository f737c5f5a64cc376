"""Rows of the directory. It belongs to no jurisdiction, so no row-level security stands round these tables."""

from datetime import date
from uuid import UUID

from sqlalchemy import ARRAY, Column, LargeBinary, String
from sqlmodel import Field

from services.intake.base import Base


class Division(Base, table=True):
    """An administrative division; its record id follows from its code (`contracts.intake.directory.division_id`)."""

    __tablename__ = "divisions"

    code: str = Field(primary_key=True)
    name: str
    parent_code: str | None = Field(default=None, index=True)
    level: str
    kind: str
    valid_from: date | None = None
    valid_to: date | None = None


class Organisation(Base, table=True):
    """An organisation."""

    __tablename__ = "organisations"

    id: UUID = Field(primary_key=True)
    name: str
    kind: str
    division: str = Field(index=True)
    valid_from: date | None = None
    valid_to: date | None = None


class Staff(Base, table=True):
    """A post and, sealed, the name of whoever holds it."""

    __tablename__ = "staff"

    id: UUID = Field(primary_key=True)
    organisation_id: UUID = Field(foreign_key="organisations.id", index=True)
    division: str = Field(index=True)
    post: str
    roles: list[str] = Field(sa_column=Column(ARRAY(String()), nullable=False))
    name_sealed: bytes | None = Field(default=None, sa_column=Column(LargeBinary()))
    valid_from: date | None = None
    valid_to: date | None = None


class Grid(Base, table=True):
    """A grid."""

    __tablename__ = "grids"

    id: UUID = Field(primary_key=True)
    code: str = Field(unique=True)
    name: str
    division: str = Field(index=True)
    households: int
    valid_from: date | None = None
    valid_to: date | None = None
