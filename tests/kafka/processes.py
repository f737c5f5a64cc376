"""A county of four `onewindow serve` processes: each with a database of its own, all on one broker."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final

import httpx

from chassis.bus.kafka.access import KafkaAccess
from chassis.bus.relay import BACKLOG
from chassis.rules.clock import Clock, SystemClock
from chassis.security.issuer import DevelopmentIssuer
from contracts.demonstration import COUNTY
from onewindow.distributed.reading import READS, consumer_lag
from onewindow.embedded.databases import ServiceDatabase, connect
from tests import databases
from tests.kafka.carrier import SESSION_SECONDS

PROGRAM: Final = (sys.executable, "-c", "from onewindow.cli import main; main()")
READY_SECONDS: Final = 60.0
SETTLING_SECONDS: Final = 60.0
STOP_SECONDS: Final = 30.0


class Process:
    """One `onewindow serve`."""

    def __init__(self, service: str, environment: Mapping[str, str], log: Path) -> None:
        self.service = service
        self.port = _free_port()
        self._log = log
        own = {f"{service.upper()}_PORT": str(self.port), "ONEWINDOW_ACCESS_LOG": "off"}
        with log.open("ab") as output:
            self._process = subprocess.Popen(
                [*PROGRAM, "serve", service],
                env={**_surroundings(), **environment, **own},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
            )

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def answers(self, path: str) -> int:
        """The status with which it answers; 0 when it does not."""
        try:
            async with httpx.AsyncClient(timeout=5) as client:
                return (await client.get(self.address + path)).status_code
        except httpx.HTTPError:
            return 0

    async def until(self, path: str, status: int = 200) -> None:
        """Return when it answers so."""
        async with asyncio.timeout(READY_SECONDS):
            while await self.answers(path) != status:
                assert self._process.poll() is None, f"{self.service} ended: {self._log.read_text()}"
                await asyncio.sleep(0.05)

    async def stop(self) -> tuple[int, float]:
        """Ask it to stop; its exit code, and how many seconds it took."""
        began = time.monotonic()
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)
        code = await asyncio.to_thread(self._process.wait, STOP_SECONDS)
        return code, time.monotonic() - began

    def kill(self) -> None:
        """End it as a power cut would."""
        self._process.kill()
        self._process.wait(STOP_SECONDS)


class Processes:
    """The running services, and tokens for whoever calls them: what a journey asks of a county."""

    def __init__(self, home: Path, access: KafkaAccess, places: Mapping[str, ServiceDatabase]) -> None:
        self.home = home
        self.clock: Clock = SystemClock()
        self.access = access
        self.databases = places
        self.running: dict[str, Process] = {}

    def start(self, service: str) -> Process:
        self.running[service] = Process(service, self.environment(service), self.home / f"{service}.log")
        return self.running[service]

    def environment(self, *services: str) -> dict[str, str]:
        """What a process or a command is told that has to do with these services."""
        shared = {
            "ONEWINDOW_HOME": str(self.home),
            "KAFKA_BOOTSTRAP_SERVERS": self.access.bootstrap_servers,
            "KAFKA_SESSION_SECONDS": str(SESSION_SECONDS),
        }
        return shared | {f"{service.upper()}_DATABASE_URL": self.databases[service].url for service in services}

    def token(self, role: str, division: str = COUNTY) -> str:
        return DevelopmentIssuer.at(self.home, clock=self.clock).mint(role, division)

    def client(self, service: str, role: str | None = None, division: str = COUNTY) -> httpx.AsyncClient:
        """A caller of one service; without a role a stranger."""
        headers = {} if role is None else {"Authorization": f"Bearer {self.token(role, division)}"}
        return httpx.AsyncClient(base_url=self.running[service].address, headers=headers, timeout=10)

    async def settled(self) -> None:
        """Return when every fact has been published and applied everywhere, and nothing new came of it."""
        async with asyncio.timeout(SETTLING_SECONDS):
            before = -1
            while True:
                entries = await self._entries()
                quiet = await self.pending() == 0 and await self._lag() == 0
                if quiet and entries == before:
                    return
                before = entries if quiet else -1
                await asyncio.sleep(0.02)

    async def pending(self) -> int:
        """Facts that wait to be published."""
        return sum([(await self.fetch(service, BACKLOG))[0]["pending"] for service in self.running])

    async def fetch(self, service: str, query: str, *arguments: object) -> list[Any]:
        """Rows of a service's database, as its owner, whom row-level security does not bind."""
        connection = await connect(self.databases[service].owner_url)
        try:
            rows: list[Any] = await connection.fetch(query, *arguments)
            return rows
        finally:
            await connection.close()

    async def stop(self) -> dict[str, tuple[int, float]]:
        """Stop all of them at once; exit code and seconds of each."""
        services = list(self.running)
        stopped = await asyncio.gather(*(self.running[service].stop() for service in services))
        return dict(zip(services, stopped, strict=True))

    async def _entries(self) -> int:
        rows = [await self.fetch(service, "SELECT count(*) AS entries FROM journal") for service in self.running]
        return sum(row[0]["entries"] for row in rows)

    async def _lag(self) -> int:
        lags = [await consumer_lag(self.access, service) for service in self.running]
        return sum(1 if lag is None else lag for lag in lags)


@asynccontextmanager
async def county_of_processes(server: databases.Server, home: Path, access: KafkaAccess) -> AsyncIterator[Processes]:
    """Four services that are ready, on a broker that has the topics, until the block ends."""
    county = Processes(home, access, {service: await databases.clone(server, service) for service in READS})
    try:
        for service in READS:
            county.start(service)
        await asyncio.gather(*(process.until("/readyz") for process in county.running.values()))
        yield county
        stopped = await county.stop()
        assert all(code == 0 for code, _ in stopped.values()), stopped
    finally:
        for process in county.running.values():
            process.kill()
        for database in county.databases.values():
            await databases.drop(server, database)


def run_command(*arguments: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    """An `onewindow` command and what came of it."""
    return subprocess.run(
        [*PROGRAM, *arguments],
        env={**_surroundings(), **environment},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def _surroundings() -> dict[str, str]:
    """The environment without anything that speaks to our services."""
    ours = ("ONEWINDOW_", "KAFKA_", *(f"{service.upper()}_" for service in READS))
    return {name: value for name, value in os.environ.items() if not name.startswith(ours)}


def _free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])
