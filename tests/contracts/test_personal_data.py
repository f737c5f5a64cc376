"""No event has room for a person's name, number, address or words, on whatever topic its data is journaled."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from contracts.catalog import EVENTS
from contracts.envelope import Event
from contracts.publication.schemas import event_schema

NAMES_OF_PLACES_AND_ORGANISATIONS = {
    ("intake.division_recorded", "name"),
    ("intake.organisation_recorded", "name"),
    ("intake.staff_recorded", "post"),
    ("intake.grid_recorded", "name"),
}

# fmt: off
PERSONAL_WORDS = frozenset({
    "name", "phone", "mobile", "telephone", "email", "address", "identity", "idcard", "passport", "birth",
    "birthday", "gender", "sex", "ethnicity", "health", "narrative", "description", "text", "note", "notes",
    "remark", "comment", "opinion", "author", "nickname", "location", "latitude", "longitude", "photo",
})
# fmt: on

CANARIES = [
    "张伟",
    "欧阳建国",
    "13812345678",
    "0317-5021234",
    "130926199001011234",
    "13092619900101123X",
    "河北省沧州市肃宁县梁家村镇东街12号",
    "邻居家排水沟堵塞，多次协商没有结果",
]


def fields(schema: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every field with each of the plain types it may have; references, alternatives and lists are followed."""
    for name, field in schema["properties"].items():
        yield from ((name, kind) for kind in plain(field, schema.get("$defs", {})))


def plain(field: dict[str, Any], definitions: dict[str, Any]) -> Iterator[dict[str, Any]]:
    if "$ref" in field:
        yield from plain(definitions[field["$ref"].rpartition("/")[2]], definitions)
    elif "anyOf" in field:
        for part in field["anyOf"]:
            yield from plain(part, definitions)
    elif field.get("type") == "array":
        yield from plain(field["items"], definitions)
    else:
        yield field


def suspects(event_type: str, schema: dict[str, Any]) -> list[str]:
    """Fields whose name or type could carry something about a person."""
    found = []
    for name, kind in fields(schema):
        if (event_type, name) in NAMES_OF_PLACES_AND_ORGANISATIONS:
            continue
        if PERSONAL_WORDS & set(name.split("_")):
            found.append(f"{name}: is called like personal data")
        if kind.get("type") not in {"string", "integer", "boolean", "null"} and "const" not in kind:
            found.append(f"{name}: may hold anything")
        if kind.get("type") == "string" and not kind.keys() & {"enum", "const", "pattern", "format"}:
            found.append(f"{name}: is free text")
    return found


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: event.type)
def test_no_field_can_carry_personal_data(event: type[Event]) -> None:
    assert suspects(event.type, event_schema(event)) == []


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: event.type)
@pytest.mark.parametrize("canary", CANARIES)
def test_no_field_accepts_a_name_a_number_an_address_or_a_story(event: type[Event], canary: str) -> None:
    for name, field in event.model_fields.items():
        if (event.type, name) in NAMES_OF_PLACES_AND_ORGANISATIONS:
            continue
        for form in (canary, [canary], {"value": canary}):
            with pytest.raises(ValidationError):
                TypeAdapter(field.rebuild_annotation()).validate_python(form)


@pytest.mark.parametrize("pair", sorted(NAMES_OF_PLACES_AND_ORGANISATIONS))
def test_the_exceptions_exist(pair: tuple[str, str]) -> None:
    event_type, name = pair
    event = next(event for event in EVENTS if event.type == event_type)
    assert name in event.model_fields
    assert re.search(r"place|organisation|grid|post", event.model_fields[name].description or "")


@pytest.mark.parametrize(
    ("field", "why"),
    [
        ({"petitioner_name": {"type": "string", "pattern": "^.+$"}}, "is called like personal data"),
        ({"reason": {"type": "string"}}, "is free text"),
        ({"reason": {"anyOf": [{"type": "string", "maxLength": 9}, {"type": "null"}]}}, "is free text"),
        ({"reasons": {"type": "array", "items": {"type": "string"}}}, "is free text"),
        ({"extra": {}}, "may hold anything"),
        ({"extra": {"type": "object"}}, "may hold anything"),
    ],
)
def test_the_walk_would_find_it(field: dict[str, Any], why: str) -> None:
    assert any(why in suspect for suspect in suspects("intake.case_registered", {"properties": field}))
