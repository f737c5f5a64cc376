"""The row of a petition matter."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Index
from sqlmodel import Field

from chassis.database.columns import coded, moment
from contracts.codes import (
    ExtensionReason,
    IntakeChannel,
    OpinionConclusion,
    PetitionCategory,
    PetitionRoute,
    PetitionState,
)
from services.petition.base import Base
from services.petition.matters.domain import NoticeWay


class Matter(Base, table=True):
    """One matter. The narrative may name people: row-level security stands before it, and it goes nowhere."""

    __tablename__ = "matters"
    __table_args__ = (
        CheckConstraint("category <> 'ACCUSATION' AND route <> 'R30'", name="no_accusation"),
        CheckConstraint("collective = (visitors >= 5)", name="collective"),
        CheckConstraint("(accepted_at IS NULL) = (route IS NULL)", name="route_of_accepted"),
        CheckConstraint("accepted_at IS NULL OR notice_clock IS NULL OR notice IS NOT NULL", name="notice_of_accepted"),
        CheckConstraint("(notice IS NULL) = (notice_given_at IS NULL)", name="notice"),
        CheckConstraint("(opinion_issued_at IS NULL) = (conclusion IS NULL)", name="opinion"),
        CheckConstraint("opinion_issued_at IS NULL OR route = 'R31_6'", name="opinion_of_route"),
        CheckConstraint("(state = 'CONCLUDED') = (concluded_at IS NOT NULL)", name="conclusion"),
        CheckConstraint("(concluded_at IS NULL) = (resolved IS NULL)", name="resolution"),
        Index("ix_matters_division_registered_at", "division", "registered_at", "id"),
        Index("ix_matters_registered_at", "registered_at", "id"),
    )

    id: UUID = Field(primary_key=True)
    number: str
    division: str
    category: PetitionCategory = coded(PetitionCategory)
    channel: IntakeChannel = coded(IntakeChannel)
    visitors: int
    collective: bool
    narrative: str
    registered_at: datetime = moment()
    opened_at: datetime = moment()
    state: PetitionState = coded(PetitionState)
    notice_clock: str | None = None
    route: PetitionRoute | None = coded(PetitionRoute, default=None)
    accepted_at: datetime | None = moment(default=None)
    notice: NoticeWay | None = coded(NoticeWay, default=None)
    notice_given_at: datetime | None = moment(default=None)
    extension_reason: ExtensionReason | None = coded(ExtensionReason, default=None)
    extended_at: datetime | None = moment(default=None)
    conclusion: OpinionConclusion | None = coded(OpinionConclusion, default=None)
    opinion_issued_at: datetime | None = moment(default=None)
    opinion_delivered_at: datetime | None = moment(default=None)
    carried_out_at: datetime | None = moment(default=None)
    concluded_at: datetime | None = moment(default=None)
    resolved: bool | None = None
