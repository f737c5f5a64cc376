"""Plain routes are found in a table and called at once; everything else goes the long way through FastAPI."""

from fastapi import FastAPI
from starlette._utils import get_route_path
from starlette.requests import Request
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from chassis.http.errors import ANSWERED
from chassis.http.failures import problem_of


class Direct:
    """The innermost middleware. What a plain route raises is answered as FastAPI's handlers answer it."""

    def __init__(self, app: ASGIApp, of: FastAPI) -> None:
        self.app = app
        self.endpoints = {
            (method, route.path): route.endpoint
            for route in of.router.routes
            if type(route) is Route and not route.param_convertors
            for method in route.methods or ()
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Call the route's function, or pass on what is not in the table: another method, say."""
        endpoint = scope["type"] == "http" and self.endpoints.get((scope["method"], get_route_path(scope)))
        if not endpoint:
            await self.app(scope, receive, send)
            return
        scope["endpoint"] = endpoint
        scope["path_params"] = {}
        try:
            response = await endpoint(Request(scope, receive, send))
        except ANSWERED as error:
            response = problem_of(error).response(scope)
        await response(scope, receive, send)
