"""Bodies of requests about cases, and what is shown of a case: particulars masked unless a reason was recorded."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from chassis.http.bodies import Body, Code12, Day, Moment, Text
from chassis.http.views import DeadlineView
from chassis.security import masking
from contracts.codes import (
    CaseKind,
    CaseOutcome,
    CaseProgress,
    CaseState,
    ConcludingService,
    DisputeType,
    DissatisfactionReason,
    EvaluatedUnit,
    EventScale,
    IntakeChannel,
    PartyRole,
    PetitionCategory,
    Route,
    Satisfaction,
    Tier,
)
from contracts.demonstration import TOWNSHIP
from services.intake.cases.domain import NewCase, NewParty
from services.intake.cases.queries import CaseRow, EvaluationRow, Particulars

BATCH: int = 200
PARTIES: int = 50
EXAMPLE: Mapping[str, Any] = {
    "kind": "DISPUTE",
    "channel": "WINDOW",
    "category": "NEIGHBOR",
    "division": TOWNSHIP,
    "title": "宅基地边界纠纷",
    "narrative": "两家宅基地相邻，一方翻建房屋时外墙越过旧界约三十厘米，双方协商两次未果，请求调解。",
    "people_involved": 5,
    "amount_fen": 350000,
    "occurred_on": "2026-01-05",
    "parties": [
        {
            "role": "APPLICANT",
            "name": "王小明",
            "phone": "13900000001",
            "identity_number": "130926197901010024",
            "address": "肃宁县窝北镇示范村12号",
        },
        {"role": "RESPONDENT", "name": "李大壮", "phone": "13900000002"},
    ],
}
"""A case as a clerk of the demonstration's county registers it; nobody of these names, with numbers nobody has."""


class PartyBody(Body):
    """A party as told at the window."""

    role: PartyRole
    name: Annotated[str, Text(100)]
    phone: Annotated[str, Text(32)] | None = Field(default=None, description="手机号码，或带区号的固定电话")
    identity_number: Annotated[str, Text(32)] | None = Field(default=None, description="公民身份号码，18 位")
    address: Annotated[str, Text(300)] | None = None


class SourceBody(Body):
    """Where an imported case came from. Unique: the same record is registered once."""

    name: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,31}$", examples=["messages"])]
    id: Annotated[str, Field(pattern=r"^[A-Za-z0-9_.-]{1,64}$", examples=["188006"])]
    author: Annotated[str, Text(64)] | None = Field(
        default=None, description="the source's own code for whoever wrote it; kept in the row, never published"
    )


class RegisterRequest(Body):
    """What was brought to the window."""

    model_config = ConfigDict(json_schema_extra={"examples": [dict(EXAMPLE)]})

    kind: CaseKind
    channel: IntakeChannel
    division: Code12 = Field(description="where it happened or, if that is unknown, where it was brought")
    narrative: Annotated[str, Text(10_000, lines=True)] = Field(description="what was told (事由), faithfully")
    title: Annotated[str, Text(200)] | None = None
    category: DisputeType | None = Field(default=None, description="disputes only; null until classified")
    petition_category: PetitionCategory | None = Field(
        default=None, description="petitions only, and required there; accusations are told where to go (XF§29-31)"
    )
    tier: Tier | None = Field(default=None, description="null: that of the division")
    people_involved: Annotated[int, Field(ge=1, le=1_000_000)] | None = Field(
        default=None, description="persons, parties included; null: the parties"
    )
    visitors: Annotated[int, Field(ge=1, le=1_000_000)] | None = Field(
        default=None, description="petitions only: who came or signed, in person-times (人次)"
    )
    amount_fen: Annotated[int, Field(ge=0, le=10**15)] | None = Field(default=None, description="in fen 分")
    scale: EventScale | None = None
    occurred_on: Day | None = None
    received_at: Moment | None = Field(
        default=None, description="when it was received, if before now: collected offline, or a letter of yesterday"
    )
    parties: Annotated[tuple[PartyBody, ...], Field(max_length=PARTIES)] = ()
    source: SourceBody | None = None

    def told(self) -> NewCase:
        """The case for the command."""
        return NewCase(
            kind=self.kind,
            channel=self.channel,
            division=self.division,
            narrative=self.narrative,
            parties=[
                NewParty(party.role, party.name, None, party.phone, party.identity_number, party.address)
                for party in self.parties
            ],
            category=self.category,
            petition_category=self.petition_category,
            tier=self.tier,
            people_involved=self.people_involved,
            visitors=self.visitors,
            amount_fen=self.amount_fen,
            scale=self.scale,
            occurred_on=self.occurred_on,
            received_at=self.received_at,
            title=self.title,
            source=None if self.source is None else self.source.name,
            source_id=None if self.source is None else self.source.id,
            source_author=None if self.source is None else self.source.author,
        )


class CaseReceipt(BaseModel):
    """A case has been registered, which is not to say accepted (登记不等于受理)."""

    id: UUID
    number: str = Field(description="official number 登记编号", examples=["（2026）窗字第1号"])
    receipt_code: str = Field(
        description="with it and the telephone number the person asks how the case stands (一案一码)",
        examples=["7KQ2MZ9XW4TB"],
    )
    receipt: str = Field(description="hash of the journal entry: whoever keeps it can prove that the entry existed")
    registered: dict[str, Any] = Field(description="the fact as journaled and published: intake.case_registered")


class BatchItem(Body):
    """A case collected offline, under its own key."""

    key: Annotated[str, Field(pattern=r"^[\x21-\x7e]{8,128}$", description="Idempotency-Key of this case")]
    case: dict[str, Any] = Field(description="as for registering one case; what is wrong with it is its own result")


class BatchRequest(Body):
    """Cases that a phone or an import collected; each one succeeds or fails alone."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"items": [{"key": "phone-7-1", "case": dict(EXAMPLE)}]}]}
    )

    items: Annotated[tuple[BatchItem, ...], Field(min_length=1, max_length=BATCH)]


class BatchResult(BaseModel):
    """What became of one case of a batch."""

    key: str
    status: int = Field(description="as if the case had been sent alone", examples=[201])
    repeated: bool | None = Field(default=None, description="with 201: whether it had been registered before")
    case: CaseReceipt | None = Field(default=None, description="with 201")
    id: UUID | None = Field(default=None, description="with already_registered: the case, for whoever may see it")
    problem: dict[str, Any] | None = Field(default=None, description="otherwise")


class BatchAnswer(BaseModel):
    """Results in the order of the request."""

    items: list[BatchResult]


class SatisfactionRequest(Body):
    """What the person said of one unit's handling."""

    of: EvaluatedUnit
    satisfaction: Satisfaction
    reason_code: DissatisfactionReason | None = Field(default=None, description="with DISSATISFIED only")


class PartyView(BaseModel):
    """A party, masked."""

    id: UUID
    role: PartyRole
    name: str = Field(examples=["王*"])
    phone: str | None = Field(examples=["138****5678"])
    identity_number: str | None
    address: str | None

    @classmethod
    def masked(cls, party: Particulars) -> Self:
        """What is shown of a party to whoever has stated no reason."""
        return cls(
            id=party.id,
            role=party.role,
            name=masking.mask_name(party.name),
            phone=None if party.phone is None else masking.mask_phone(party.phone),
            identity_number=None if party.identity_number is None else masking.mask_identity(party.identity_number),
            address=None if party.address is None else masking.mask_address(party.address),
        )


class ParticularsView(BaseModel):
    """A case's particulars in clear. That they were read, by whom and for what, has been recorded."""

    id: UUID
    receipt_code: str
    parties: Sequence[PartyView]


class CaseSummary(BaseModel):
    """A case in a list."""

    id: UUID
    number: str = Field(examples=["（2026）窗字第1号"])
    kind: CaseKind
    channel: IntakeChannel
    category: DisputeType | None
    petition_category: PetitionCategory | None
    division: str
    tier: Tier
    state: CaseState
    route: Route | None
    progress: CaseProgress | None = Field(description="how far the service that has the case has come")
    outcome: CaseOutcome | None
    title: str | None
    people_involved: int
    registered_at: datetime


class CaseItem(CaseSummary):
    """A case in a list, with its first party."""

    first_party: str | None = Field(description="name, masked", examples=["王*"])


class EvaluationView(BaseModel):
    """What was said of one unit's handling."""

    of: EvaluatedUnit
    satisfaction: Satisfaction
    reason_code: DissatisfactionReason | None
    recorded_at: datetime

    @classmethod
    def of_row(cls, row: EvaluationRow) -> Self:
        """The evaluation as it is stored."""
        return cls.model_validate(row.model_dump() | {"of": row.unit})


class CaseView(CaseSummary):
    """A case as staff of its jurisdiction see it."""

    version: int = Field(description="as in the ETag; to be given as If-Match")
    narrative: str
    visitors: int | None
    amount_fen: int | None
    scale: EventScale | None
    occurred_on: date | None
    received_at: datetime
    source: str | None = Field(examples=["messages:188006"])
    parties: Sequence[PartyView]
    organisation_id: UUID | None
    resolved: bool | None = Field(description="whether the substance is settled; concluded is not resolved")
    concluded_by: ConcludingService | None
    concluded_at: datetime | None
    evaluations: Sequence[EvaluationView]
    actions: Sequence[str] = Field(description="what this caller may do next", examples=[["route"]])
    deadlines: Sequence[DeadlineView]

    @classmethod
    def of(cls, case: CaseRow, **beside: object) -> Self:
        """The case as it is stored, with what stands beside its row."""
        source = None if case.source is None else f"{case.source}:{case.source_id}"
        return cls.model_validate(case.model_dump() | {"source": source} | beside)
