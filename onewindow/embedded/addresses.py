"""Where each service's database is: named by the environment, or in the embedded server of a home."""

import asyncio
import os
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final
from urllib.parse import unquote, urlsplit

import asyncpg

from chassis.database.session import Database
from onewindow.embedded import cluster, credentials, databases, places, postmaster
from onewindow.embedded.errors import ClusterError

SERVICES: Final = ("intake", "mediation", "petition", "analytics")
"""The services, in the order in which a case comes to them."""
RESTARTING: Final = (asyncpg.CannotConnectNowError, ConnectionRefusedError, FileNotFoundError)
"""What a server that was killed answers until it has recovered."""
RESTART_SECONDS: Final = 5.0
RESTART_POLL: Final = 0.1


class NoCounty(ClusterError):
    """Nothing was ever started in this home."""


@dataclass(frozen=True, slots=True)
class Address:
    """A service's database, as its own role and, where that is known, as its owner; both hold a password."""

    service: str
    url: str = field(repr=False)
    owner_url: str | None = field(repr=False)

    @property
    def role(self) -> str:
        """The role that the service connects as."""
        return unquote(urlsplit(self.url).username or self.service)


def configured() -> Mapping[str, Address]:
    """Databases that the environment names, `INTAKE_DATABASE_URL` and `INTAKE_OWNER_DATABASE_URL`, by service."""
    found = {service: _variable(f"{service.upper()}_DATABASE_URL") for service in SERVICES}
    return {
        service: Address(service, url, _variable(f"{service.upper()}_OWNER_DATABASE_URL"))
        for service, url in found.items()
        if url is not None
    }


def observed() -> Mapping[str, Address]:
    """Databases that may be looked into: those that are configured, and others as `INTAKE_OPERATOR_DATABASE_URL`.

    The operator's role may read the journal and what is counted, and change nothing: so that one place can answer for
    the whole county without holding what the other services write with.
    """
    own = configured()
    found = {service: _variable(f"{service.upper()}_OPERATOR_DATABASE_URL") for service in SERVICES}
    others = {service: Address(service, url, None) for service, url in found.items() if url is not None}
    return {service: own.get(service) or others[service] for service in SERVICES if service in own or service in others}


def need_cluster() -> bool:
    """Whether any service's database is ours to run."""
    return len(configured()) < len(SERVICES)


def distributed() -> bool:
    """Whether services run each for itself and meet on Kafka: then nothing is here but what the environment names."""
    return bool(os.environ.get("KAFKA_BOOTSTRAP_SERVERS")) and bool(configured())


async def prepared(running: cluster.Cluster | None) -> Mapping[str, Address]:
    """Every service's database, created where it is ours and missing."""
    known = configured()
    missing = [service for service in SERVICES if service not in known]
    if running is None:
        return known
    made = await databases.prepare(running, missing)
    ours = {service: Address(service, one.url, one.owner_url) for service, one in made.items()}
    return {service: known.get(service) or ours[service] for service in SERVICES}


@asynccontextmanager
async def reached(home: Path, *, looking: bool = False) -> AsyncIterator[Mapping[str, Address]]:
    """Every service's database for a short command, whether a run is up or not; raises NoCounty, ClusterError.

    With `looking` the command changes nothing, so the operator's role will do.
    """
    if distributed() or not need_cluster():
        yield observed() if looking else configured()
        return
    must_exist(home)
    async with cluster.reach(home) as running:
        yield {service: configured().get(service) or _embedded(running, service) for service in SERVICES}


async def lasting(home: Path) -> Mapping[str, Address]:
    """The addresses that hold from run to run; nothing is started, so nothing may answer there at present."""
    if distributed() or not need_cluster():
        return configured()
    must_exist(home)
    home = places.make_home(home)
    settled = await places.settle(home)
    at_rest = cluster.Cluster(home, settled.sockets, places.PORT, "", "")
    return {service: configured().get(service) or _embedded(at_rest, service) for service in SERVICES}


def is_running(home: Path) -> bool:
    """Whether there is a server to answer: that of the home, or those that the environment names."""
    return distributed() or not need_cluster() or postmaster.find(home / places.DATA) is not None


async def connected(address: Address, *, command_timeout: float) -> asyncpg.Connection:
    """A connection that sees everything; a server that is just being started again is waited for."""
    give_up = time.monotonic() + RESTART_SECONDS
    while True:
        try:
            return await Database(address.url).raw(command_timeout=command_timeout)
        except RESTARTING:
            if time.monotonic() > give_up:
                raise
            await asyncio.sleep(RESTART_POLL)


def must_exist(home: Path) -> None:
    """Refuse a home in which no server was ever set up, rather than set one up for a question; raises NoCounty."""
    if not (home / places.DATA).is_dir():
        raise NoCounty(f"{home.absolute()} 中还没有数据 there is no county there yet; 启动 start one: onewindow run")


def _embedded(running: cluster.Cluster, service: str) -> Address:
    owner = databases.owner_of(service)
    url, owner_url = (running.dsn(service, role, credentials.password(running.home, role)) for role in (service, owner))
    return Address(service, url, owner_url)


def _variable(name: str) -> str | None:
    """The variable, or the content of the file that `<name>_FILE` names, as container secrets are given."""
    path = os.environ.get(f"{name}_FILE")
    return os.environ.get(name) or (Path(path).read_text("utf-8").strip() if path else None)
