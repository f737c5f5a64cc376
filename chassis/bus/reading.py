"""From bytes to a fact that a handler can take, or to the reason why not."""

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import orjson
from pydantic import ValidationError

from chassis.bus.dead_letters import Reason, State, Verdict, stored_key
from chassis.bus.handlers import Batched, Delivery, Handler, Handlers
from chassis.bus.inbox import Place
from chassis.bus.protocol import Record
from chassis.security.ciphers import SealBroken
from chassis.security.keys import Keyring, NotOurPair, UnknownKey
from chassis.security.parcels import open_parcel
from contracts.catalog import CATALOG
from contracts.envelope import MAX_BYTES, Envelope, Event
from contracts.topics import TOPICS, PersonalData, Topic

MAX_VERSION: Final = 2**31 - 1
"""What a position can hold."""
MAX_FIELDS_TOLD: Final = 5


class Unreadable(Exception):
    """A record that no retry will make readable."""

    def __init__(self, reason: Reason, detail: str) -> None:
        super().__init__(reason, detail)
        self.verdict = Verdict(State.DEAD, reason, detail)


@dataclass(frozen=True, slots=True)
class Arrival:
    """A record that was read. `delivery` is None when nobody here handles its type: then only its place is noted."""

    record: Record
    topic: Topic
    envelope: Envelope
    delivery: Delivery[Event] | None

    @property
    def place(self) -> Place:
        """The case on its topic: where order holds."""
        return (self.topic.name, self.envelope.subject)

    @property
    def key(self) -> str:
        """The case as letters know it."""
        return stored_key(self.record.key)


@dataclass(frozen=True, slots=True)
class Rejected:
    """A record that could not be read."""

    record: Record
    verdict: Verdict

    @property
    def key(self) -> str:
        """The case as letters know it."""
        return stored_key(self.record.key)


class Reader:
    """Reads records for one service, by its tables of handlers."""

    def __init__(self, tables: Sequence[Handlers], keyring: Keyring | None) -> None:
        handlers: dict[type[Event], list[Handler | Batched]] = {}
        for table in tables:
            for event, handler in table.items():
                handlers.setdefault(event, []).append(handler)
        self.handlers: Mapping[type[Event], Sequence[Handler | Batched]] = handlers
        everyone = [handler for table in tables for handler in table.values()]
        self.batched = tuple(dict.fromkeys(handler for handler in everyone if isinstance(handler, Batched)))
        """Every batch handler once, in the order of the tables."""
        self._types = {event.type for event in handlers}
        self._keyring = keyring

    def is_batched(self, delivery: Delivery[Event]) -> bool:
        """Whether only batch handlers take this fact."""
        return all(isinstance(handler, Batched) for handler in self.handlers[type(delivery.event)])

    def sort(self, record: Record) -> Arrival | Rejected:
        """Read a record, or say what is wrong with it."""
        try:
            return self.read(record)
        except Unreadable as error:
            return Rejected(record, error.verdict)

    def read(self, record: Record) -> Arrival:
        """The fact in a record; raises Unreadable."""
        if len(record.value) > MAX_BYTES:
            raise Unreadable(Reason.TOO_LARGE, f"{len(record.value)} bytes")
        try:
            envelope = Envelope.model_validate_json(record.value)
        except ValidationError as error:
            raise Unreadable(Reason.UNREADABLE, _fields(error)) from None
        topic = _placed(record, envelope)
        if envelope.type not in self._types:
            return Arrival(record, topic, envelope, None)
        event_class = CATALOG.get((envelope.type, envelope.version))
        if event_class is None or event_class not in self.handlers:
            raise Unreadable(Reason.UNKNOWN_VERSION, f"{envelope.type} version {envelope.version}")
        if event_class.topic != topic:
            raise Unreadable(Reason.OUT_OF_PLACE, "topic")
        try:
            event = event_class.model_validate(envelope.data)
        except ValidationError as error:
            raise Unreadable(Reason.INVALID_DATA, f"{envelope.type}: {_fields(error)}") from None
        if event.subject_id != envelope.subject:
            raise Unreadable(Reason.OUT_OF_PLACE, "subject")
        delivery = Delivery(event, envelope, self._particulars(topic, envelope), value=record.value)
        return Arrival(record, topic, envelope, delivery)

    def _particulars(self, topic: Topic, envelope: Envelope) -> dict[str, Any] | None:
        """What was sealed for this service. The seal binds it to its sender, its receiver and its journal entry."""
        if envelope.parcel is None:
            return None
        if topic.personal is not PersonalData.RESTRICTED:
            raise Unreadable(Reason.OUT_OF_PLACE, "parcel")
        if self._keyring is None:
            raise Unreadable(Reason.PARCEL_UNREADABLE, "no keys")
        try:
            opened = open_parcel(
                self._keyring,
                base64.b64decode(envelope.parcel.sealed),
                key_id=envelope.parcel.keyid,
                sender=topic.owner,
                receiver=self._keyring.service,
                entry_id=envelope.id,
            )
            particulars = orjson.loads(opened)
        except (SealBroken, NotOurPair, UnknownKey, ValueError) as error:  # ValueError: no base64, or no JSON
            raise Unreadable(Reason.PARCEL_UNREADABLE, type(error).__name__) from None
        if not isinstance(particulars, dict):
            raise Unreadable(Reason.PARCEL_UNREADABLE, "not an object")
        return particulars


def _placed(record: Record, envelope: Envelope) -> Topic:
    """The topic that the record lies on; raises Unreadable when it is not the sender's or the key not the subject's."""
    topic = TOPICS.get(record.topic)
    if topic is None:
        raise Unreadable(Reason.OUT_OF_PLACE, "topic")
    if envelope.source != topic.source:
        raise Unreadable(Reason.OUT_OF_PLACE, "source")
    if record.key != envelope.partitionkey or record.key != str(envelope.subject):
        raise Unreadable(Reason.OUT_OF_PLACE, "key")
    if not envelope.previous < envelope.sequence <= MAX_VERSION:
        raise Unreadable(Reason.OUT_OF_PLACE, "sequence")
    return topic


def _fields(error: ValidationError) -> str:
    """Which fields were wrong and how, as the schema names them; never a value, nor a name that came with the input."""
    found = error.errors(include_url=False, include_context=False, include_input=False)
    told = [f"{item['loc'][0] if item['loc'] else 'document'} {item['type']}" for item in found[:MAX_FIELDS_TOLD]]
    return ", ".join(told)
