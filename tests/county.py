"""A whole county for tests: the four services in one process, each on a database of its own, on the in-process bus."""

import asyncio
import importlib
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
from fastapi import FastAPI

from chassis.bus.in_process import InProcessBus
from chassis.bus.relay import BACKLOG
from chassis.rules.clock import Clock, SystemClock
from chassis.security.issuer import DevelopmentIssuer
from chassis.service import Service
from contracts.demonstration import COUNTY
from onewindow.demonstration import load
from onewindow.embedded import county as embedded
from onewindow.embedded.composition import compose
from onewindow.embedded.databases import ServiceDatabase, connect
from tests import databases

SERVICES = ("intake", "mediation", "petition", "analytics")
SETTLING_SECONDS = 20.0


@dataclass
class County:
    """The running services, and tokens for whoever calls them."""

    home: Path
    clock: Clock
    databases: Mapping[str, ServiceDatabase]
    bus: InProcessBus = field(default_factory=InProcessBus)
    apps: dict[str, FastAPI] = field(default_factory=dict)

    def service(self, name: str) -> Service:
        service: Service = self.apps[name].state.service
        return service

    def token(self, role: str, division: str = COUNTY) -> str:
        return DevelopmentIssuer.at(self.home, clock=self.clock).mint(role, division)

    def client(self, service: str, role: str | None = None, division: str = COUNTY) -> httpx.AsyncClient:
        """A caller of one service; without a role a stranger."""
        headers = {} if role is None else {"Authorization": f"Bearer {self.token(role, division)}"}
        transport = httpx.ASGITransport(self.apps[service], raise_app_exceptions=False)
        return httpx.AsyncClient(transport=transport, base_url="http://county", headers=headers, timeout=10)

    async def settled(self) -> None:
        """Return when every fact has been published and applied everywhere."""
        async with asyncio.timeout(SETTLING_SECONDS):
            while any([await self._pending(name) for name in self.apps]):
                await asyncio.sleep(0.02)

    async def demonstrate(self) -> None:
        """Bring in the demonstration county, as a first run does."""
        app = compose(self.apps, "http://county")
        await load.load(embedded.County(self.home, app, self.apps, None))

    async def _pending(self, name: str) -> int:
        connection = await self.service(name).database.raw()
        try:
            pending: int = await connection.fetchval(BACKLOG)
            return pending
        finally:
            await connection.close()

    async def fetch(self, service: str, query: str, *arguments: object) -> list[Any]:
        """Rows of a service's database, as its owner, whom row-level security does not bind."""
        connection = await connect(self.databases[service].owner_url)
        try:
            rows: list[Any] = await connection.fetch(query, *arguments)
            return rows
        finally:
            await connection.close()


@asynccontextmanager
async def running(server: databases.Server, home: Path, clock: Clock | None = None) -> AsyncIterator[County]:
    """Four services that run until the block ends."""
    clock = clock or SystemClock()
    county = County(home, clock, {name: await databases.clone(server, name) for name in SERVICES})
    county.bus.expect(SERVICES)
    async with AsyncExitStack() as stack:
        for name in SERVICES:
            module = importlib.import_module(f"services.{name}.app")
            settings = importlib.import_module(f"services.{name}.settings")
            kind = getattr(settings, f"{name.capitalize()}Settings")
            app = module.create_app(
                kind(home=home, database_url=county.databases[name].url), bus=county.bus, clock=clock
            )
            county.apps[name] = app
            await stack.enter_async_context(app.router.lifespan_context(app))
        try:
            yield county
        finally:
            await stack.aclose()
            for database in county.databases.values():
                await databases.drop(server, database)


def key(value: str | None = None) -> dict[str, str]:
    """Headers of a request that has not been made before, or of the one with this key."""
    return {"Idempotency-Key": value or uuid4().hex}
