"""Every event is bounded far below what a record may have: no legal value makes it too large to publish."""

import re
from re import _parser as parser
from typing import Any
from uuid import UUID

import pytest

from chassis.journal.record import ENVELOPE_BYTES
from contracts.catalog import EVENTS
from contracts.codes import Tier
from contracts.envelope import MAX_BYTES, Envelope, Event, Parcel
from contracts.mediation.cases import MediationOpened
from contracts.publication.schemas import event_schema
from tests.chassis.conftest import NOON, WOBEI

BYTES_OF_A_CHARACTER = 6
"""As JSON at its worst: an escape."""
FORMATS = {"uuid": 36, "date": 10, "date-time": 35}
NUMBER = 25
SETS_OF_CODES = {("intake.staff_recorded", "roles")}
"""Lists of codes whose length the request bounds, below the number of codes, and not the fact."""


def most(schema: dict[str, Any], definitions: dict[str, Any], path: tuple[str, ...]) -> int:
    """The most bytes that a value of this schema has as JSON text."""
    if "$ref" in schema:
        return most(definitions[schema["$ref"].rpartition("/")[2]], definitions, path)
    if "anyOf" in schema:
        return max(most(one, definitions, path) for one in schema["anyOf"])
    if "const" in schema or "enum" in schema:
        return max(len(str(value)) for value in schema.get("enum", [schema.get("const")])) * BYTES_OF_A_CHARACTER
    if schema["type"] == "object":
        parts = schema["properties"].items()
        return 2 + sum(len(name) + 4 + most(part, definitions, (*path, name)) for name, part in parts)
    if schema["type"] == "array":
        return 2 + _items(schema, definitions, path) * (1 + most(schema["items"], definitions, path))
    return 2 + _longest(schema, path) * BYTES_OF_A_CHARACTER if schema["type"] == "string" else NUMBER


def _items(schema: dict[str, Any], definitions: dict[str, Any], path: tuple[str, ...]) -> int:
    if path in SETS_OF_CODES or schema.get("uniqueItems"):
        return len(definitions[schema["items"]["$ref"].rpartition("/")[2]]["enum"])
    assert "maxItems" in schema, f"{path} is a list without an end"
    return int(schema["maxItems"])


def _longest(schema: dict[str, Any], path: tuple[str, ...]) -> int:
    if "format" in schema:
        return FORMATS[schema["format"]]
    if "maxLength" in schema:
        return int(schema["maxLength"])
    longest = int(parser.parse(re.compile(schema["pattern"]).pattern).getwidth()[1])
    assert longest < MAX_BYTES, f"{path} is a text without an end"
    return longest


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: event.type)
def test_no_legal_event_is_too_large_to_publish(event: type[Event]) -> None:
    schema = event_schema(event)
    assert most(schema, schema.get("$defs", {}), (event.type,)) + ENVELOPE_BYTES < MAX_BYTES // 8


def test_an_envelope_adds_less_than_is_reckoned_with() -> None:
    event = MediationOpened(case_id=UUID(int=1), division=WOBEI, tier=Tier.TOWNSHIP, number="（2026）肃窗字第1号")
    envelope = Envelope.of(
        event,
        id=UUID(int=2),
        time=NOON,
        recordedat=NOON,
        sequence=2**31 - 1,
        previous=2**31 - 2,
        division=WOBEI,
        correlationid=UUID(int=3),
        causationid=UUID(int=4),
        parcel=Parcel(keyid="密" * 64, sealed="c2VhbGVk"),
    )
    names = len(max((event.type for event in EVENTS), key=len)) * 2
    assert len(envelope.to_bytes()) - len(event.canonical().encode()) + names < ENVELOPE_BYTES
