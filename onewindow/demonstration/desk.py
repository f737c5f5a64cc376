"""How the demonstration is brought in: over HTTP as its staff would, and by commands where a record has a fixed id."""

import asyncio
import hashlib
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final

import httpx

from chassis.bus.relay import BACKLOG
from chassis.database.scope import SYSTEM
from chassis.database.session import Session
from chassis.http.idempotency import Claim, claim, remember
from chassis.journal.context import Acting, acting_as
from chassis.journal.entries import Entry, new_id
from chassis.security.issuer import DevelopmentIssuer
from chassis.service import Service
from onewindow.embedded.county import County

SETTLING_SECONDS: Final = 60.0
POLL_SECONDS: Final = 0.02
ATTEMPTS: Final = 5
AT_ONCE: Final = 6
"""Requests at the same time: fewer than a service has connections."""
PRINCIPAL: Final = "demonstration"
VERSION: Final = 1
"""Of the data. What a home has of an earlier version is left as it is."""


class NotAccepted(Exception):
    """A service refused a part of the demonstration: the data do not fit the rules any more."""


class Desk:
    """The staff of the demonstration. Everything has its own key, so that doing it again changes nothing."""

    def __init__(self, county: County) -> None:
        self.county = county
        self._issuer = DevelopmentIssuer.at(county.home, clock=county.services[0].clock)
        self._turns = asyncio.Semaphore(AT_ONCE)
        self._client = httpx.AsyncClient(
            transport=httpx.ASGITransport(county.app, raise_app_exceptions=False), base_url="http://county", timeout=30
        )

    async def close(self) -> None:
        """Give back what was taken."""
        await self._client.aclose()

    async def post(
        self, path: str, body: Mapping[str, Any], *, role: str, division: str, key: str, version: int | None = None
    ) -> Any:  # noqa: ANN401 -- any JSON
        """The answer to a request that somebody with this role in this division makes; raises NotAccepted."""
        headers = {
            "Authorization": f"Bearer {self._issuer.mint(role, division)}",
            "Idempotency-Key": named(key),
            **({} if version is None else {"If-Match": f'"{version}"'}),
        }
        async with self._turns:
            for attempt in range(ATTEMPTS):
                answer = await self._client.post(path, json=body, headers=headers)
                if answer.status_code != httpx.codes.SERVICE_UNAVAILABLE:
                    break
                await asyncio.sleep(2.0**attempt / 4)  # a slow machine, not a refusal
        if not answer.is_success:
            raise NotAccepted(f"{key}: {answer.status_code} {answer.json().get('code')}")
        return answer.json()

    async def once(self, service: Service, key: str, work: Callable[[Session], Awaitable[Entry]]) -> None:
        """Run a command in a transaction of its own, unless it was run before."""
        request = Claim(PRINCIPAL, named(key), PRINCIPAL, hashlib.sha256(key.encode()).digest())
        with acting_as(Acting(actor=PRINCIPAL, correlation_id=new_id())):
            async with service.database.transaction(SYSTEM) as session:
                if await claim(session, request) is None:
                    entry = await work(session)
                    await remember(session, request, entry.id)

    async def settled(self) -> None:
        """Return when every fact has been published and applied by those who take it; raises TimeoutError."""
        async with asyncio.timeout(SETTLING_SECONDS):
            while any([await _pending(service) for service in self.county.services]):  # noqa: ASYNC110 -- it is the database that tells
                await asyncio.sleep(POLL_SECONDS)


async def _pending(service: Service) -> bool:
    connection = await service.database.raw()
    try:
        return bool(await connection.fetchval(BACKLOG))
    finally:
        await connection.close()


def named(key: str) -> str:
    """The idempotency key of a part of the demonstration."""
    return f"{PRINCIPAL}:{VERSION}:{key}"
