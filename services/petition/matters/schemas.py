"""Bodies of requests about petition matters, and what is shown of a matter, particulars masked."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import BaseModel, Field

from chassis.deadlines.lamp import Lamp, lamp_of
from chassis.deadlines.queries import Deadline
from chassis.deadlines.tables import DeadlineState
from chassis.http.bodies import Body, Moment
from chassis.journal.entries import Entry
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


class DeadlineView(BaseModel):
    """A statutory deadline of the matter."""

    rule: str = Field(examples=["PET_HANDLE"])
    basis: str = Field(examples=["XF§34"])
    started_at: datetime
    due_date: date | None = Field(description="last day, Shanghai; null while the clock stands still")
    extension_days: int = Field(description="days granted, none: 0")
    state: DeadlineState
    provisional: bool = Field(description="rests on a working-day calendar that is not official yet")
    lamp: Lamp | None = Field(description="null where nothing is owed any more")

    @classmethod
    def of(cls, deadline: Deadline, now: datetime) -> Self:
        """The deadline as it looks at `now`."""
        return cls(
            rule=deadline.rule,
            basis=deadline.basis,
            started_at=deadline.started_at,
            due_date=deadline.due_date,
            extension_days=deadline.extension_days,
            state=deadline.state,
            provisional=deadline.provisional,
            lamp=lamp_of(deadline, now),
        )


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


class EntryView(BaseModel):
    """One entry of the timeline 工作透明可监督."""

    id: UUID
    version: int
    type: str = Field(examples=["petition.accepted"])
    occurred_at: datetime
    recorded_at: datetime
    actor: str
    on_behalf_of: str | None
    reason_code: str | None
    ruleset: str = Field(description="version of the table of statutory clocks then in force")
    receipt: str = Field(description="hash of the entry")
    data: Mapping[str, Any]

    @classmethod
    def of(cls, entry: Entry) -> Self:
        """The entry as it stands in the journal."""
        return cls(
            id=entry.id,
            version=entry.version,
            type=entry.type,
            occurred_at=entry.occurred_at,
            recorded_at=entry.recorded_at,
            actor=entry.actor,
            on_behalf_of=entry.on_behalf_of,
            reason_code=entry.reason_code,
            ruleset=entry.ruleset,
            receipt=entry.receipt,
            data=entry.fact,
        )
