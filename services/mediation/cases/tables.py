"""Rows of a mediation case: the case itself, and the counters of dossier numbers."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Index, UniqueConstraint
from sqlmodel import Field

from chassis.database.columns import coded, moment
from contracts.codes import (
    DisputeType,
    IntakeChannel,
    MediationState,
    MediatorChoice,
    TerminationReason,
    Tier,
)
from services.mediation.base import Base
from services.mediation.cases.domain import NoticeForm


class Case(Base, table=True):
    """One mediation case. The narrative may name people: row-level security stands before it, and it goes nowhere."""

    __tablename__ = "cases"
    __table_args__ = (
        UniqueConstraint("county", "dossier_number"),
        CheckConstraint("(accepted_at IS NULL) = (clock IS NULL)", name="clock_of_accepted"),
        CheckConstraint("(accepted_at IS NULL) = (dossier_number IS NULL)", name="number_of_accepted"),
        CheckConstraint("accepted_at IS NULL OR category IS NOT NULL", name="type_of_accepted"),
        CheckConstraint("(state = 'TERMINATED') = (termination_reason IS NOT NULL)", name="reason_of_end"),
        CheckConstraint("(state = 'EFFECTIVE') = (effective_at IS NOT NULL)", name="effect"),
        CheckConstraint("(mediator_id IS NULL) = (mediator_chosen_by IS NULL)", name="choice_of_mediator"),
        Index("ix_cases_division_registered_at", "division", "registered_at", "id"),
        Index("ix_cases_registered_at", "registered_at", "id"),
    )

    id: UUID = Field(primary_key=True)
    number: str
    county: str
    division: str
    tier: Tier = coded(Tier)
    category: DisputeType | None = coded(DisputeType, default=None)
    channel: IntakeChannel = coded(IntakeChannel)
    named_clock: str | None = None
    people_involved: int
    amount_fen: int | None = Field(default=None, sa_type=BigInteger)
    narrative: str
    registered_at: datetime = moment()
    opened_at: datetime = moment()
    state: MediationState = coded(MediationState)
    rights_notice: NoticeForm | None = coded(NoticeForm, default=None)
    consent_sought_at: datetime | None = moment(default=None)
    accepted_at: datetime | None = moment(default=None)
    clock: str | None = None
    dossier_number: str | None = None
    mediator_id: UUID | None = None
    mediator_chosen_by: MediatorChoice | None = coded(MediatorChoice, default=None)
    sessions: int
    effective_at: datetime | None = moment(default=None)
    termination_reason: TerminationReason | None = coded(TerminationReason, default=None)
    termination_note_sealed: bytes | None = None
    terminated_at: datetime | None = moment(default=None)


class DossierCounter(Base, table=True):
    """The last dossier number given in a county and year; locked while one is given, so that none is left out."""

    __tablename__ = "dossier_counters"

    county: str = Field(primary_key=True)
    year: int = Field(primary_key=True)
    last: int
