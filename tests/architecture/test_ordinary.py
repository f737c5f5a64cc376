"""What every ordinary route spares: a second reading of its body, and threads for what only looks something up."""

import inspect
from collections.abc import Iterator, Mapping

from fastapi import FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute, RouteContext

from chassis.http.bodies import Body
from chassis.http.ordinary import Ordinary
from chassis.http.templates import routes_of


def ordinary(apps: Mapping[str, FastAPI]) -> Iterator[tuple[str, RouteContext]]:
    for name, app in apps.items():
        for route in routes_of(app):
            if isinstance(route.original_route, APIRoute):
                yield f"{name} {route.path}", route


def dependencies(dependant: Dependant) -> Iterator[Dependant]:
    for dependency in dependant.dependencies:
        yield dependency
        yield from dependencies(dependency)


def test_a_route_that_takes_a_body_is_ordinary(apps: Mapping[str, FastAPI]) -> None:
    with_body = {name: route for name, route in ordinary(apps) if route.body_field is not None}
    assert len(with_body) > 15
    assert [name for name, route in with_body.items() if not isinstance(route.original_route, Ordinary)] == []
    assert [
        name for name, route in with_body.items() if not issubclass(route.body_field.field_info.annotation, Body)
    ] == []


def test_no_dependency_takes_a_thread(apps: Mapping[str, FastAPI]) -> None:
    found = {
        dependency.call
        for _, route in ordinary(apps)
        for dependency in dependencies(route.dependant)
        if not (inspect.iscoroutinefunction(dependency.call) or inspect.isasyncgenfunction(dependency.call))
    }
    assert found == set()
