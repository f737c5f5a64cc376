"""Bodies of requests about opinions, and what is shown of one."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, Field

from chassis.http.bodies import Body, Id, Moment, Text
from contracts.codes import DeliveryMethod, OpinionConclusion
from services.petition.opinions.domain import Receipt, View

LONG = 20_000


class OpinionRequest(Body):
    """What a handling opinion has to say (信访工作条例第三十二条); its texts are never part of a published fact."""

    conclusion: OpinionConclusion
    claim: Annotated[str, Text(LONG, lines=True)] = Field(description="投诉请求: what the petitioner asks for")
    facts: Annotated[str, Text(LONG, lines=True)] = Field(description="事实和理由: what was found, and the reasons")
    text: Annotated[str, Text(LONG, lines=True)] = Field(description="处理意见: the opinion itself")
    legal_basis: Annotated[str, Text(4000, lines=True)] = Field(description="法律法规依据: its basis in law")
    issued_at: Moment | None = Field(default=None, description="出具时间; now, when left out")


class DeliveryRequest(Body):
    """The opinion reached a petitioner 送达; the 30 days to ask for review run from here (信访工作条例第三十五条)."""

    method: DeliveryMethod
    receipt: Receipt = Field(default=Receipt.SIGNED, description="送达回证; who refuses to sign has received it")
    view: View | None = Field(default=None, description="信访人态度: what the petitioner thinks of it")
    delivered_at: Moment | None = Field(default=None, description="送达时间; now, when left out")
    petitioner_id: Id | None = Field(
        default=None, description="who received it; may be left out where there is one petitioner"
    )


class DeliveryView(BaseModel):
    """A delivery, and how long its petitioner may ask for review."""

    petitioner_id: UUID
    method: DeliveryMethod
    receipt: Receipt
    view: View | None
    delivered_at: datetime
    review_until: date | None = Field(description="last day to ask for review, Shanghai")


class OpinionView(BaseModel):
    """The handling opinion of a matter."""

    id: UUID = Field(description="the matter")
    conclusion: OpinionConclusion
    claim: str
    facts: str
    text: str
    legal_basis: str
    issued_at: datetime
    deliveries: Sequence[DeliveryView]
