"""`onewindow serve` without what it depends on: no broker, no database, and stopping all the same."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import asyncpg
import pytest

from chassis.bus.kafka import topics
from chassis.bus.kafka.access import KafkaAccess
from contracts.topics import TOPICS
from onewindow.embedded.databases import ServiceDatabase, connect, quoted
from tests import databases
from tests.county import key
from tests.journeys.conftest import DISPUTE, DIVISIONS, WOBEI
from tests.kafka.broker import OwnBroker
from tests.kafka.carrier import PARTITIONS, SESSION_SECONDS
from tests.kafka.processes import Processes, run_command

NOBODY: Final = "127.0.0.1:1"


@pytest.fixture
async def intake_database(postgres: databases.Server) -> AsyncIterator[ServiceDatabase]:
    database = await databases.clone(postgres, "intake")
    yield database
    await databases.drop(postgres, database)


@pytest.mark.kafka
@pytest.mark.slow
async def test_intake_works_while_kafka_is_away_and_publishes_when_it_is_back(
    tmp_path: Path, intake_database: ServiceDatabase, fresh_broker: OwnBroker
) -> None:
    access = KafkaAccess(bootstrap_servers=fresh_broker.address, session_seconds=SESSION_SECONDS)
    fresh_broker.stop()
    county = Processes(tmp_path, access, {"intake": intake_database})
    intake = county.start("intake")
    try:
        await intake.until("/readyz")
        async with county.client("intake", "DIRECTORY_ADMIN") as client:
            await client.post("/v1/divisions/batch", json={"items": DIVISIONS})
        async with county.client("intake", "WINDOW_CLERK", WOBEI) as client:
            answer = await client.post("/v1/cases", json=DISPUTE, headers=key())
        assert answer.status_code == 201, answer.text
        assert await county.pending() == len(DIVISIONS) + 1
        assert await intake.answers("/readyz") == 200
        await asyncio.to_thread(fresh_broker.start)
        await topics.apply(access, TOPICS.values(), partitions=PARTITIONS)
        async with asyncio.timeout(30):
            while await county.pending():
                await asyncio.sleep(0.05)
        fresh_broker.kill()
        code, seconds = await intake.stop()
        assert (code, seconds < 30) == (0, True), (code, seconds)
    finally:
        intake.kill()


async def test_a_database_that_is_away_takes_a_service_out_of_rotation_and_ends_nothing(
    postgres: databases.Server, tmp_path: Path, intake_database: ServiceDatabase
) -> None:
    county = Processes(tmp_path, KafkaAccess(bootstrap_servers=NOBODY), {"intake": intake_database})
    await _let_in(postgres, intake_database, allowed=False)
    intake = county.start("intake")
    try:
        await intake.until("/readyz", 503)
        await _let_in(postgres, intake_database, allowed=True)
        await intake.until("/readyz")
        await _let_in(postgres, intake_database, allowed=False)
        await intake.until("/readyz", 503)
        assert await intake.answers("/healthz") == 200
        await _let_in(postgres, intake_database, allowed=True)
        await intake.until("/readyz")

        second = run_command(
            "serve",
            "intake",
            ONEWINDOW_HOME=str(tmp_path),
            KAFKA_BOOTSTRAP_SERVERS=NOBODY,
            INTAKE_DATABASE_URL=intake_database.url,
            INTAKE_PORT=str(intake.port),
        )
        assert (second.returncode, "INTAKE_PORT" in second.stderr) == (1, True), second.stderr
        assert (await intake.stop())[0] == 0
    finally:
        intake.kill()


@pytest.mark.parametrize(
    ("settings", "named"),
    [
        ({}, "KAFKA_BOOTSTRAP_SERVERS"),
        ({"KAFKA_BOOTSTRAP_SERVERS": NOBODY}, "INTAKE_DATABASE_URL"),
        ({"KAFKA_BOOTSTRAP_SERVERS": NOBODY, "INTAKE_PORT": "70000"}, "INTAKE_PORT"),
    ],
)
def test_a_missing_setting_is_named(settings: dict[str, str], named: str) -> None:
    answer = run_command("serve", "intake", **settings)
    assert (answer.returncode, answer.stdout) == (2, "")
    assert named in answer.stderr
    assert "Traceback" not in answer.stderr


def test_a_production_service_refuses_the_development_issuer(tmp_path: Path) -> None:
    answer = run_command(
        "serve",
        "intake",
        ONEWINDOW_ENVIRONMENT="production",
        ONEWINDOW_HOME=str(tmp_path),
        KAFKA_BOOTSTRAP_SERVERS=NOBODY,
        INTAKE_DATABASE_URL="postgresql://intake:for-tests-only@127.0.0.1:1/intake",
    )
    assert answer.returncode == 2
    assert "development issuer" in answer.stderr
    assert "for-tests-only" not in answer.stderr


async def test_a_schema_is_migrated_by_its_owner_and_again_without_effect(postgres: databases.Server) -> None:
    name = "intake_empty"
    await databases._create(postgres, "intake", name, template=None)
    try:
        address = databases._addresses(postgres, "intake", name)
        environment = {"INTAKE_OWNER_DATABASE_URL": address.owner_url, "INTAKE_DATABASE_URL": address.url}
        for _ in range(2):
            answer = await asyncio.to_thread(run_command, "migrate", "intake", **environment)
            assert answer.returncode == 0, answer.stderr
        connection = await connect(address.url)
        try:
            await connection.execute("SET ow.scope = '*'")
            assert await connection.fetchval("SELECT count(*) FROM journal") == 0
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await connection.execute("DELETE FROM journal")
        finally:
            await connection.close()
    finally:
        await databases._drop(postgres, name)


async def _let_in(server: databases.Server, place: ServiceDatabase, *, allowed: bool) -> None:
    """Let everybody into a database, or throw everybody out of it."""
    name = urlsplit(place.url).path.removeprefix("/")
    connection = await connect(server.superuser_dsn)
    try:
        await connection.execute(f"ALTER DATABASE {quoted(name)} CONNECTION LIMIT {-1 if allowed else 0}")
        await connection.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1", name)
    finally:
        await connection.close()
