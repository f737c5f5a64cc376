"""The quick start for analysts, run as it stands: every block of the page, in order, in one shell a section."""

import asyncio
import json
import os
import re
import shutil
import signal
import socket
import sys
from collections.abc import AsyncIterator, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import pytest
import uvicorn

from chassis.bus.kafka import topics
from chassis.bus.kafka.access import KafkaAccess
from chassis.bus.kafka.bus import KafkaBus
from chassis.database.scope import Scope
from contracts.demonstration import COUNTY
from contracts.topics import TOPICS, PersonalData
from onewindow.embedded.composition import compose
from tests import databases
from tests.analytics.facts_of_cases import Case, told
from tests.county import County, running
from tests.kafka.broker import OwnBroker, own_broker
from tests.kafka.jars import NoKafka
from tests.kafka.jars import jars as kafka_jars
from tests.kafka.jars import java as kafka_java

PAGE: Final = Path(__file__).parents[2] / "docs" / "events" / "quick-start.md"
HTTP, TOOLS, PYTHON = "With curl", "With Kafka's console tools", "With Python"
BLOCK: Final = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
SHELL_SECONDS: Final = 120.0
MARK: Final = "----- end of block -----"
OPEN: Final = [name for name, topic in TOPICS.items() if topic.personal is PersonalData.OPEN]
PROGRAMS: Final = {
    "kafka-topics.sh": "org.apache.kafka.tools.TopicCommand",
    "kafka-console-consumer.sh": "org.apache.kafka.tools.consumer.ConsoleConsumer",
}
"""What Kafka's own scripts of these names start."""
LOGGING: Final = """\
appender.stderr.type=Console
appender.stderr.name=STDERR
appender.stderr.target=SYSTEM_ERR
appender.stderr.layout.type=PatternLayout
rootLogger.level=WARN
rootLogger.appenderRef.stderr.ref=STDERR
"""


def sections() -> dict[str, list[tuple[str, str]]]:
    """Language and text of each block, by the heading above it."""
    parts = re.split(r"^## (.+)\n", PAGE.read_text("utf-8"), flags=re.MULTILINE)
    assert not BLOCK.search(parts[0]), "a block without a heading would not be run"
    return {heading: BLOCK.findall(text) for heading, text in zip(parts[1::2], parts[2::2], strict=True)}


def blocks(heading: str, language: str) -> list[str]:
    found = sections()[heading]
    assert {kind for kind, _ in found} == {language}
    return [text for _, text in found]


async def shell(heading: str, folder: Path, **environment: str) -> list[str]:
    """Run a section in one shell; what each block printed."""
    script = f"echo '{MARK}'\n".join(blocks(heading, "sh"))
    process = await asyncio.create_subprocess_exec(
        *("bash", "-euc", script),
        cwd=folder,
        env={**surroundings(), **environment},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    async with asyncio.timeout(SHELL_SECONDS):
        out, err = await process.communicate()
    assert process.returncode == 0, f"{out.decode()}\n{err.decode()}"
    return out.decode().split(f"{MARK}\n")


def surroundings() -> dict[str, str]:
    ours = ("ONEWINDOW_", "KAFKA_", "ANALYTICS")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    return kept | {"PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}


def test_every_block_of_the_page_is_run_by_one_of_these_tests() -> None:
    assert list(sections()) == [HTTP, TOOLS, PYTHON]
    assert [len(found) for found in sections().values()] == [3, 3, 1]


# --- over HTTP ------------------------------------------------------------------------------------------------------


class _Server(uvicorn.Server):
    """uvicorn without signal handlers, which would take them from the test run."""

    def install_signal_handlers(self) -> None:
        pass


@pytest.fixture
async def county(postgres: databases.Server, tmp_path: Path) -> AsyncIterator[County]:
    if shutil.which("curl") is None:
        pytest.skip("no curl is installed")
    async with running(postgres, tmp_path) as county:
        await county.demonstrate()
        await county.settled()
        yield county


@pytest.fixture
async def address(county: County) -> AsyncIterator[str]:
    """Where the county listens."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{listener.getsockname()[1]}"
        config = uvicorn.Config(compose(county.apps, address), lifespan="off", log_config=None, access_log=False)
        server = _Server(config)
        serving = asyncio.create_task(server.serve(sockets=[listener]))
        yield address
        server.should_exit = True
        await serving


async def published(county: County) -> dict[str, int]:
    """Open facts of the county by type, as the journals of their owners have them."""
    counted = "SELECT type, count(*) FROM journal WHERE topic = ANY($1) AND starts_with(division, $2) GROUP BY type"
    found: dict[str, int] = {}
    for service in ("intake", "mediation", "petition"):
        rows = await county.fetch(service, counted, OPEN, Scope.of(COUNTY).value)
        found |= {row["type"]: row["count"] for row in rows}
    return found


def types(lines: list[str]) -> dict[str, int]:
    found = [json.loads(line)["type"] for line in lines]
    return {kind: found.count(kind) for kind in set(found)}


@pytest.mark.slow
async def test_with_curl(county: County, address: str, tmp_path: Path) -> None:
    folder = tmp_path / "analyst"
    folder.mkdir()
    environment = {"ONEWINDOW_HOME": str(county.home), "ANALYTICS": f"{address}/analytics"}
    first, narrowed, counted = await shell(HTTP, folder, **environment)
    assert len(first.splitlines()) == 3
    assert types(narrowed.splitlines()) == {"intake.case_registered": 2}
    expected = await published(county)
    have = (folder / "events.ndjson").read_text("utf-8").splitlines()
    assert types(have) == expected
    assert int(counted) == sum(expected.values()) > 50

    async with county.client("intake", "WINDOW_CLERK") as client:
        document = county.apps["intake"].openapi()["paths"]["/v1/cases"]["post"]
        body = document["requestBody"]["content"]["application/json"]["example"]
        answer = await client.post("/v1/cases", json=body, headers={"Idempotency-Key": "quick-start-1"})
        assert answer.status_code == 201, answer.text
    await county.settled()
    await shell(HTTP, folder, **environment)
    lines = (folder / "events.ndjson").read_text("utf-8").splitlines()
    assert lines[: len(have)] == have
    (new,) = [json.loads(line) for line in lines[len(have) :]]
    assert (new["type"], new["subject"]) == ("intake.case_registered", answer.json()["id"])


# --- from Kafka -----------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def kafka() -> Iterator[OwnBroker]:
    """A broker with our topics and nobody else's."""
    try:
        context = own_broker()
        broker = context.__enter__()
    except NoKafka as reason:
        pytest.skip(f"no Kafka to test with: {reason}")
    yield broker
    context.__exit__(None, None, None)


@pytest.fixture(scope="module")
async def facts(kafka: OwnBroker) -> list[str]:
    """What is on the topics, in the order in which it was published."""
    access = KafkaAccess(bootstrap_servers=kafka.address)
    await topics.apply(access, TOPICS.values(), partitions=2)
    records = told([Case().registered().routed().opened().accepted() for _ in range(4)])
    bus = KafkaBus(access)
    try:
        await bus.publish(records)
    finally:
        await bus.close()
    return [record.value.decode() for record in records]


@pytest.fixture
def tools(tmp_path: Path) -> dict[str, str]:
    """Kafka's scripts, as its own packages have them, over the jars of these tests."""
    folder = tmp_path / "kafka" / "bin"
    folder.mkdir(parents=True)
    (folder / "log4j2.properties").write_text(LOGGING)
    java = f'"{kafka_java()}" -Xmx128m "-Dlog4j2.configurationFile={folder}/log4j2.properties"'
    for name, main in PROGRAMS.items():
        program = folder / name
        program.write_text(f'#!/bin/sh\nexec {java} -cp "{kafka_jars()}/*" {main} "$@"\n')
        program.chmod(0o755)
    return {"PATH": f"{folder}{os.pathsep}{surroundings()['PATH']}"}


@pytest.mark.kafka
@pytest.mark.slow
async def test_with_the_console_tools(
    kafka: OwnBroker, facts: list[str], tools: Mapping[str, str], tmp_path: Path
) -> None:
    listed, some, everything = await shell(TOOLS, tmp_path, KAFKA_BOOTSTRAP_SERVERS=kafka.address, **tools)
    assert set(listed.split()) == set(TOPICS)
    registered_or_routed = {line for line in facts if json.loads(line)["source"] == "/onewindow/intake"}
    assert len(set(some.splitlines()) & registered_or_routed) == 3
    told_of = [line.split("\t") for line in everything.splitlines()]
    assert {value for *_, value in told_of} == set(facts)
    for at, key, value in told_of:
        assert re.fullmatch(r"LogAppendTime:\d+", at)
        assert json.loads(value)["subject"] == key


@pytest.mark.kafka
async def test_with_python(kafka: OwnBroker, facts: list[str], tmp_path: Path) -> None:
    (script,) = blocks(PYTHON, "python")
    assert len([line for line in script.splitlines() if line.strip()]) <= 24
    (tmp_path / "read.py").write_text(script, "utf-8")
    lines = await read(tmp_path, kafka.address, len(facts))
    assert sorted(lines) == sorted(facts)
    in_order: dict[Any, list[int]] = {}
    for line in lines:
        fact = json.loads(line)
        in_order.setdefault((fact["source"], fact["subject"]), []).append(fact["sequence"])
    assert all(found == sorted(found) for found in in_order.values())

    access = KafkaAccess(bootstrap_servers=kafka.address)
    (new,) = Case().registered().records
    bus = KafkaBus(access)
    try:
        await bus.publish([new])
    finally:
        await bus.close()
    assert await read(tmp_path, kafka.address, 1) == [new.value.decode()], "it goes on where it stopped"


async def read(folder: Path, servers: str, count: int) -> list[str]:
    """What the script prints until it has printed so many lines, and is stopped as a person stops it."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "read.py"),
        cwd=folder,
        env={**surroundings(), "KAFKA_BOOTSTRAP_SERVERS": servers},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        preexec_fn=listen_to_ctrl_c,
    )
    assert process.stdout is not None
    try:
        async with asyncio.timeout(SHELL_SECONDS):
            lines = [(await process.stdout.readline()).decode().rstrip("\n") for _ in range(count)]
            process.send_signal(signal.SIGINT)
            rest, err = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
    assert rest == b""
    assert err.decode().strip().endswith("KeyboardInterrupt"), err.decode()
    return lines


def listen_to_ctrl_c() -> None:
    """A shell that starts the test run in the background has it, and all below it, ignore the signal."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
