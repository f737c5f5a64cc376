"""A breaking change inside a major version is found; an additive one passes."""

from collections.abc import Callable
from copy import deepcopy
from typing import Any

import pytest

from contracts.intake.cases import CaseRegistered
from contracts.publication.compatibility import breaking_changes
from contracts.publication.schemas import event_schema, schemas

Schema = dict[str, Any]
Change = Callable[[Schema], object]

BASE = event_schema(CaseRegistered)


def changed(change: Change) -> Schema:
    schema = deepcopy(BASE)
    change(schema)
    return schema


def _remove_field(schema: Schema) -> None:
    del schema["properties"]["people_involved"]
    schema["required"].remove("people_involved")


def _rename_field(schema: Schema) -> None:
    schema["properties"]["persons"] = schema["properties"].pop("people_involved")
    schema["required"][schema["required"].index("people_involved")] = "persons"


def _add_required_field(schema: Schema) -> None:
    schema["properties"]["visitors"] = {"type": "integer"}
    schema["required"].append("visitors")


BREAKING: list[tuple[Change, str]] = [
    (_remove_field, "people_involved: was removed"),
    (_rename_field, "people_involved: was removed"),
    (_add_required_field, "visitors: was added as a required field"),
    (lambda schema: schema["required"].append("amount_fen"), "amount_fen: is now required"),
    (lambda schema: schema["required"].remove("kind"), "kind: is now optional"),
    (lambda schema: schema["$defs"]["Tier"]["enum"].remove("VILLAGE"), "tier: the codes were"),
    (lambda schema: schema["$defs"]["DisputeType"]["enum"].remove("MEDICAL"), "category: the codes were"),
    (lambda schema: schema["$defs"]["Tier"].pop("enum"), "tier: the codes were"),
    (lambda schema: schema["properties"]["parties"].update(type="string"), "parties: can no longer be of type integer"),
    (lambda schema: schema["properties"]["parties"].update(maximum=5), "parties: maximum was"),
    (lambda schema: schema["properties"]["division"].update(pattern="^[0-9]{6}$"), "division: pattern was"),
    (lambda schema: schema["properties"]["registered_at"].update(format="date"), "registered_at: format was"),
    (
        lambda schema: schema["properties"]["parties"].update(anyOf=[{"type": "integer"}, {"type": "null"}]),
        "parties: can now also be of type null",
    ),
    (lambda schema: schema["properties"]["amount_fen"]["anyOf"].pop(), "amount_fen: can no longer be of type null"),
]

ADDITIVE: list[Change] = [
    lambda schema: schema["properties"].update(
        visitors={"anyOf": [{"type": "integer"}, {"type": "null"}], "default": None}
    ),
    lambda schema: schema["$defs"]["Tier"]["enum"].append("PREFECTURE"),
    lambda schema: schema["properties"]["parties"].update(description="reworded", title="other"),
    lambda schema: schema["$defs"]["Tier"].update({"x-labels": {}}),
    lambda schema: schema["properties"].update(dict(reversed(schema["properties"].items()))),
]


@pytest.mark.parametrize(("change", "finding"), BREAKING, ids=[finding for _, finding in BREAKING])
def test_a_breaking_change_is_named(change: Change, finding: str) -> None:
    assert any(found.startswith(finding) for found in breaking_changes(BASE, changed(change)))


@pytest.mark.parametrize("change", ADDITIVE)
def test_an_additive_change_passes(change: Change) -> None:
    assert breaking_changes(BASE, changed(change)) == []


def test_lists_and_parts_of_parts_are_compared_too() -> None:
    schema = dict(schemas())["intake.handover_particulars.v1.schema.json"]
    broken = deepcopy(schema)
    del broken["$defs"]["HandoverParty"]["properties"]["phone"]
    assert breaking_changes(schema, broken) == ["parties[].phone: was removed"]


@pytest.mark.parametrize("name", dict(schemas()))
def test_nothing_differs_from_itself(name: str) -> None:
    schema = dict(schemas())[name]
    assert breaking_changes(schema, deepcopy(schema)) == []
