"""What every fact is (`Event`) and what it travels in (`Envelope`, CloudEvents 1.0 in structured JSON mode)."""

import json
from datetime import date, datetime
from typing import Any, ClassVar, Literal, Self, cast
from uuid import UUID

import orjson
from pydantic import BaseModel, ConfigDict, Field

from contracts.fields import DivisionCode, Moment, moment_text
from contracts.topics import Topic

CONTENT_TYPE = "application/cloudevents+json"
"""Content type of a record's value."""
MAX_BYTES = 256 * 1024
"""No record's value is bigger: far below the megabyte that a broker takes, so that it never refuses one for its size.

Nothing bigger is recorded, published or applied.
"""


def _plain(value: object) -> object:
    """Write what JSON has no word for."""
    if isinstance(value, datetime):
        return moment_text(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, UUID):  # a driver's own subclass, as rows hold them
        return str(value)
    if isinstance(value, BaseModel):
        return value.__dict__
    if isinstance(value, frozenset):
        return sorted(value)
    message = f"a fact cannot hold {type(value).__name__}"
    raise TypeError(message)


def canonical_text(data: object) -> str:
    """JSON text that is the same for the same content: keys sorted, no spaces, UTF-8 unescaped, instants in UTC."""
    return orjson.dumps(data, default=_plain, option=orjson.OPT_SORT_KEYS | orjson.OPT_PASSTHROUGH_DATETIME).decode()


class Event(BaseModel):
    """A fact that happened, in the past tense, published by one service on one topic.

    Creating one validates it. Reading one ignores fields it does not know, so that a newer writer may add some.
    """

    model_config = ConfigDict(frozen=True, extra="ignore", use_attribute_docstrings=True)

    type: ClassVar[str]
    version: ClassVar[int] = 1
    topic: ClassVar[Topic]

    @property
    def subject_id(self) -> UUID:
        """The aggregate the fact is about, which is also the record's key: a case or a directory record."""
        return cast("UUID", getattr(self, self.topic.key))

    def canonical(self) -> str:
        """The fact as the text that is hashed, journaled, answered and published; see `canonical_text`."""
        return canonical_text(self.__dict__)


class Parcel(BaseModel):
    """Particulars of people, sealed so that only the receiver of a handover can open them."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    keyid: str = Field(min_length=1, max_length=64)
    """Which handover key, one per pair of sender and receiver, opens it."""
    sealed: str = Field(pattern=r"^[A-Za-z0-9+/]+={0,2}$")
    """The sealed bytes in base64."""


def schema_id(event_type: str, version: int) -> str:
    """Name of the JSON Schema of an event's data, as `dataschema` carries it."""
    return f"urn:onewindow:schema:{event_type}:v{version}"


def envelope_bytes(
    *,
    id: UUID,  # noqa: A002  CloudEvents' own name
    type: str,  # noqa: A002  CloudEvents' own name
    version: int,
    subject: UUID,
    time: datetime,
    sequence: int,
    previous: int,
    recordedat: datetime,
    correlationid: UUID,
    causationid: UUID | None,
    division: str,
    data_text: str,
    parcel: Parcel | None = None,
) -> bytes:
    """The bytes of an envelope around data that is already canonical text, without parsing that text.

    For the relay: what was journaled travels byte for byte. `Envelope.to_bytes` gives the same bytes.
    """
    owner = type.partition(".")[0]
    cause = "" if causationid is None else f'"causationid":"{causationid}",'
    sealed = ""
    if parcel is not None:
        sealed = f'"parcelkeyid":{json.dumps(parcel.keyid, ensure_ascii=False)},"parcelsealed":"{parcel.sealed}",'
    return (
        f'{{"specversion":"1.0","id":"{id}","source":"/onewindow/{owner}","type":"{type}","subject":"{subject}",'
        f'"time":"{moment_text(time)}","dataschema":"{schema_id(type, version)}","datacontenttype":"application/json",'
        f'"partitionkey":"{subject}","sequence":{sequence},"previous":{previous},"dataversion":{version},'
        f'"recordedat":"{moment_text(recordedat)}","correlationid":"{correlationid}",{cause}"division":"{division}",'
        f'{sealed}"data":{data_text}}}'
    ).encode()


class Envelope(BaseModel):
    """CloudEvents 1.0 envelope. Attributes are named as CloudEvents wants: lowercase letters and digits.

    Their values are plain, so the parcel of a handover travels as two attributes, `parcelkeyid` and `parcelsealed`;
    `parcel` joins them.
    """

    model_config = ConfigDict(frozen=True, extra="ignore", use_attribute_docstrings=True)

    specversion: Literal["1.0"] = "1.0"
    """Version of CloudEvents."""
    id: UUID
    """Id of the journal entry; a record delivered again has the same one."""
    source: str = Field(pattern=r"^/onewindow/[a-z]+$")
    """The service that states the fact."""
    type: str = Field(pattern=r"^[a-z]+\.[a-z]+(_[a-z]+)*$")
    """Which fact it is, such as `intake.case_registered`."""
    subject: UUID
    """The case or the directory record the fact is about."""
    time: Moment
    """When it happened (发生时间), which may be earlier than when it was recorded."""
    dataschema: str = Field(max_length=200)
    """Name of the JSON Schema of `data`."""
    datacontenttype: Literal["application/json"] = "application/json"
    """Form of `data`."""
    partitionkey: str = Field(max_length=64)
    """The record's key; equal to `subject`."""
    sequence: int = Field(ge=1, strict=True)
    """Version of the aggregate after this fact; counts its facts on every topic."""
    previous: int = Field(ge=0, strict=True)
    """`sequence` of the aggregate's previous fact on the same topic, 0 for the first: a gap shows as a mismatch."""
    dataversion: int = Field(ge=1, strict=True)
    """Major version of the event type."""
    recordedat: Moment
    """When it was recorded (登记时间)."""
    correlationid: UUID
    """Joins all facts that follow from one request."""
    causationid: UUID | None = None
    """Id of the fact this one answers; absent when a person or the clock caused it."""
    division: DivisionCode
    """Division whose business the fact is."""
    parcelkeyid: str | None = Field(default=None, min_length=1, max_length=64)
    """Restricted topics only: which handover key opens the parcel."""
    parcelsealed: str | None = Field(default=None, pattern=r"^[A-Za-z0-9+/]+={0,2}$")
    """Restricted topics only: the sealed particulars, base64."""
    data: dict[str, Any]
    """The fact itself, by the schema of its type and version."""

    @classmethod
    def of(
        cls,
        event: Event,
        *,
        id: UUID,  # noqa: A002  CloudEvents' own name
        time: datetime,
        recordedat: datetime,
        sequence: int,
        previous: int,
        division: str,
        correlationid: UUID,
        causationid: UUID | None = None,
        parcel: Parcel | None = None,
    ) -> Self:
        """Put an event into its envelope."""
        return cls(
            id=id,
            source=event.topic.source,
            type=event.type,
            subject=event.subject_id,
            time=time,
            dataschema=schema_id(event.type, event.version),
            partitionkey=str(event.subject_id),
            sequence=sequence,
            previous=previous,
            dataversion=event.version,
            recordedat=recordedat,
            correlationid=correlationid,
            causationid=causationid,
            division=division,
            parcelkeyid=None if parcel is None else parcel.keyid,
            parcelsealed=None if parcel is None else parcel.sealed,
            data=orjson.loads(event.canonical()),
        )

    @property
    def version(self) -> int:
        """Major version of the event type, as the catalog is keyed."""
        return self.dataversion

    @property
    def parcel(self) -> Parcel | None:
        """The sealed particulars, on a restricted topic."""
        if self.parcelkeyid is None or self.parcelsealed is None:
            return None
        return Parcel(keyid=self.parcelkeyid, sealed=self.parcelsealed)

    def to_bytes(self) -> bytes:
        """The record's value; reading it back gives an equal envelope."""
        return envelope_bytes(
            id=self.id,
            type=self.type,
            version=self.dataversion,
            subject=self.subject,
            time=self.time,
            sequence=self.sequence,
            previous=self.previous,
            recordedat=self.recordedat,
            correlationid=self.correlationid,
            causationid=self.causationid,
            division=self.division,
            data_text=canonical_text(self.data),
            parcel=self.parcel,
        )
