"""Bodies of requests about agreements, and what is shown of one."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, Field

from chassis.http.bodies import Body, Id, Moment, Text
from contracts.codes import AgreementForm

MOST_PARTIES = 200


class AgreementRequest(Body):
    """The parties agreed on terms."""

    form: AgreementForm = Field(description="an oral one takes effect at once; some types must be written")
    terms: Annotated[str, Text(20_000, lines=True)] = Field(description="协议内容; never part of a published fact")
    partial: bool = Field(default=False, description="部分协议: a part of the dispute stays open")
    reached_at: Moment | None = Field(default=None, description="now, when left out")


class SignatureRequest(Body):
    """A party's signature, seal or fingerprint."""

    party_id: Id
    signed_at: Moment | None = Field(default=None, description="now, when left out")


class Mark(Body):
    """A signature or seal on the agreement."""

    at: Moment | None = Field(default=None, description="now, when left out")


class EffectRequest(Body):
    """What makes a written agreement bind: it takes effect with the last of these (人民调解法第二十九条、第三十条)."""

    signatures: Annotated[list[SignatureRequest], Field(max_length=MOST_PARTIES)] = Field(
        description="one of every party"
    )
    mediator_signature: Mark | None = Field(default=None, description="人民调解员签名; `{}`: signed now")
    seal: Mark | None = Field(default=None, description="人民调解委员会印章; `{}`: affixed now")


class SignatureView(BaseModel):
    """A party's signature."""

    party_id: UUID
    signed_at: datetime


class AgreementView(BaseModel):
    """The agreement of a case."""

    id: UUID = Field(description="the case")
    form: AgreementForm
    partial: bool
    terms: str
    reached_at: datetime
    signatures: Sequence[SignatureView]
    mediator_signed_at: datetime | None
    seal_affixed_at: datetime | None
    effective_at: datetime | None
    confirmation_until: date | None = Field(
        description="last day on which the parties may together apply for judicial confirmation (RM§33)"
    )
