"""The AsyncAPI document is well formed, every reference in it leads somewhere, and its schemas accept the samples."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from jsonschema import Draft7Validator, FormatChecker, ValidationError

from contracts import generate
from contracts.catalog import EVENTS
from contracts.envelope import Event
from contracts.publication.samples import sample
from contracts.topics import TOPICS

DOCUMENT: dict[str, Any] = json.loads((generate.ROOT / generate.GENERATED / "asyncapi.json").read_text("utf-8"))

# What AsyncAPI 3.0 allows in each object; a key outside it makes strict tools refuse the document.
ROOT = {"asyncapi", "id", "info", "servers", "defaultContentType", "channels", "operations", "components"}
CHANNEL = {"address", "messages", "title", "summary", "description", "servers", "parameters", "tags", "bindings"}
OPERATION = {
    "action",
    "channel",
    "title",
    "summary",
    "description",
    "security",
    "tags",
    "bindings",
    "messages",
    "reply",
}
MESSAGE = {
    "headers",
    "payload",
    "correlationId",
    "contentType",
    "name",
    "title",
    "summary",
    "description",
    "tags",
    "externalDocs",
    "bindings",
    "examples",
    "traits",
}


def own(found: dict[str, Any]) -> set[str]:
    return {key for key in found if not key.startswith("x-")}


def references(part: Any) -> Iterator[str]:
    if isinstance(part, dict):
        if isinstance(part.get("$ref"), str):
            yield part["$ref"]
        for inner in part.values():
            yield from references(inner)
    elif isinstance(part, list):
        for inner in part:
            yield from references(inner)


def resolve(reference: str) -> Any:
    assert reference.startswith("#/")
    found: Any = DOCUMENT
    for step in reference[2:].split("/"):
        found = found[step]
    return found


def channel_of(event: type[Event]) -> dict[str, Any]:
    (found,) = (channel for channel in DOCUMENT["channels"].values() if channel["address"] == event.topic.name)
    return found  # type: ignore[no-any-return]


def payload_schema(event: type[Event]) -> dict[str, Any]:
    message = DOCUMENT["components"]["messages"][f"{event.type}.v{event.version}"]
    return {**message["payload"], "components": DOCUMENT["components"]}


def test_the_document_is_shaped_as_asyncapi_3() -> None:
    assert DOCUMENT["asyncapi"] == "3.0.0"
    assert own(DOCUMENT) <= ROOT
    assert {"title", "version"} <= DOCUMENT["info"].keys()
    for channel in DOCUMENT["channels"].values():
        assert own(channel) <= CHANNEL
    for operation in DOCUMENT["operations"].values():
        assert own(operation) <= OPERATION
        assert operation["action"] == "send"
    for message in DOCUMENT["components"]["messages"].values():
        assert own(message) <= MESSAGE
    for group in DOCUMENT["components"].values():
        assert all(re.fullmatch(r"[\w.\-]+", name) for name in group)


def test_every_reference_leads_somewhere() -> None:
    found = set(references(DOCUMENT))
    assert found
    for reference in found:
        resolve(reference)


def test_an_operation_sends_only_messages_of_its_channel() -> None:
    for operation in DOCUMENT["operations"].values():
        channel = operation["channel"]["$ref"]
        assert all(message["$ref"].startswith(f"{channel}/messages/") for message in operation["messages"])
        assert len(operation["messages"]) == len(resolve(channel)["messages"])


def test_every_topic_is_a_channel_with_its_owner_key_and_retention() -> None:
    assert {channel["address"] for channel in DOCUMENT["channels"].values()} == TOPICS.keys()
    for channel in DOCUMENT["channels"].values():
        topic, kafka = TOPICS[channel["address"]], channel["bindings"]["kafka"]
        assert channel["x-owner"] == topic.owner
        assert channel["x-personal-data"] == topic.personal.value
        assert kafka["topicConfiguration"]["cleanup.policy"] == [topic.settings["cleanup.policy"]]
        assert str(kafka["topicConfiguration"]["retention.ms"]) == topic.settings["retention.ms"]


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: event.type)
def test_every_event_is_a_message_of_its_channel(event: type[Event]) -> None:
    assert f"{event.type}.v{event.version}" in channel_of(event)["messages"]


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: event.type)
def test_the_payload_accepts_the_sample_and_nothing_of_another_type(event: type[Event]) -> None:
    schema = payload_schema(event)
    Draft7Validator.check_schema(schema)
    validator = Draft7Validator(schema, format_checker=FormatChecker())
    validator.validate(sample(event))
    with pytest.raises(ValidationError):
        validator.validate(sample(event) | {"type": "intake.something_else"})
    with pytest.raises(ValidationError):
        validator.validate(sample(event) | {"data": {}})
