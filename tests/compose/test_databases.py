"""The scripts that make databases and roles, run on a real PostgreSQL: who may do what afterwards."""

import asyncio
import os
import shutil
import subprocess
import tempfile
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import asyncpg
import pytest

from chassis.database import migrate
from chassis.journal.verify import verify
from onewindow.embedded import account, binaries, cluster
from onewindow.figures import OWN
from tests.compose.files import CHECKOUT, SERVICES, secrets_made
from tests.conftest import FAST

SCRIPTS = CHECKOUT / "deploy" / "postgres"


@dataclass(frozen=True)
class Installation:
    """A server, the secrets of an installation, and the programs of the postgres image."""

    server: cluster.Cluster
    secrets: Path
    programs: Path

    def run(self, script: str) -> "subprocess.CompletedProcess[str]":
        """Run one of the scripts as its container does."""
        environment = {
            "PATH": f"{self.programs}:{os.environ['PATH']}",
            "SECRETS": str(self.secrets),
            "PGHOST": str(self.server.socket_directory),
            "PGPORT": str(self.server.port),
            "PGUSER": self.server.superuser,
            "PGPASSWORD": self.server.superuser_password,
        }
        return subprocess.run(
            ["bash", SCRIPTS / script], env=environment, capture_output=True, text=True, check=False, timeout=60
        )

    def address(self, name: str) -> str:
        """What stands in the file of an address."""
        return (self.secrets / f"{name}_database_url").read_text("utf-8").strip()

    def write(self, name: str, address: str) -> None:
        """Put another address into the file."""
        file = self.secrets / f"{name}_database_url"
        file.unlink()
        file.write_text(address, "utf-8")


async def connected(address: str, database: str | None = None) -> asyncpg.Connection:
    return await asyncpg.connect(address, database=database, timeout=5, server_settings={"ow.scope": "*"})


@pytest.fixture(scope="module")
async def installed(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Installation]:
    """Set up, migrated and opened to the operators, each script twice: repeating does no harm."""
    # Not below pytest's own folder, which the server's account cannot enter when root runs the tests.
    folder = Path(tempfile.mkdtemp(prefix="onewindow-tests-"))
    folder.chmod(0o711)
    server = await cluster.start(folder / "home", settings=FAST)
    secrets = secrets_made(tmp_path_factory.mktemp("installation") / "secrets")
    programs = await binaries.find(account.account_for(folder), None)
    made = Installation(server, secrets, programs)
    where = f"?host={quote(str(server.socket_directory), safe='/')}&port={server.port}"
    for file in list(secrets.glob("*_database_url")):
        name = file.name.removesuffix("_database_url")
        made.write(name, made.address(name).replace("@postgres:5432/", "@/") + where)
    for _ in range(2):
        answer = made.run("init/10-services.sh")
        assert answer.returncode == 0, answer.stderr
        for service in SERVICES:
            await asyncio.to_thread(migrate.upgrade, service, made.address(f"{service}_owner"))
        answer = made.run("operator.sh")
        assert answer.returncode == 0, answer.stderr
    yield made
    await cluster.stop(server)
    shutil.rmtree(folder)


@pytest.mark.parametrize("service", SERVICES)
async def test_a_service_works_in_its_database_and_owns_nothing(installed: Installation, service: str) -> None:
    connection = await connected(installed.address(service))
    try:
        assert await connection.fetchval("SELECT count(*) FROM journal") == 0
        for forbidden in (
            "UPDATE journal SET type = ''",
            "DELETE FROM journal",
            "TRUNCATE journal",
            "CREATE TABLE t ()",
        ):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await connection.execute(forbidden)
        powers = "SELECT rolsuper OR rolbypassrls OR rolcreatedb OR rolcreaterole OR rolreplication FROM pg_roles"
        assert await connection.fetchval(f"{powers} WHERE rolname = current_user") is False
    finally:
        await connection.close()


@pytest.mark.parametrize("role", [name for service in SERVICES for name in (service, f"{service}_operator")])
async def test_nobody_enters_the_database_of_another(installed: Installation, role: str) -> None:
    for database in {*SERVICES} - {role.removesuffix("_operator")}:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connected(installed.address(role), database)


@pytest.mark.parametrize("service", SERVICES)
async def test_an_operator_counts_and_verifies(installed: Installation, service: str) -> None:
    connection = await connected(installed.address(f"{service}_operator"))
    try:
        assert await connection.fetchval(OWN[service][1]) == 0
        assert (await verify(connection)).broken == []
        for table in ("outbox", "dead_letters", "alembic_version"):
            await connection.fetch(f"SELECT * FROM {table}")
    finally:
        await connection.close()


@pytest.mark.parametrize("service", SERVICES)
async def test_an_operator_sees_no_particulars_and_changes_nothing(installed: Installation, service: str) -> None:
    connection = await connected(installed.address(f"{service}_operator"))
    seen = {"journal", "heads", "outbox", "dead_letters", "alembic_version"}
    try:
        tables = {
            row[0] for row in await connection.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        }
        assert tables > seen
        await connection.execute("SET default_transaction_read_only = off")  # anybody may set it back
        for table in tables - seen:
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await connection.fetch(f"SELECT * FROM {table}")
        for table in tables:
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await connection.execute(f"DELETE FROM {table}")
    finally:
        await connection.close()


async def test_a_new_password_holds_after_the_script_ran_again(installed: Installation) -> None:
    former = installed.address("petition")
    password = former.split(":")[2].split("@")[0]
    installed.write("petition", former.replace(password, "another-password-of-some-length"))
    assert installed.run("init/10-services.sh").returncode == 0
    await (await connected(installed.address("petition"))).close()
    with pytest.raises(asyncpg.InvalidPasswordError):
        await connected(former)


@pytest.mark.parametrize("password", ["short", "needs%20encoding%20to%20be%20one", "it's-quoted-and-long-enough"])
async def test_a_password_that_an_address_cannot_hold_is_refused(installed: Installation, password: str) -> None:
    former = installed.address("intake")
    word = former.split(":")[2].split("@")[0]
    installed.write("intake", former.replace(word, password))
    try:
        answer = installed.run("init/10-services.sh")
    finally:
        installed.write("intake", former)
    assert answer.returncode == 1
    assert "intake_database_url" in answer.stderr
    assert password not in answer.stderr
