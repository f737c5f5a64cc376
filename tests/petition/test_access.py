"""Who may do what, and what another township's matter looks like: over all routes of the service, by generation."""

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
from fastapi import FastAPI
from sqlalchemy import true

from chassis.database import columns
from chassis.http.permissions import permission_of
from chassis.http.templates import routes_of
from contracts.codes import PetitionState
from contracts.roles import PERMISSIONS
from tests.petition.conftest import AsRole
from tests.petition.story import SHANGCUN, WOBEI, Story

UNKNOWN = uuid4()


def operations(app: FastAPI) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Method, path and example of every operation that the document describes."""
    for path, entries in app.openapi()["paths"].items():
        for method, operation in entries.items():
            yield method, path, operation


def example_body(operation: dict[str, Any]) -> Any:
    content = operation.get("requestBody", {}).get("content", {})
    return content["application/json"]["example"] if content else None


def example_header(operation: dict[str, Any], name: str) -> str | None:
    for parameter in operation.get("parameters", []):
        if parameter["in"] == "header" and parameter["name"] == name:
            example: str = parameter["example"]
            return example
    return None


def headers(operation: dict[str, Any]) -> dict[str, str]:
    version = example_header(operation, "If-Match")
    return {"Idempotency-Key": uuid4().hex} | ({} if version is None else {"If-Match": version})


@pytest.mark.parametrize("role", sorted(PERMISSIONS))
async def test_every_role_gets_as_far_as_its_permissions(app: FastAPI, as_role: AsRole, role: str) -> None:
    permissions = {route.path: permission_of(route) for route in routes_of(app)}
    assert permissions
    async with as_role(role) as client:
        for route in routes_of(app):
            permission = permission_of(route)
            if permission is None or route.path is None:
                continue
            (method,) = route.methods or {"GET"}
            operation = app.openapi()["paths"][route.path][method.lower()]
            answer = await client.request(
                method,
                route.path.replace("{matter_id}", str(UNKNOWN)),
                json=example_body(operation),
                headers=headers(operation),
            )
            allowed = permission in PERMISSIONS[role]
            assert (answer.status_code == 403) is not allowed, (method, route.path, answer.text)


@pytest.mark.parametrize("application_check", [True, False])
async def test_another_townships_matter_is_as_unknown_as_none(
    app: FastAPI, story: Story, as_role: AsRole, monkeypatch: pytest.MonkeyPatch, *, application_check: bool
) -> None:
    """With the condition in the queries taken away, row-level security alone still refuses."""
    matter_id = await story.at(PetitionState.OPINION_DELIVERED, division=WOBEI)
    facts = await story.facts(matter_id)
    if not application_check:
        monkeypatch.setattr(columns, "within", lambda _division, _scope: true())
    asked = 0
    async with as_role("ORGAN_HEAD", SHANGCUN) as stranger:
        for method, path, operation in operations(app):
            if "{matter_id}" not in path:
                continue
            answers = [
                await stranger.request(
                    method,
                    path.replace("{matter_id}", str(asked_for)),
                    json=example_body(operation),
                    headers=headers(operation),
                )
                for asked_for in (matter_id, UNKNOWN)
            ]
            known, unknown = ({**answer.json(), "trace_id": None} for answer in answers)
            assert [answer.status_code for answer in answers] == [404, 404], (method, path)
            assert known == unknown
            asked += 1
        page = (await stranger.get("/v1/matters", params={"total": "true"})).json()
        assert (page["items"], page["total"]) == ([], 0)
    assert asked >= 8
    assert await story.facts(matter_id) == facts
    async with as_role("PETITION_HANDLER", WOBEI) as neighbour:
        assert (await neighbour.get(f"/v1/matters/{matter_id}")).status_code == 200
