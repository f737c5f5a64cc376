"""Bodies of requests about mediation cases, and what is shown of a case, particulars masked."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, Field

from chassis.http.bodies import Body, Id, Moment, Text
from chassis.http.views import DeadlineView
from contracts.codes import (
    ConsentStand,
    DisputeType,
    IntakeChannel,
    MediationState,
    MediatorChoice,
    PartyRole,
    Route,
    TerminationReason,
    Tier,
)
from services.mediation.cases.domain import Action, NoticeForm


class ConsentRequest(Body):
    """The parties are asked for their consent."""

    rights_notice: NoticeForm = Field(
        description="当事人权利义务告知方式; how the parties were told of the nature, principles and effect of "
        "mediation and of their rights and duties (R75§30)"
    )


class ConsentAnswer(Body):
    """What one party answered."""

    party_id: Id = Field(description="one of the case's parties")
    stand: ConsentStand = Field(description="a refusal ends the case (人民调解法第十七条)")


class AcceptanceRequest(Body):
    """The committee accepts the case."""

    category: DisputeType | None = Field(
        default=None,
        description="纠纷类型; needed when nobody has classified the case, and otherwise replaces the type",
    )
    clock_started_at: Moment | None = Field(
        default=None,
        description="期限起算时间; for referrals by a court or the traffic police only: when the file was signed for, "
        "or the event that DL§94 names",
    )


class MediatorRequest(Body):
    """Who mediates."""

    mediator_id: Id = Field(description="the mediator's post in the directory")
    chosen_by: MediatorChoice


class TerminationRequest(Body):
    """The case ends without an agreement."""

    reason: TerminationReason
    note: Annotated[str, Text(2000, lines=True)] | None = Field(
        default=None, description="说明; sealed, and never part of a published fact"
    )


class PartyView(BaseModel):
    """A party, masked."""

    id: UUID
    role: PartyRole
    name: str = Field(examples=["王*"])
    phone: str | None = Field(examples=["138****5678"])
    identity_number: str | None
    address: str | None
    stand: ConsentStand | None = Field(description="null: not answered yet")
    answered_at: datetime | None


class Notice(BaseModel):
    """What the parties are to be told once mediation has ended without an agreement (RM§26)."""

    zh: str
    en: str
    ways: tuple[Route, ...] = Field(description="procedures that the type of dispute opens")


class CaseSummary(BaseModel):
    """A case in a list."""

    id: UUID
    number: str = Field(examples=["（2026）窗字第123号"])
    dossier_number: str | None = Field(examples=["（2026）肃人调字第1号"])
    division: str
    tier: Tier
    category: DisputeType | None
    channel: IntakeChannel
    state: MediationState
    registered_at: datetime
    accepted_at: datetime | None


class CaseView(CaseSummary):
    """A case as its handlers see it."""

    version: int = Field(description="as in the ETag; to be given as If-Match")
    people_involved: int
    amount_fen: int | None
    narrative: str
    parties: Sequence[PartyView]
    clock: str | None = Field(description="statutory clock of the mediation")
    mediator_id: UUID | None
    mediator_chosen_by: MediatorChoice | None
    sessions: int = Field(description="sessions held")
    effective_at: datetime | None
    termination_reason: TerminationReason | None
    terminated_at: datetime | None
    notice: Notice | None = Field(description="调解不成告知; null unless mediation ended without an agreement")
    actions: Sequence[Action] = Field(description="what this caller may do next")
    deadlines: Sequence[DeadlineView]
