"""Who is calling: everything under /v1/ needs a bearer token that speaks for somebody, before its body is read."""

from dataclasses import replace
from typing import Final

from starlette._utils import get_route_path
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Receive, Scope, Send

from chassis.http.problems import Problem, of_refusal
from chassis.security.principals import Principal
from chassis.security.tokens import TokenRefused, Verifier
from chassis.telemetry.metrics import Metrics

PRINCIPAL: Final = "principal"
PROTECTED: Final = "/v1/"
SCHEME: Final = "bearer"
UNAUTHENTICATED: Final[Problem] = replace(of_refusal(TokenRefused("any")), headers={"WWW-Authenticate": "Bearer"})
"""The one answer to every token that is missing or wrong: a stranger learns nothing from trying."""


class Authentication:
    """Puts the verified caller into the scope, or answers 401 without reading on."""

    def __init__(self, app: ASGIApp, verifier: Verifier, metrics: Metrics) -> None:
        self.app = app
        self.verifier = verifier
        self.metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let open paths pass. KeysUnavailable goes up: with the issuer away a good token must not be called bad."""
        if scope["type"] == "lifespan" or not get_route_path(scope).startswith(PROTECTED):
            await self.app(scope, receive, send)
            return
        try:
            token = bearer_token(scope)
            scope[PRINCIPAL] = self.verifier.cached(token) or await self.verifier.verify(token)
        except TokenRefused as refused:
            self.metrics.token_refused(refused.reason)
            if scope["type"] == "websocket":
                await send({"type": "websocket.close", "code": 1008})
                return
            await UNAUTHENTICATED.response(scope)(scope, receive, send)
            return
        await self.app(scope, receive, send)


def bearer_token(scope: Scope) -> str:
    """The token of the one Authorization header; raises TokenRefused when there is none, or more than one."""
    found: list[bytes] = [value for name, value in scope["headers"] if name == b"authorization"]
    if len(found) != 1:
        raise TokenRefused("missing")
    scheme, _, token = found[0].decode("latin-1").partition(" ")
    if scheme.lower() != SCHEME:
        raise TokenRefused("scheme")
    return token.strip()


def principal_of(connection: HTTPConnection) -> Principal:
    """The caller of a request under /v1/."""
    principal: Principal = connection.scope[PRINCIPAL]
    return principal
