"""Databases for tests: one migrated template a service, cloned where a test commits.

    server = the fixture `postgres`
    database = await databases.clone(server, "intake")
    ... connect to database.url as the service, to database.owner_url as its owner ...
    await databases.drop(server, database)

The fixtures `service_database` and `shared_database` do this, cleaning up included.
"""

import asyncio
import itertools
import os
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Protocol
from urllib.parse import quote, urlsplit, urlunsplit

import asyncpg

from chassis.database import migrate
from onewindow.embedded.databases import ServiceDatabase, connect, ensure_role, grant_entry, owner_of, quoted

Factory = Callable[[str], Awaitable[ServiceDatabase]]

PASSWORD = "for-tests-only"
ROLES_LOCK = 0x0E_57  # roles belong to the whole server: workers of a parallel run take turns
_numbers = itertools.count(1)
_templates: dict[tuple[str, str], str] = {}
_one_at_a_time = asyncio.Lock()


class Server(Protocol):
    """What tests need of a PostgreSQL server, the embedded one or one named by DATABASE_URL."""

    @property
    def superuser_dsn(self) -> str:
        """The address by which databases and roles are made."""
        ...

    def dsn(self, database: str, user: str, password: str) -> str:
        """The address of a database for a role."""
        ...


@dataclass(frozen=True)
class OutsideServer:
    """The server named by DATABASE_URL, whose role must be allowed to create databases and roles."""

    superuser_dsn: str

    def dsn(self, database: str, user: str, password: str) -> str:
        """The same server, another database and role."""
        parts = urlsplit(self.superuser_dsn)
        where = parts.netloc.rpartition("@")[2]
        name, word = quote(user, safe=""), quote(password, safe="")
        return urlunsplit(parts._replace(netloc=f"{name}:{word}@{where}", path=f"/{quote(database, safe='')}"))


async def migrated(server: Server, service: str) -> str:
    """The name of the service's template: empty, with every migration applied; made once a server and process."""
    async with _one_at_a_time:
        key = (server.superuser_dsn, service)
        if key not in _templates:
            name = f"{service}_template_{os.getpid()}"
            await _create(server, service, name, template=None)
            await asyncio.to_thread(migrate.upgrade, service, _addresses(server, service, name).owner_url)
            _templates[key] = name
        return _templates[key]


async def clone(server: Server, service: str) -> ServiceDatabase:
    """A database of its own for a test: migrated, empty, with the roles it has in a real run."""
    template = await migrated(server, service)
    name = f"{service}_{os.getpid()}_{next(_numbers)}"
    await _create(server, service, name, template=template)
    return _addresses(server, service, name)


async def drop(server: Server, database: ServiceDatabase) -> None:
    """Remove a cloned database; whoever is still connected is thrown out."""
    await _drop(server, urlsplit(database.url).path.removeprefix("/"))


async def drop_templates(server: Server) -> None:
    """Remove what `migrated` has made on a server."""
    for key in [key for key in _templates if key[0] == server.superuser_dsn]:
        await _drop(server, _templates.pop(key))


def _addresses(server: Server, service: str, name: str) -> ServiceDatabase:
    owner = owner_of(service)
    return ServiceDatabase(service, server.dsn(name, service, PASSWORD), server.dsn(name, owner, PASSWORD))


async def _create(server: Server, service: str, name: str, *, template: str | None) -> None:
    owner = owner_of(service)
    connection = await connect(server.superuser_dsn)
    try:
        if template is None:
            await _ensure_roles(connection, service, owner)
        source = "" if template is None else f" TEMPLATE {quoted(template)}"
        await connection.execute(f"CREATE DATABASE {quoted(name)} OWNER {quoted(owner)}{source}")
        await grant_entry(connection, name, service)
    finally:
        await connection.close()
    if template is None:
        within = await connect(server.dsn(name, owner, PASSWORD))
        try:
            await within.execute(f"GRANT USAGE ON SCHEMA public TO {quoted(service)}")
        finally:
            await within.close()


async def _ensure_roles(connection: "asyncpg.Connection[asyncpg.Record]", service: str, owner: str) -> None:
    async with connection.transaction():
        await connection.execute("SELECT pg_advisory_xact_lock($1)", ROLES_LOCK)
        for role in (service, owner):
            await ensure_role(connection, role, PASSWORD)


async def _drop(server: Server, name: str) -> None:
    connection = await connect(server.superuser_dsn)
    try:
        await connection.execute(f"DROP DATABASE IF EXISTS {quoted(name)} WITH (FORCE)")
    finally:
        await connection.close()
