"""A database and two roles for each service: the owner, who migrates it, and the service itself, which owns nothing."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import asyncpg

from onewindow.embedded import credentials
from onewindow.embedded.cluster import Cluster

CONNECT_LIMIT = 10.0
COMMAND_LIMIT = 60.0


@dataclass(frozen=True)
class ServiceDatabase:
    """The addresses of one service's database, as the service's own role and as its owner; both hold a password."""

    service: str
    url: str = field(repr=False)
    owner_url: str = field(repr=False)


async def prepare(cluster: Cluster, services: Sequence[str]) -> Mapping[str, ServiceDatabase]:
    """Create what is missing, and give every role the password kept in the home; safe to repeat after a crash anywhere.

    The service's role may connect and look into its schema. What it may do to a table is granted by the migration that
    creates the table.
    """
    connection = await connect(cluster.superuser_dsn)
    try:
        return {service: await _prepare_one(connection, cluster, service) for service in services}
    finally:
        await connection.close(timeout=CONNECT_LIMIT)


async def connect(dsn: str) -> "asyncpg.Connection[asyncpg.Record]":
    """A plain connection on which every wait has an end."""
    return await asyncpg.connect(dsn, timeout=CONNECT_LIMIT, command_timeout=COMMAND_LIMIT)


def owner_of(service: str) -> str:
    """The role that owns a service's database."""
    return f"{service}_owner"


async def _prepare_one(
    connection: "asyncpg.Connection[asyncpg.Record]", cluster: Cluster, service: str
) -> ServiceDatabase:
    owner = owner_of(service)
    passwords = {role: await asyncio.to_thread(credentials.password, cluster.home, role) for role in (service, owner)}
    for role, password in passwords.items():
        await ensure_role(connection, role, password)
    if not await connection.fetchval("SELECT count(*) FROM pg_database WHERE datname = $1", service):
        await connection.execute(f"CREATE DATABASE {quoted(service)} OWNER {quoted(owner)}")
    await grant_entry(connection, service, service)
    within = await connect(cluster.dsn(service, cluster.superuser, cluster.superuser_password))
    try:
        await within.execute(f"GRANT USAGE ON SCHEMA public TO {quoted(service)}")
    finally:
        await within.close(timeout=CONNECT_LIMIT)
    return ServiceDatabase(
        service, cluster.dsn(service, service, passwords[service]), cluster.dsn(service, owner, passwords[owner])
    )


async def ensure_role(connection: "asyncpg.Connection[asyncpg.Record]", role: str, password: str) -> None:
    """A role that can log in and has no power over others: row-level security holds for it."""
    if not await connection.fetchval("SELECT count(*) FROM pg_roles WHERE rolname = $1", role):
        await connection.execute(f"CREATE ROLE {quoted(role)}")
    # A role's password cannot be a parameter of the statement.
    literal = await connection.fetchval("SELECT quote_literal($1::text)", password)
    await connection.execute(
        f"ALTER ROLE {quoted(role)} LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE NOREPLICATION"
        f" PASSWORD {literal}"
    )


async def grant_entry(connection: "asyncpg.Connection[asyncpg.Record]", database: str, role: str) -> None:
    """Only the owner and this role may connect."""
    await connection.execute(f"REVOKE ALL ON DATABASE {quoted(database)} FROM PUBLIC")
    await connection.execute(f"GRANT CONNECT ON DATABASE {quoted(database)} TO {quoted(role)}")


def quoted(name: str) -> str:
    """A name as an identifier in a statement, where no parameter can stand."""
    return '"' + name.replace('"', '""') + '"'
