"""The routes of an application as they are served, and the template that a request's address matched."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from fastapi import FastAPI
from fastapi.routing import RouteContext, iter_route_contexts

UNMATCHED: Final = "unmatched"
"""What stands for the address of a request that met no route: addresses themselves are the caller's words."""
STATE: Final = "route_templates"


def routes_of(app: FastAPI) -> Iterator[RouteContext]:
    """Every route, those of included routers with their whole path."""
    return iter_route_contexts(app.routes)


def route_template(scope: Mapping[str, Any]) -> str:
    """`/v1/cases/{case_id}` for a request that has been routed, in the words of the service itself."""
    app, endpoint = scope.get("app"), scope.get("endpoint")
    if not isinstance(app, FastAPI) or endpoint is None:
        return UNMATCHED
    templates: dict[Any, str] | None = getattr(app.state, STATE, None)
    if templates is None:  # routes stand when the first request comes
        templates = {route.endpoint: route.path for route in routes_of(app) if route.endpoint and route.path}
        setattr(app.state, STATE, templates)
    return templates.get(endpoint, UNMATCHED)
