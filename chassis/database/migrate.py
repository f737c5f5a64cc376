"""Migrations: one tree for the chassis and one for each service, applied together to the service's own database."""

import asyncio
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any, Final, TypeVar

import asyncpg
from alembic import op
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.environment import EnvironmentContext
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import MetaData, text
from sqlalchemy.engine import Connection
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from chassis.database.scope import visible

ROOT: Final = Path(__file__).parents[2]
LOCK: Final = 7_302_026
"""Advisory lock round an upgrade, so that processes that start at once migrate one after the other."""
SECONDS: Final = 300.0

Result = TypeVar("Result")


def upgrade(service: str, owner_url: str, role: str | None = None) -> None:
    """Bring the database of `service` to the newest schema, as its owner.

    `role` is the role that the service itself connects as, by default its own name; it is granted what each table
    allows and
    no more. Takes an advisory lock; a table held by others for 10 s makes the upgrade fail rather than queue everyone.
    """
    asyncio.run(_with_connection(owner_url, partial(_upgrade, service=service, role=role or service)))


def drift(owner_url: str, metadatas: Sequence[MetaData]) -> list[Any]:
    """Differences between the migrated database and the declared tables: none, or a migration is missing."""
    return asyncio.run(_with_connection(owner_url, partial(_drift, metadatas=metadatas)))


def grant(table: str, privileges: str) -> None:
    """In a migration: what the service's role may do with a table, for example `SELECT, INSERT`."""
    op.execute(f'GRANT {privileges} ON {table} TO "{op.get_context().opts["service_role"]}"')


def protect(table: str, column: str = "division", inserting: str = "true") -> None:
    """In a migration: the second wall (row-level security) round a table whose rows belong to a division.

    Enabled and not forced: the owner migrates, the service's role is another. SELECT ... FOR UPDATE needs the policy
    for
    UPDATE too, or it silently finds nothing. `inserting` is the condition on a new row.
    """
    op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY reading ON {table} FOR SELECT USING ({visible(column)})")
    op.execute(f"CREATE POLICY changing ON {table} FOR UPDATE USING ({visible(column)}) WITH CHECK (true)")
    op.execute(f"CREATE POLICY recording ON {table} FOR INSERT WITH CHECK ({inserting})")
    op.execute(f"CREATE POLICY removing ON {table} FOR DELETE USING ({visible(column)})")


async def _with_connection(url: str, work: Callable[[Connection], Result]) -> Result:
    async def connect() -> asyncpg.Connection:
        return await asyncpg.connect(url, timeout=5, server_settings={"lock_timeout": "10000", "timezone": "UTC"})

    engine = create_async_engine("postgresql+asyncpg://", async_creator=connect, poolclass=NullPool)
    async with asyncio.timeout(SECONDS), engine.begin() as connection:
        return await connection.run_sync(work)


def _script(service: str) -> tuple[Config, ScriptDirectory]:
    config = Config()
    config.set_main_option("script_location", str(ROOT / "chassis" / "migrations"))
    config.set_main_option("path_separator", "newline")
    trees = [ROOT / "chassis" / "migrations" / "versions", ROOT / "services" / service / "migrations" / "versions"]
    config.set_main_option("version_locations", "\n".join(str(tree) for tree in trees if tree.is_dir()))
    return config, ScriptDirectory.from_config(config)


def _upgrade(connection: Connection, *, service: str, role: str) -> None:
    connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
    config, script = _script(service)

    def steps(revision: Any, _context: MigrationContext) -> Any:  # noqa: ANN401 -- Alembic's own types
        return script._upgrade_revs("heads", revision)  # noqa: SLF001 -- what Alembic's own command calls

    with EnvironmentContext(config, script, fn=steps) as environment:
        environment.configure(connection=connection, service_role=role)
        environment.run_migrations()


def _drift(connection: Connection, *, metadatas: Sequence[MetaData]) -> list[Any]:
    context = MigrationContext.configure(connection, opts={"compare_type": True})
    merged = MetaData()
    for metadata in metadatas:
        for table in metadata.tables.values():
            table.to_metadata(merged)
    return [change for change in compare_metadata(context, merged) if "alembic_version" not in str(change)]
