"""The AsyncAPI 3.0 document: channels, messages and what each service publishes."""

from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from contracts.catalog import EVENTS
from contracts.envelope import CONTENT_TYPE, Envelope, Event
from contracts.publication.samples import sample
from contracts.publication.schemas import label_codes
from contracts.topics import TOPICS, Topic

BINDING = "0.5.0"

DESCRIPTION = """\
Facts of OneWindow (一窗), the county's one window for disputes and petitions. Every record is a CloudEvents 1.0
envelope in structured JSON mode. Delivery is at least once: drop repeats by `id`. Order holds within one record key
(`subject`), never across keys or topics."""


def asyncapi() -> dict[str, Any]:
    """The whole document."""
    topics = list(TOPICS.values())
    return {
        "asyncapi": "3.0.0",
        "info": {"title": "OneWindow 一窗", "version": "1.0.0", "description": DESCRIPTION},
        "defaultContentType": CONTENT_TYPE,
        "channels": {_channel_id(topic): _channel(topic) for topic in topics},
        "operations": {f"publish_{_channel_id(topic)}": _operation(topic) for topic in topics},
        "components": {
            "messages": {_message_id(event): _message(event) for event in EVENTS},
            "schemas": _schemas(),
        },
    }


def _channel_id(topic: Topic) -> str:
    return topic.name.removeprefix("onewindow.").replace(".", "_")


def _message_id(event: type[Event]) -> str:
    return f"{event.type}.v{event.version}"


def _channel(topic: Topic) -> dict[str, Any]:
    settings = topic.settings
    return {
        "address": topic.name,
        "title": topic.aggregate,
        "description": topic.description,
        "messages": {
            _message_id(event): {"$ref": f"#/components/messages/{_message_id(event)}"}
            for event in EVENTS
            if event.topic is topic
        },
        "bindings": {
            "kafka": {
                "topic": topic.name,
                "topicConfiguration": {
                    "cleanup.policy": [settings["cleanup.policy"]],
                    "retention.ms": int(settings["retention.ms"]),
                },
                "bindingVersion": BINDING,
            }
        },
        "x-owner": topic.owner,
        "x-personal-data": topic.personal.value,
    }


def _operation(topic: Topic) -> dict[str, Any]:
    channel = _channel_id(topic)
    return {
        "action": "send",
        "channel": {"$ref": f"#/channels/{channel}"},
        "summary": f"{topic.owner} publishes; no other service does.",
        "messages": [
            {"$ref": f"#/channels/{channel}/messages/{_message_id(event)}"} for event in EVENTS if event.topic is topic
        ],
    }


def _message(event: type[Event]) -> dict[str, Any]:
    text = (event.__doc__ or "").strip()
    return {
        "name": event.type,
        "title": event.__name__,
        "summary": text.splitlines()[0],
        "description": text,
        "contentType": CONTENT_TYPE,
        "tags": [{"name": event.topic.owner}],
        "correlationId": {"location": "$message.payload#/correlationid"},
        "payload": {
            "allOf": [
                {"$ref": "#/components/schemas/Envelope"},
                {
                    "type": "object",
                    "properties": {
                        "type": {"const": event.type},
                        "dataversion": {"const": event.version},
                        "data": {"$ref": f"#/components/schemas/{event.__name__}"},
                    },
                },
            ]
        },
        "bindings": {"kafka": {"key": {"type": "string", "format": "uuid"}, "bindingVersion": BINDING}},
        "examples": [{"name": event.__name__, "payload": sample(event)}],
    }


def _schemas() -> dict[str, Any]:
    models: tuple[type[BaseModel], ...] = (Envelope, *EVENTS)
    _, found = models_json_schema(
        [(model, "validation") for model in models],
        ref_template="#/components/schemas/{model}",
    )
    definitions: dict[str, Any] = found["$defs"]
    label_codes(definitions)
    return dict(sorted(definitions.items()))
