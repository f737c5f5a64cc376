"""Which permission a route needs: declared on the route, enforced where it is declared, found by whoever walks."""

import functools
from collections.abc import Awaitable, Callable
from typing import Any, Final

from fastapi.dependencies.models import Dependant
from fastapi.routing import RouteContext
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from chassis.http.addresses import check_address
from chassis.http.authentication import principal_of
from chassis.rules.refusals import Kind, Refusal

PERMISSION: Final = "ow_permission"
"""Attribute of an endpoint or a dependency that holds the permission's name."""

Endpoint = Callable[[Request], Awaitable[Response]]


class PermissionDenied(Refusal):
    """None of the caller's roles allows this."""

    kind = Kind.FORBIDDEN
    code = "permission_denied"
    zh = "您的岗位没有办理此事项的权限"
    en = "None of the roles of the caller allows this"


def declares(permission: str) -> Callable[[Endpoint], Endpoint]:
    """For plain routes: the endpoint runs for callers with `permission` only. Raises PermissionDenied."""

    def decorate(endpoint: Endpoint) -> Endpoint:
        @functools.wraps(endpoint)
        async def permitted(request: Request) -> Response:
            if not principal_of(request).permits(permission):
                raise PermissionDenied
            check_address(request)
            return await endpoint(request)

        setattr(permitted, PERMISSION, permission)
        return permitted

    return decorate


def permission_of(route: BaseRoute | RouteContext) -> str | None:
    """The permission that a route declares through `reads`, `writes` or `declares`, None when it declares none."""
    dependant = getattr(route, "dependant", None)
    found = dependency_of(dependant, PERMISSION) if dependant is not None else None
    return getattr(found if found is not None else getattr(route, "endpoint", None), PERMISSION, None)


def dependency_of(dependant: Dependant, attribute: str) -> Callable[..., Any] | None:
    """The first dependency, however deep, whose function carries `attribute`."""
    for dependency in dependant.dependencies:
        if hasattr(dependency.call, attribute):
            return dependency.call
        below = dependency_of(dependency, attribute)
        if below is not None:
            return below
    return None
