"""The county in one process: its database server, the four services, and the one application that serves them."""

import asyncio
import os
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TextIO, TypeVar

import structlog
from fastapi import FastAPI

from chassis.bus.in_process import InProcessBus
from chassis.database import migrate
from chassis.rules.clock import Clock
from chassis.service import Service
from chassis.settings import ServiceSettings
from onewindow.embedded import cluster, places
from onewindow.embedded.addresses import SERVICES, Address, need_cluster, prepared
from onewindow.embedded.composition import compose
from services.analytics.app import create_app as create_analytics
from services.analytics.settings import AnalyticsSettings
from services.intake.app import create_app as create_intake
from services.intake.settings import IntakeSettings
from services.mediation.app import create_app as create_mediation
from services.mediation.settings import MediationSettings
from services.petition.app import create_app as create_petition
from services.petition.settings import PetitionSettings

LONGEST_LOG: Final = 16 * 1024 * 1024
"""Bytes of an access log that a new run puts aside, so that the file does not grow for ever."""
Settings = TypeVar("Settings", bound=ServiceSettings)

log = structlog.get_logger("onewindow.county")


@dataclass(frozen=True)
class County:
    """The four services, started, and the application that they are mounted in."""

    home: Path
    app: FastAPI
    apps: Mapping[str, FastAPI]
    """By the service's name, in the order in which a case comes to them."""
    owned: cluster.Cluster | None
    """The database server, None where the environment names other ones."""

    @property
    def services(self) -> Sequence[Service]:
        """The running services."""
        return [app.state.service for app in self.apps.values()]

    async def ended(self) -> None:
        """Return when something that has to run has ended by itself: the process should end too."""
        waiting = [asyncio.create_task(service.ended.wait()) for service in self.services]
        if self.owned is not None:
            waiting.append(asyncio.create_task(cluster.watch(self.owned)))
        try:
            done, _ = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                if error := task.exception():
                    log.error("database_server_lost", exc_info=error)
        finally:
            for task in waiting:
                task.cancel()
            await asyncio.gather(*waiting, return_exceptions=True)


@asynccontextmanager
async def opened(
    home: Path,
    *,
    address: str = "http://127.0.0.1:8000",
    clock: Clock | None = None,
    access_log: Path | None = None,
    patience: float = cluster.PATIENCE,
) -> AsyncIterator[County]:
    """Start everything on a home and stop it at the end, the database server last; `address` is where it is served.

    Raises HomeInUse when another run has the home for longer than `patience` seconds, and ClusterError.
    """
    home = places.make_home(home)
    async with AsyncExitStack() as stack:
        owned = await stack.enter_async_context(_server(home, patience)) if need_cluster() else None
        addresses = await prepared(owned)
        await migrated(addresses)
        apps = created(home, addresses, clock=clock)
        if access_log is not None:
            stream = stack.enter_context(_opened_log(access_log))
            for app in apps.values():
                app.state.service.access.stream = stream
        # Those who only listen come first, and go last: what the others still publish finds them there.
        for service in reversed(SERVICES):
            app = apps[service]
            await stack.enter_async_context(app.router.lifespan_context(app))
        yield County(home, compose(apps, address), apps, owned)


def created(home: Path, addresses: Mapping[str, Address], *, clock: Clock | None = None) -> Mapping[str, FastAPI]:
    """The applications of the four services on one bus, not started."""
    bus = InProcessBus()
    bus.expect(SERVICES)

    def settings(kind: type[Settings]) -> Settings:
        address = addresses[kind.service]
        return kind(home=home, database_url=address.url, owner_database_url=address.owner_url)

    return {
        "intake": create_intake(settings(IntakeSettings), bus=bus, clock=clock),
        "mediation": create_mediation(settings(MediationSettings), bus=bus, clock=clock),
        "petition": create_petition(settings(PetitionSettings), bus=bus, clock=clock),
        "analytics": create_analytics(settings(AnalyticsSettings), bus=bus, clock=clock),
    }


async def migrated(addresses: Mapping[str, Address]) -> None:
    """Bring every database to the newest schema whose owner is known; one after the other, since Alembic is global."""
    for address in addresses.values():
        if address.owner_url is not None:
            await asyncio.to_thread(migrate.upgrade, address.service, address.owner_url, address.role)


@asynccontextmanager
async def _server(home: Path, patience: float) -> AsyncIterator[cluster.Cluster]:
    running = await cluster.start(home, patience=patience)
    try:
        yield running
    finally:
        await cluster.stop(running)


def _opened_log(path: Path) -> TextIO:
    """The access log, one line at a time, readable by its owner alone."""
    if path.is_file() and path.stat().st_size > LONGEST_LOG:
        path.rename(path.with_name(f"{path.name}.1"))
    return open(path, "a", encoding="utf-8", buffering=1, opener=lambda name, flags: os.open(name, flags, 0o600))
