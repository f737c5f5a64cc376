"""Bodies of requests about petition matters, and what is shown of a matter, particulars masked."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, Field

from chassis.http.bodies import Body, Moment
from chassis.http.views import DeadlineView
from contracts.codes import (
    ExtensionReason,
    IntakeChannel,
    OpinionConclusion,
    PartyRole,
    PetitionCategory,
    PetitionRoute,
    PetitionState,
)
from services.petition.matters.domain import Action, NoticeWay

MOST_DAYS = 365
"""Beyond it a number of days is a slip of the pen; the law's own limit is the rule's to refuse."""


class NoticeRequest(Body):
    """The petitioner was told in writing of acceptance, route and procedure 受理告知."""

    way: NoticeWay = Field(description="告知方式; on the spot, or in writing afterwards (信访工作条例第二十三条)")
    given_at: Moment | None = Field(default=None, description="when it was given; the time of acceptance, if left out")


class AcceptanceRequest(Body):
    """The organ accepts the matter and chooses the procedure."""

    route: PetitionRoute = Field(
        description="办理途径; suggestions go by R29, appeals and claims by R31_1 to R31_6 (第二十九条、第三十一条)"
    )
    accepted_at: Moment | None = Field(default=None, description="受理时间; now, when left out")
    notice: NoticeRequest | None = Field(
        default=None, description="受理告知; may be left out only where name or address of the petitioner is unclear"
    )


class ExtensionRequest(Body):
    """The head of the organ grants more time, once and for at most 30 days (信访工作条例第三十四条)."""

    days: Annotated[int, Field(ge=1, le=MOST_DAYS)] = Field(description="延长天数; calendar days")
    reason_code: ExtensionReason = Field(description="延期理由; the petitioner is told")


class ConclusionRequest(Body):
    """The procedure is finished. Whether the substance is settled is said apart from it."""

    resolved: Annotated[bool, Field(strict=True)] = Field(description="是否化解: whether the substance is settled")
    carried_out_at: Moment | None = Field(
        default=None, description="落实时间; when an opinion that supports the claim was carried out, for these alone"
    )


class PartyView(BaseModel):
    """A party, masked."""

    id: UUID
    role: PartyRole
    name: str = Field(examples=["王*"])
    phone: str | None = Field(examples=["138****5678"])
    identity_number: str | None
    address: str | None


class MatterSummary(BaseModel):
    """A matter in a list."""

    id: UUID
    number: str = Field(examples=["（2026）窗字第123号"])
    division: str
    category: PetitionCategory
    channel: IntakeChannel
    visitors: int = Field(description="人次: person-times, never to be added to matters")
    collective: bool = Field(description="集体访: five visitors or more")
    state: PetitionState
    route: PetitionRoute | None
    registered_at: datetime
    accepted_at: datetime | None
    concluded_at: datetime | None
    resolved: bool | None = Field(description="是否化解; null until the matter is concluded")


class MatterView(MatterSummary):
    """A matter as its handlers see it."""

    version: int = Field(description="as in the ETag; to be given as If-Match")
    narrative: str
    parties: Sequence[PartyView]
    notice: NoticeWay | None
    notice_given_at: datetime | None
    extension_reason: ExtensionReason | None
    extended_at: datetime | None
    conclusion: OpinionConclusion | None = Field(description="what the handling opinion says of the claim")
    opinion_issued_at: datetime | None
    opinion_delivered_at: datetime | None = Field(description="when the last of the petitioners had it")
    carried_out_at: datetime | None
    actions: Sequence[Action] = Field(description="what this caller may do next")
    deadlines: Sequence[DeadlineView]
