"""Every route of every service: who may call it, and that nobody may without a token."""

from collections.abc import Iterator, Mapping

import httpx
import pytest
from fastapi import FastAPI
from fastapi.routing import RouteContext

from chassis.http.authentication import PROTECTED
from chassis.http.permissions import permission_of
from chassis.http.templates import routes_of
from contracts.roles import ALL_PERMISSIONS
from tests.county import SERVICES

OPEN = {"/healthz", "/readyz", "/metrics", "/openapi.json"}
BAD_TOKENS = ["", "Bearer", "Bearer x", "Bearer a.b.c", "Basic dXNlcjpwYXNz", "bearer  x", "Bearer \u00e9"]


def all_routes(apps: Mapping[str, FastAPI]) -> Iterator[tuple[str, str, RouteContext]]:
    for name, app in apps.items():
        for route in routes_of(app):
            yield name, route.path or "", route


def concrete(path: str) -> str:
    return path.replace("{case_id}", "019b7545-0000-7000-8000-000000000001").replace("{", "").replace("}", "")


def test_every_route_declares_its_permission(apps: Mapping[str, FastAPI]) -> None:
    undeclared = [
        (name, path)
        for name, path, route in all_routes(apps)
        if path not in OPEN and permission_of(route) not in ALL_PERMISSIONS
    ]
    assert undeclared == []


def test_every_permission_opens_some_route(apps: Mapping[str, FastAPI]) -> None:
    assert set(ALL_PERMISSIONS) - {permission_of(route) for _, _, route in all_routes(apps)} == set()


def test_a_permission_belongs_to_the_service_of_its_route(apps: Mapping[str, FastAPI]) -> None:
    for name, path, route in all_routes(apps):
        permission = permission_of(route)
        assert permission is None or permission.startswith(f"{name}."), path


def test_every_answer_is_described_by_its_fields(apps: Mapping[str, FastAPI]) -> None:
    """A model with a serializer of its own is "an object" in the document, which then says nothing."""
    undescribed = {
        f"{name}: {title}"
        for name, app in apps.items()
        for title, schema in app.openapi()["components"]["schemas"].items()
        if schema.get("type") == "object" and not schema.get("properties")
    }
    assert undescribed == set()


def test_what_is_open_is_what_settled_says(apps: Mapping[str, FastAPI]) -> None:
    for name, path, _ in all_routes(apps):
        assert path.startswith(PROTECTED) or path in OPEN, (name, path)


@pytest.mark.parametrize("service", SERVICES)
@pytest.mark.parametrize("header", [None, *BAD_TOKENS])
async def test_without_a_valid_token_every_route_answers_401(
    apps: Mapping[str, FastAPI], service: str, header: str | None
) -> None:
    headers: Mapping[bytes, bytes] = {} if header is None else {b"Authorization": header.encode("latin-1")}
    transport = httpx.ASGITransport(apps[service], raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://county") as client:
        answers = {
            (method, path): await client.request(method, concrete(path), headers=headers)
            for name, path, route in all_routes(apps)
            if name == service and path.startswith(PROTECTED)
            for method in route.methods or ()
        }
    assert answers
    for where, answer in answers.items():
        assert answer.status_code == 401, where
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.headers["www-authenticate"].startswith("Bearer")
    bodies = {answer.text.replace(answer.json()["trace_id"], "") for answer in answers.values() if answer.content}
    assert len(bodies) == 1, "one answer for every cause"
