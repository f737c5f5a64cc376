"""What every test can ask for: a real PostgreSQL and a migrated database of a service in it.

The server is the one named by DATABASE_URL (as a role that may create databases and roles), else an embedded one that
each worker of a parallel run starts for itself.
"""

import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import structlog
from hypothesis import settings

from onewindow.embedded import cluster
from onewindow.embedded.databases import ServiceDatabase
from tests import databases
from tests.kafka.broker import Broker, any_broker
from tests.kafka.jars import NoKafka

# A busy machine is no finding: no time limit on a single example; a failing one prints how to repeat it.
settings.register_profile("onewindow", deadline=None, print_blob=True)
settings.load_profile("onewindow")

WITH_KAFKA = ("kafka", "needed")
# Test data need not survive a power cut.
FAST = {"fsync": "off", "full_page_writes": "off", "shared_buffers": "64MB"}


@pytest.fixture(autouse=True, scope="session")
def plain_log() -> None:
    """Log lines without framed tracebacks, which take a second each to draw."""
    structlog.configure(processors=[structlog.processors.KeyValueRenderer()])


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let the reports of tests with a broker say so."""
    for item in items:
        if item.get_closest_marker("kafka"):
            item.user_properties.append(WITH_KAFKA)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say whether a real Kafka and containers were part of the run; where not, the skipped tests say why."""
    reports = terminalreporter.stats.get("passed", []) + terminalreporter.stats.get("failed", [])
    # Over the wire of a parallel run a pair arrives as a list.
    ran = sum(report.when == "call" and WITH_KAFKA in map(tuple, report.user_properties) for report in reports)
    if ran:
        terminalreporter.write_line(f"{ran} tests ran on a real Apache Kafka")
    contained = sum(report.when == "call" and "containers" in report.keywords for report in reports)
    if contained:
        terminalreporter.write_line(f"{contained} tests ran on a county in containers")


@pytest.fixture(scope="session")
async def postgres() -> AsyncIterator[databases.Server]:
    """A running server, for the whole session."""
    address = os.environ.get("DATABASE_URL")
    if address:
        outside = databases.OutsideServer(address)
        yield outside
        await databases.drop_templates(outside)
        return
    # Not below pytest's own folder, which the server's account cannot enter when root runs the tests.
    folder = Path(tempfile.mkdtemp(prefix="onewindow-tests-"))
    folder.chmod(0o711)
    embedded = await cluster.start(folder / "home", settings=FAST)
    yield embedded
    await cluster.stop(embedded)
    shutil.rmtree(folder)


@pytest.fixture(scope="session")
def broker() -> Iterator[Broker]:
    """A running Kafka, for the whole session of this worker; tests that ask for it carry the mark `kafka`."""
    with any_broker() as found:
        if isinstance(found, NoKafka):
            pytest.skip(f"no Kafka to test with: {found}")
        yield found


@pytest.fixture
async def service_database(postgres: databases.Server) -> AsyncIterator[databases.Factory]:
    """Makes databases of the test's own, for tests that commit; await it with the service's name."""
    made: list[ServiceDatabase] = []

    async def make(service: str) -> ServiceDatabase:
        database = await databases.clone(postgres, service)
        made.append(database)
        return database

    yield make
    for database in made:
        await databases.drop(postgres, database)


@pytest.fixture(scope="session")
async def shared_database(postgres: databases.Server) -> AsyncIterator[databases.Factory]:
    """Gives the same database of a service all session long, for tests that roll everything back."""
    made: dict[str, ServiceDatabase] = {}

    async def make(service: str) -> ServiceDatabase:
        if service not in made:
            made[service] = await databases.clone(postgres, service)
        return made[service]

    yield make
    for database in made.values():
        await databases.drop(postgres, database)
