"""What every figure stands on: a PostgreSQL of our own, databases of services, API workers and callers."""

import asyncio
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final, TypeVar
from urllib.parse import urlsplit, urlunsplit

from benchmarks import matter
from benchmarks.load import Job, Outcome
from benchmarks.processes import Tree
from chassis.rules.clock import SystemClock
from chassis.security.issuer import DevelopmentIssuer
from contracts.demonstration import COUNTY
from onewindow.embedded import binaries, cluster, places
from onewindow.embedded.account import account_for
from onewindow.embedded.databases import ServiceDatabase, connect
from onewindow.embedded.errors import ClusterError
from onewindow.embedded.places import PORT
from tests import databases

DURABLE: Final = {"shared_buffers": "512MB", "max_wal_size": "4GB", "checkpoint_timeout": "30min"}
"""fsync and synchronous commit stay on; checkpoints are kept out of a run of some seconds."""
ATTEMPTS: Final = 5
UNAVAILABLE: Final = 503
STOP_SECONDS: Final = 15.0
READY_SECONDS: Final = 60.0
PLACE: Final = "INSERT INTO divisions (code, name, parent_code, level, kind) VALUES ($1, $2, $3, $4, $5)"


T = TypeVar("T")


class CountsDiffer(Exception):
    """What was answered and what is stored are not the same number: no figure may be taken from such a run."""


class Overloaded(Exception):
    """A service answered 503, as it should on a machine that has no time for it: this measurement says nothing."""


async def undisturbed(take: Callable[[], Awaitable[T]]) -> T:
    """A measurement without Overloaded, tried a few times."""
    for _ in range(ATTEMPTS - 1):
        try:
            return await take()
        except Overloaded:
            await asyncio.sleep(1)
    return await take()


@dataclass
class Ground:
    """The surroundings of one run of benchmarks."""

    home: Path
    server: cluster.Cluster
    pgbench: Path
    seconds: float
    rounds: int
    broker: str | None
    """`host:port` of a real Kafka, None where there is none."""
    address: str | None
    """Where the server listens on loopback; None: on its socket only."""
    connections: int = 32
    reference_rates: list[float] = field(default_factory=list)
    """What pgbench reached in each round: whatever differs there is the machine's noise."""
    _numbers: int = 0

    @property
    def postgres(self) -> Tree:
        """All of the server's processes."""
        assert self.server.ownership is not None, "we started it"
        pid = self.server.ownership[1].pid
        assert pid is not None, "it runs"
        return Tree(pid, children=True)

    def number(self) -> int:
        """A number that was not given before, for keys and ids."""
        self._numbers += 1
        return self._numbers

    def token(self, role: str = "WINDOW_CLERK", division: str = COUNTY) -> str:
        """A bearer token of the development issuer."""
        return DevelopmentIssuer.at(self.home, clock=SystemClock()).mint(role, division)

    async def fetch(self, dsn: str, query: str, *arguments: object) -> list[Any]:
        """Rows of a database; of a service's one by its owner's address, whom row-level security does not bind."""
        connection = await connect(dsn)
        try:
            rows: list[Any] = await connection.fetch(query, *arguments)
            return rows
        finally:
            await connection.close()

    async def count(self, database: ServiceDatabase, table: str) -> int:
        """Rows of a table."""
        return int((await self.fetch(database.owner_url, f"SELECT count(*) AS n FROM {table}"))[0]["n"])

    @asynccontextmanager
    async def database(self, service: str) -> AsyncIterator[ServiceDatabase]:
        """A migrated database of a service, gone at the end of the block."""
        made = await databases.clone(self.server, service)
        try:
            yield ServiceDatabase(service, self._reached(made.url), self._reached(made.owner_url))
        finally:
            await databases.drop(self.server, made)

    def _reached(self, dsn: str) -> str:
        """The same database over TCP, as services in containers reach it."""
        parts = urlsplit(dsn)
        if self.address is None:
            return dsn
        return urlunsplit(parts._replace(netloc=f"{parts.netloc.rpartition('@')[0]}@{self.address}:{PORT}", query=""))

    @asynccontextmanager
    async def window(self, application: str, **more: str) -> AsyncIterator["Window"]:
        """An intake worker on a database of its own, in which the divisions of the cases stand."""
        async with self.database("intake") as database:
            connection = await connect(database.owner_url)
            try:
                await connection.executemany(PLACE, matter.DIVISIONS)
            finally:
                await connection.close()
            async with self.worker(application, database, **more) as worker:
                yield Window(worker, database)

    @asynccontextmanager
    async def worker(self, name: str, database: ServiceDatabase | None = None, **more: str) -> AsyncIterator["Worker"]:
        """One API worker (see `benchmarks.serving`), ready, until the end of the block."""
        environment = child_environment() | {
            "ONEWINDOW_HOME": str(self.home),
            "BENCH_ACCESS_LOG": str(self.home / f"{name}.log"),
        }
        if database is not None:
            environment[f"{database.service.upper()}_DATABASE_URL"] = database.url
        said = self.home / f"{name}.err"
        with said.open("wb") as errors:
            process = subprocess.Popen(
                [sys.executable, "-m", "benchmarks.serving", name],
                env=environment | more,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
            )
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            async with asyncio.timeout(READY_SECONDS):
                line = await asyncio.to_thread(process.stdout.readline)
            if not line:
                raise RuntimeError(f"the worker {name} did not start: {said.read_text('utf-8')[-2000:]}")
            yield Worker(int(line), Tree(process.pid))
        finally:
            process.stdin.close()
            process.stdout.close()
            try:
                await asyncio.to_thread(process.wait, STOP_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    async def load(
        self,
        worker: "Worker",
        method: str,
        path: str,
        *,
        connections: int | None = None,
        bodies: Sequence[str] = (),
        keys: str = "",
        rate: float = 0.0,
    ) -> Outcome:
        """Let a process of its own call the worker for as long as one measurement takes (see `load.Job`).

        Raises Overloaded.
        """
        job = Job(
            port=worker.port,
            method=method,
            path=path,
            token=self.token(),
            seconds=self.seconds,
            connections=connections or self.connections,
            bodies=list(bodies),
            keys=keys,
            rate=rate,
        )
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "benchmarks.load", stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE
        )
        out, _ = await process.communicate(json.dumps(asdict(job)).encode())
        if process.returncode != 0:
            raise RuntimeError("the caller failed")
        outcome = Outcome(**json.loads(out))
        if outcome.of(UNAVAILABLE):
            raise Overloaded(f"answers by status: {outcome.statuses}")
        return outcome


@dataclass(frozen=True, slots=True)
class Worker:
    """A running API worker."""

    port: int
    process: Tree


@dataclass(frozen=True, slots=True)
class Window:
    """An intake worker and its database."""

    worker: Worker
    database: ServiceDatabase


@asynccontextmanager
async def prepared(*, seconds: float, rounds: int, broker: str | None) -> AsyncIterator[Ground]:
    """Start a server in a temporary home; everything is gone at the end of the block."""
    async with AsyncExitStack() as stack:
        folder = _folder()
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        home = folder / "home"
        server, address = await _started(home)
        stack.push_async_callback(_stopped, server)
        programs = await binaries.find(account_for(home / places.DATA), None)
        yield Ground(home, server, programs / "pgbench", seconds, rounds, broker, address)


async def _started(home: Path) -> tuple[cluster.Cluster, str | None]:
    """The server, on TCP where its port is free.

    Its port is fixed, and all of 127.0.0.0/8 is loopback: an address of this process's own is in the way of none but a
    server that listens everywhere.
    """
    address = f"127.{os.getpid() % 250 + 1}.{os.getpid() // 250 % 250 + 1}.1"
    try:
        return await cluster.start(home, settings={**DURABLE, "listen_addresses": address}), address
    except ClusterError:
        return await cluster.start(home, settings=DURABLE), None


def _folder() -> Path:
    """A temporary folder through which the server's account may pass to its data, where root runs this."""
    folder = Path(tempfile.mkdtemp(prefix="onewindow-bench-"))
    folder.chmod(0o711)
    return folder


async def _stopped(server: cluster.Cluster) -> None:
    await cluster.stop(server)
    places.remove(server.home)


def child_environment() -> dict[str, str]:
    """The environment without anything that speaks to our services."""
    ours = ("ONEWINDOW_", "KAFKA_", "INTAKE_", "ANALYTICS_")
    return {name: value for name, value in os.environ.items() if not name.startswith(ours)}
