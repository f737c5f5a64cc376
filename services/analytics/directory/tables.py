"""Rows of the copy, each as its last fact says (`version`: which one that was); no row here names a person."""

from datetime import date
from uuid import UUID

from sqlalchemy import ARRAY, Index, Text
from sqlmodel import Field

from chassis.database.columns import coded
from contracts.codes import DivisionKind, DivisionLevel, OrganisationKind
from services.analytics.base import Base


class Division(Base, table=True):
    """An administrative division."""

    __tablename__ = "divisions"
    __table_args__ = (Index("ix_divisions_code", "code"), Index("ix_divisions_parent_code", "parent_code"))

    record_id: UUID = Field(primary_key=True)
    version: int
    code: str
    name: str
    parent_code: str | None = None
    level: DivisionLevel = coded(DivisionLevel)
    kind: DivisionKind = coded(DivisionKind)
    valid_from: date | None = None
    valid_to: date | None = None


class Organisation(Base, table=True):
    """A body that works in a division."""

    __tablename__ = "organisations"

    record_id: UUID = Field(primary_key=True)
    version: int
    name: str
    kind: OrganisationKind = coded(OrganisationKind)
    division: str
    valid_from: date | None = None
    valid_to: date | None = None


class Staff(Base, table=True):
    """A post in an organisation, by its title."""

    __tablename__ = "staff"

    record_id: UUID = Field(primary_key=True)
    version: int
    organisation_id: UUID
    division: str
    post: str
    roles: list[str] = Field(sa_type=ARRAY(Text))  # type: ignore[call-overload,unused-ignore]
    valid_from: date | None = None
    valid_to: date | None = None


class Grid(Base, table=True):
    """A grid of households."""

    __tablename__ = "grids"

    record_id: UUID = Field(primary_key=True)
    version: int
    code: str
    name: str
    division: str
    households: int
    valid_from: date | None = None
    valid_to: date | None = None
