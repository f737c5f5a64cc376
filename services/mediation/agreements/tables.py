"""Rows of an agreement and of the parties' signatures under it."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint
from sqlmodel import Field

from chassis.database.columns import coded, moment
from contracts.codes import AgreementForm
from services.mediation.base import Base


class Agreement(Base, table=True):
    """What the parties of a case agreed on. The terms may name people: they stay behind row-level security."""

    __tablename__ = "agreements"
    __table_args__ = (
        CheckConstraint(
            "effective_at IS NULL OR form = 'ORAL' OR (mediator_signed_at IS NOT NULL AND seal_affixed_at IS NOT NULL)",
            name="signed_and_sealed",
        ),
        CheckConstraint("form <> 'ORAL' OR effective_at = reached_at", name="oral_at_once"),
    )

    case_id: UUID = Field(primary_key=True, foreign_key="cases.id")
    division: str
    form: AgreementForm = coded(AgreementForm)
    partial: bool
    terms: str
    reached_at: datetime = moment()
    mediator_signed_at: datetime | None = moment(default=None)
    seal_affixed_at: datetime | None = moment(default=None)
    effective_at: datetime | None = moment(default=None)


class Signature(Base, table=True):
    """A party's signature, by hand or fingerprint, under a written agreement."""

    __tablename__ = "signatures"

    case_id: UUID = Field(primary_key=True, foreign_key="agreements.case_id")
    party_id: UUID = Field(primary_key=True)
    division: str
    signed_at: datetime = moment()
