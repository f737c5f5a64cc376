"""JSON Schemas (draft 2020-12) of every event, of the envelope and of what a parcel holds."""

from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel

from contracts.catalog import EVENTS
from contracts.codes import LABELS
from contracts.envelope import Envelope, Event, schema_id
from contracts.intake.handovers import HandoverParticulars
from contracts.roles import Role

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def label_codes(definitions: dict[str, Any]) -> None:
    """Put the Chinese and English labels of each code table beside its codes, under `x-labels`."""
    tables = {**LABELS, "Role": {role.value: role.label for role in Role}}
    for name, definition in definitions.items():
        if name in tables:
            definition["x-labels"] = {code: label._asdict() for code, label in tables[name].items()}


def _schema(model: type[BaseModel], identifier: str) -> dict[str, Any]:
    schema = model.model_json_schema()
    label_codes(schema.get("$defs", {}))
    return {"$schema": DIALECT, "$id": identifier} | schema


def event_schema(event: type[Event]) -> dict[str, Any]:
    """Schema of an event's data. Unknown fields are allowed: a newer writer may add some within a major version."""
    owner = {"x-owner": event.topic.owner, "x-topic": event.topic.name, "x-personal-data": event.topic.personal.value}
    return _schema(event, schema_id(event.type, event.version)) | owner


def schemas() -> Iterator[tuple[str, dict[str, Any]]]:
    """Every published schema with the name of its file."""
    for event in EVENTS:
        yield f"{event.type}.v{event.version}.schema.json", event_schema(event)
    yield "envelope.v1.schema.json", _schema(Envelope, schema_id("envelope", 1))
    yield (
        "intake.handover_particulars.v1.schema.json",
        _schema(HandoverParticulars, schema_id("intake.handover_particulars", 1)),
    )
