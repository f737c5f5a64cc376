"""Rows of an opinion and of its deliveries."""

from datetime import datetime
from uuid import UUID

from sqlmodel import Field

from chassis.database.columns import coded, moment
from contracts.codes import DeliveryMethod, OpinionConclusion
from services.petition.base import Base
from services.petition.opinions.domain import Receipt, View


class Opinion(Base, table=True):
    """What XF§32 wants in an opinion. Its texts may name people: they stay behind row-level security."""

    __tablename__ = "opinions"

    matter_id: UUID = Field(primary_key=True, foreign_key="matters.id")
    division: str
    conclusion: OpinionConclusion = coded(OpinionConclusion)
    claim: str
    facts: str
    text: str
    legal_basis: str
    issued_at: datetime = moment()


class Delivery(Base, table=True):
    """The opinion reached one petitioner; `window_id` is the deadline row of their time to ask for review."""

    __tablename__ = "deliveries"

    matter_id: UUID = Field(primary_key=True, foreign_key="opinions.matter_id")
    petitioner_id: UUID = Field(primary_key=True)
    division: str
    method: DeliveryMethod = coded(DeliveryMethod)
    receipt: Receipt = coded(Receipt)
    view: View | None = coded(View, default=None)
    delivered_at: datetime = moment()
    window_id: UUID
