"""Old records still load: every frozen sample is carried whole by today's class."""

import json
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator, FormatChecker

from contracts.catalog import CATALOG, EVENTS
from contracts.envelope import Envelope, Event
from contracts.publication.samples import SAMPLES, sample, sample_path
from contracts.publication.schemas import event_schema
from contracts.topics import PersonalData

FROZEN = sorted(SAMPLES.glob("*.json"))


def test_there_is_one_sample_per_type_and_version() -> None:
    assert sorted(sample_path(event) for event in EVENTS) == FROZEN


@pytest.mark.parametrize("path", FROZEN, ids=lambda path: path.stem)
def test_todays_class_carries_every_value(path: Path) -> None:
    record = json.loads(path.read_text("utf-8"))
    envelope = Envelope.model_validate_json(path.read_text("utf-8"))
    read = CATALOG[envelope.type, envelope.version].model_validate(envelope.data)
    written = json.loads(read.canonical())
    # Values are compared, because a reader that ignores unknown fields would hide a removed one.
    assert {field: written.get(field, "is gone") for field in record["data"]} == record["data"]


@pytest.mark.parametrize("path", FROZEN, ids=lambda path: path.stem)
def test_the_envelope_carries_every_attribute(path: Path) -> None:
    record = json.loads(path.read_text("utf-8"))
    written = json.loads(Envelope.model_validate(record).to_bytes())
    assert {name: written.get(name, "is gone") for name in record} == record


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: event.type)
def test_the_published_schema_accepts_the_sample(event: type[Event]) -> None:
    schema = event_schema(event)
    Draft202012Validator.check_schema(schema)
    Draft202012Validator(schema, format_checker=FormatChecker()).validate(sample(event)["data"])


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: event.type)
def test_a_parcel_travels_on_restricted_topics_only(event: type[Event]) -> None:
    restricted = event.topic.personal is PersonalData.RESTRICTED
    assert (Envelope.model_validate(sample(event)).parcel is not None) == restricted
