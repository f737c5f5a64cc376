"""What is broken and mended: four services, PostgreSQL and Kafka on this machine; and their databases for checks."""

import asyncio
import json
import os
import signal
import subprocess
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any, Final

import httpx

from chaos.people import DIVISIONS
from chaos.process import PROGRAM, Broken, Process, surroundings
from chassis.bus.kafka import topics
from chassis.bus.kafka.access import KafkaAccess
from chassis.rules.clock import SystemClock
from chassis.security.issuer import DevelopmentIssuer
from contracts.topics import INTAKE_CASES, TOPICS
from onewindow.distributed.reading import READS
from onewindow.embedded import cluster
from onewindow.embedded.addresses import Address, prepared
from onewindow.embedded.county import migrated
from onewindow.embedded.databases import connect
from onewindow.embedded.server import Server
from tests.kafka.broker import OwnBroker

COUNTY: Final = "130926000000"
PARTITIONS: Final = 3
SESSION_SECONDS: Final = "6"
COMMAND_SECONDS: Final = 120.0
PUBLISHED: Final = "SELECT id FROM journal WHERE topic = $1 AND id NOT IN (SELECT entry_id FROM outbox)"
INBOX: Final = "SELECT event_id FROM inbox"


class Databases:
    """The services' databases, as their owners see them: everything."""

    def __init__(self, addresses: Mapping[str, Address]) -> None:
        """Take the addresses; each holds its owner's."""
        self.addresses = addresses

    async def fetch(self, service: str, query: str, *arguments: object) -> Sequence[Any]:
        """Rows of a service's database."""
        url = self.addresses[service].owner_url
        assert url is not None, "our own databases have an owner"  # noqa: S101 -- made by us
        connection = await connect(url)
        try:
            rows: Sequence[Any] = await connection.fetch(query, *arguments)
            return rows
        finally:
            await connection.close()

    async def unread(self) -> int:
        """Events of cases that intake has published and analytics has not applied: nowhere but at the brokers."""
        published = {row["id"] for row in await self.fetch("intake", PUBLISHED, INTAKE_CASES.name)}
        return len(published - {row["event_id"] for row in await self.fetch("analytics", INBOX)})


class County:
    """Four processes on a broker and a database server of their own, all of which may be broken."""

    def __init__(self, home: Path, broker: OwnBroker, server: cluster.Cluster, databases: Databases) -> None:
        """Put together what runs already; `serve` starts the services."""
        self.home = home
        self.broker = broker
        self.server = server
        self.databases = databases
        self.access = KafkaAccess(bootstrap_servers=broker.address, session_seconds=int(SESSION_SECONDS))
        self.services = {name: self._process(name) for name in READS}

    @property
    def addresses(self) -> Mapping[str, str]:
        """Where the services answer."""
        return {name: process.address for name, process in self.services.items()}

    async def serve(self, *names: str) -> None:
        """Start services, all of them unless named, and return when they are ready."""
        chosen = [self.services[name] for name in names or self.services]
        for process in chosen:
            process.start()
        await asyncio.gather(*(process.ready() for process in chosen))

    @property
    def postgres(self) -> Server:
        """The database server, which may be stopped and started."""
        assert self.server.ownership is not None, "it is ours"  # noqa: S101 -- started below
        return self.server.ownership[1]

    def kill_postgres(self) -> None:
        """End the database server as a power cut would, without its disk."""
        if self.postgres.pid is not None:
            os.kill(self.postgres.pid, signal.SIGKILL)

    async def republish(self) -> None:
        """What `onewindow outbox republish` does."""
        done = await self.command("outbox", "republish")
        if not done["intake"]["queued_again"]:
            raise Broken(f"nothing was there to be published again: {done}")

    async def make_topics(self) -> None:
        """What `onewindow topics apply` does."""
        await topics.apply(self.access, TOPICS.values(), partitions=PARTITIONS)

    async def command(self, *arguments: str) -> Any:  # noqa: ANN401 -- any JSON
        """What an `onewindow` command prints with --json; raises Broken when it fails."""
        answer = await asyncio.to_thread(
            subprocess.run,
            [*PROGRAM, *arguments, "--json"],
            env=surroundings(self.environment),
            capture_output=True,
            timeout=COMMAND_SECONDS,
            check=False,
        )
        if answer.returncode != 0:
            raise Broken(f"onewindow {' '.join(arguments)}: {answer.returncode} {answer.stderr.decode()}")
        return json.loads(answer.stdout)

    @property
    def environment(self) -> dict[str, str]:
        """What every process of ours is told."""
        urls = {f"{name.upper()}_DATABASE_URL": one.url for name, one in self.databases.addresses.items()}
        return urls | {
            "ONEWINDOW_HOME": str(self.home),
            "ONEWINDOW_ACCESS_LOG": "off",
            "KAFKA_BOOTSTRAP_SERVERS": self.broker.address,
            "KAFKA_SESSION_SECONDS": SESSION_SECONDS,
        }

    def _process(self, name: str) -> Process:
        own = f"{name.upper()}_"
        told = {key: value for key, value in self.environment.items() if key.startswith(("ONEWINDOW_", "KAFKA_", own))}
        return Process(name, ("serve", name), told, port=f"{own}PORT", log=self.home / f"{name}.log")


@asynccontextmanager
async def county(home: Path, broker: OwnBroker) -> AsyncIterator[County]:
    """A county that serves, with its directory, until the block ends. The broker runs already."""
    async with AsyncExitStack() as stack:
        server = await cluster.start(home)
        stack.push_async_callback(cluster.stop, server)
        addresses = await prepared(server)
        await migrated(addresses)
        made = County(server.home, broker, server, Databases(addresses))
        await made.make_topics()
        for process in made.services.values():
            stack.push_async_callback(process.kill)
        await made.serve()
        async with httpx.AsyncClient(base_url=made.addresses["intake"], timeout=30, trust_env=False) as client:
            await bring_directory(client, made.home)
        yield made


async def bring_directory(intake: httpx.AsyncClient, home: Path) -> None:
    """The divisions in which people live."""
    token = DevelopmentIssuer.at(home, clock=SystemClock()).mint("DIRECTORY_ADMIN", COUNTY)
    headers = {"Authorization": f"Bearer {token}"}
    answer = await intake.post("/v1/divisions/batch", json={"items": DIVISIONS}, headers=headers)
    if not answer.is_success:
        raise Broken(f"the directory was refused: {answer.status_code} {answer.text}")
