"""Callers of one service over its own app, without a network between."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

import httpx
from fastapi import FastAPI

from chassis.rules.clock import Clock
from chassis.security.issuer import DevelopmentIssuer

AsRole = Callable[..., AbstractAsyncContextManager[httpx.AsyncClient]]
"""Takes a role, a division and a subject, each with a usual one; to be used with `async with`."""


def callers(app: FastAPI, home: Path, clock: Clock, role: str, division: str) -> AsRole:
    """Callers of `app`, by default in this role and division, with tokens of the issuer in `home`."""
    usual = (role, division)

    @asynccontextmanager
    async def call(
        role: str = usual[0], division: str = usual[1], subject: str | None = None
    ) -> AsyncIterator[httpx.AsyncClient]:
        token = DevelopmentIssuer.at(home, clock=clock).mint(role, division, subject=subject)
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        headers = {"Authorization": f"Bearer {token}"}
        async with httpx.AsyncClient(transport=transport, base_url="http://service", headers=headers) as client:
            yield client

    return call
