"""The embedded PostgreSQL of one home: start, reach from a second process, watch, stop."""

import asyncio
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import NoReturn
from urllib.parse import quote

from onewindow.embedded import credentials, guard, places, postmaster
from onewindow.embedded.errors import ClusterError, HomeInUse
from onewindow.embedded.server import START_LIMIT, SUPERUSER, Server

PATIENCE = 15.0  # a command of a second process may be about to finish
WATCH_INTERVAL = 0.5
POLL = 0.1


@dataclass(frozen=True)
class Cluster:
    """A running server: where it listens, and its superuser. It has no network address, only a socket."""

    home: Path
    socket_directory: Path
    port: int
    superuser: str
    superuser_password: str = field(repr=False)
    ownership: tuple[guard.Guard, Server] | None = field(default=None, repr=False, compare=False)

    def dsn(self, database: str, user: str, password: str) -> str:
        """An address that psql and asyncpg take as it stands, and SQLAlchemy after `postgresql+asyncpg`."""
        name, word = quote(user, safe=""), quote(password, safe="")
        folder = quote(str(self.socket_directory), safe="/")
        return f"postgresql://{name}:{word}@/{quote(database, safe='')}?host={folder}&port={self.port}"

    @property
    def superuser_dsn(self) -> str:
        """The superuser's address of the database `postgres`."""
        return self.dsn("postgres", self.superuser, self.superuser_password)


async def start(home: Path, *, settings: Mapping[str, str] | None = None, patience: float = PATIENCE) -> Cluster:
    """Own the server of a home and have it answer.

    A server left by a killed owner is adopted, one that was killed itself is recovered. From here on the server ends
    with this process, even if that is killed. Raises `HomeInUse` when another owner lives on for `patience` seconds.
    """
    home = places.make_home(home)
    guarded = await guard.acquire(home, patience)
    try:
        password = credentials.password(home, SUPERUSER)
        settled = await places.settle(home)
        server = Server(settled, password, settings or {})
        guarded.watch(settled.data)
        try:
            await server.start()
        except BaseException:
            await server.stop()
            raise
    except BaseException:
        guarded.release()
        raise
    return Cluster(home, server.sockets, server.port, SUPERUSER, password, (guarded, server))


async def stop(cluster: Cluster) -> None:
    """Stop the server in order and give the home back. A cluster that is only reached, not owned, is left running."""
    if cluster.ownership is None:
        return
    guarded, server = cluster.ownership
    try:
        await server.stop()
    finally:
        guarded.release()


async def watch(cluster: Cluster) -> NoReturn:
    """Start the server again each time it ends by itself: run as a task of the owner, cancelled before `stop`."""
    if cluster.ownership is None:
        raise ClusterError("only its owner watches a server")
    _, server = cluster.ownership
    while True:
        if not server.alive():
            await server.start()
        await asyncio.sleep(WATCH_INTERVAL)


@asynccontextmanager
async def reach(home: Path) -> AsyncIterator[Cluster]:
    """The server of a home for a short command: the running one if another process owns it, else one of our own."""
    give_up = time.monotonic() + START_LIMIT
    while True:
        try:
            cluster = await start(home, patience=0)
        except HomeInUse:
            running = await _running(places.make_home(home))
            if running is not None:
                yield running
                return
            if time.monotonic() > give_up:
                raise
            await asyncio.sleep(POLL)
        else:
            break
    try:
        yield cluster
    finally:
        await stop(cluster)


async def _running(home: Path) -> Cluster | None:
    found = postmaster.find(home / places.DATA)
    if found is None:
        return None
    return Cluster(home, found.sockets, found.port, SUPERUSER, credentials.password(home, SUPERUSER))
