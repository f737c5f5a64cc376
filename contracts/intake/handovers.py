"""Cases handed to the service that will treat them, with people's particulars sealed for that service alone."""

from typing import ClassVar, Literal, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from contracts.codes import DisputeType, IntakeChannel, PartyRole, PetitionCategory, Tier
from contracts.envelope import Event, canonical_text
from contracts.fields import ClockId, Count, DivisionCode, Fen, Flag, Moment, OfficialNumber, People
from contracts.topics import INTAKE_HANDOVERS, Topic


class HandoverParty(BaseModel):
    """One party as the receiving service must know them. Personal data: only ever inside a sealed parcel."""

    model_config = ConfigDict(frozen=True, extra="ignore", use_attribute_docstrings=True)

    party_id: UUID
    """The party's id, the same in every service."""
    role: PartyRole
    """Capacity in the case."""
    name: str = Field(min_length=1, max_length=100)
    """Name 姓名."""
    phone: str | None = Field(default=None, max_length=32)
    """Telephone number 联系电话."""
    identity_number: str | None = Field(default=None, max_length=32)
    """Number of the identity document 证件号码."""
    address: str | None = Field(default=None, max_length=300)
    """Address 住址."""


class HandoverParticulars(BaseModel):
    """What a parcel holds once it is opened. Personal data: never journaled, logged or published in clear."""

    model_config = ConfigDict(frozen=True, extra="ignore", use_attribute_docstrings=True)

    parties: tuple[HandoverParty, ...]
    """The parties of the case."""
    narrative: str = Field(max_length=20_000)
    """What was told 概况."""

    def to_bytes(self) -> bytes:
        """The plain text to seal."""
        return canonical_text(self.__dict__).encode()

    @classmethod
    def from_bytes(cls, plain: bytes) -> Self:
        """Read an opened parcel; a pydantic `ValidationError` says that it is none."""
        return cls.model_validate_json(plain)


class MediationRequested(Event):
    """Intake handed a case to people's mediation 移交调解; the parties are yet to be asked for their consent."""

    type: ClassVar[str] = "intake.mediation_requested"
    topic: ClassVar[Topic] = INTAKE_HANDOVERS

    case_id: UUID
    """The case."""
    number: OfficialNumber
    """Official number."""
    division: DivisionCode
    """Division of the case."""
    tier: Tier
    """Level that shall mediate."""
    category: DisputeType | None = None
    """Type of dispute; null when not classified."""
    channel: IntakeChannel
    """By which door it came: decides which statutory clock applies to a referral."""
    clock: ClockId | None = None
    """Statutory clock, when the way it came fixes it; null: mediation chooses by type."""
    people_involved: People
    """People involved, in persons."""
    amount_fen: Fen | None = None
    """Amount in dispute, in fen."""
    parties: Count
    """Number of parties in the parcel."""
    registered_at: Moment
    """When the case was registered."""
    receiver: Literal["mediation"] = "mediation"
    """Service that alone can open the parcel."""


class PetitionRequested(Event):
    """Intake handed a petition matter to the petition department 移交信访."""

    type: ClassVar[str] = "intake.petition_requested"
    topic: ClassVar[Topic] = INTAKE_HANDOVERS

    case_id: UUID
    """The case."""
    number: OfficialNumber
    """Official number."""
    division: DivisionCode
    """Division of the matter."""
    category: PetitionCategory
    """Legal category."""
    channel: IntakeChannel
    """By which door it came."""
    visitors: People
    """Petitioners who came or signed 信访人数, in person-times (人次)."""
    registered_at: Moment
    """When the matter was registered: the 15 days of art. 22 run from here."""
    received_at: Moment | None = None
    """When it was received, if before it was registered: the notice of art. 23 is owed from here, whoever owes it."""
    notice_missed: Flag = False
    """Whether that notice was late already at the window, which has put it on record: nobody does so again."""
    receiver: Literal["petition"] = "petition"
    """Service that alone can open the parcel."""
