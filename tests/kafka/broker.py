"""A real Apache Kafka for tests: one node (KRaft) on loopback, started, killed and stopped by its own process id.

The fixture `broker` (tests/conftest.py) gives the one of the session. `KAFKA_BOOTSTRAP_SERVERS` names another one,
which no test may kill.
"""

import contextlib
import ctypes
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final, Protocol

from tests.kafka.jars import NoKafka, jars, java

START_SECONDS: Final = 90.0
STOP_SECONDS: Final = 20.0
STARTED: Final = b"Kafka Server started"
CLUSTER: Final = "b25ld2luZG93LXRlc3QtMQ"  # 16 bytes as base64
HEAP: Final = ("-Xms64m", "-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-XX:-UsePerfData")
PROPERTIES: Final = """\
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:{control}
controller.listener.names=CONTROLLER
listeners=CLIENTS://127.0.0.1:{port},CONTROLLER://127.0.0.1:{control}
advertised.listeners=CLIENTS://127.0.0.1:{port}
inter.broker.listener.name=CLIENTS
listener.security.protocol.map=CLIENTS:{protocol},CONTROLLER:{protocol}
log.dirs={data}
auto.create.topics.enable=false
group.initial.rebalance.delay.ms=0
group.min.session.timeout.ms=1000
offsets.topic.num.partitions=4
offsets.topic.replication.factor=1
transaction.state.log.num.partitions=1
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
share.coordinator.state.topic.num.partitions=1
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
broker.heartbeat.interval.ms=200
broker.session.timeout.ms=1000
log.cleaner.dedupe.buffer.size=4194304
"""
# Everybody signs in, and may do only what was granted.
GUARDED: Final = """\
sasl.enabled.mechanisms=SCRAM-SHA-256
sasl.mechanism.inter.broker.protocol=SCRAM-SHA-256
sasl.mechanism.controller.protocol=PLAIN
listener.name.clients.sasl.enabled.mechanisms=SCRAM-SHA-256
listener.name.clients.scram-sha-256.sasl.jaas.config=org.apache.kafka.common.security.scram.ScramLoginModule \
required username="admin" password="{password}";
listener.name.controller.sasl.enabled.mechanisms=PLAIN
listener.name.controller.plain.sasl.jaas.config=org.apache.kafka.common.security.plain.PlainLoginModule \
required username="admin" password="{password}" user_admin="{password}";
authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer
super.users=User:admin
allow.everyone.if.no.acl.found=false
"""
LOGGING: Final = """\
status=ERROR
name=kafka
appender.stdout.type=Console
appender.stdout.name=STDOUT
appender.stdout.layout.type=PatternLayout
appender.stdout.layout.pattern=[%d] %p %m (%c)%n
rootLogger.level=INFO
rootLogger.appenderRef.stdout.ref=STDOUT
"""


class Broker(Protocol):
    """What a test needs to know of a broker."""

    @property
    def address(self) -> str:
        """`host:port`, as in KAFKA_BOOTSTRAP_SERVERS."""
        ...


class OutsideBroker:
    """The broker that KAFKA_BOOTSTRAP_SERVERS names."""

    def __init__(self, address: str) -> None:
        self.address = address


class OwnBroker:
    """A broker of our own, on a folder of its own; it may be killed and started again on its data.

    With `users` (names and passwords, `admin` among them) everybody has to sign in.
    """

    def __init__(self, folder: Path, users: Mapping[str, str] | None = None) -> None:
        self._folder = folder
        self._jars = jars()
        self._java = java()
        self._port, self._control = _free_ports(2)
        self._process: subprocess.Popen[bytes] | None = None
        self._users = users or {}
        self._create()

    @property
    def address(self) -> str:
        """Where it listens; the same for as long as the folder is used."""
        return f"127.0.0.1:{self._port}"

    @property
    def pid(self) -> int | None:
        """Its process, None while it does not run."""
        return None if self._process is None else self._process.pid

    def start(self) -> None:
        """Start on the data that are there, and return when it takes requests."""
        if self._process is not None:
            return
        log = self._folder / "log"
        begin = log.stat().st_size if log.exists() else 0
        with log.open("ab") as output:
            self._process = subprocess.Popen(
                self._command("kafka.Kafka", str(self._properties)),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                preexec_fn=_die_with_parent if sys.platform == "linux" else None,  # noqa: PLW1509 -- one C call
            )
        give_up = time.monotonic() + START_SECONDS
        while STARTED not in _read_from(log, begin):
            if self._process.poll() is not None or time.monotonic() > give_up:
                self.kill()
                raise NoKafka(f"Kafka did not start; the end of its log:\n{_read_from(log, begin)[-2000:].decode()}")
            time.sleep(0.05)

    def kill(self) -> None:
        """End it as a power cut would: SIGKILL."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        """Stop it in order."""
        self._end(signal.SIGTERM)

    def wipe(self) -> None:
        """Lose everything it has: topics, records and what the groups have read. It must not run."""
        shutil.rmtree(self._folder / "data")
        self._format()

    def suspend(self) -> None:
        """Let it neither work nor answer, with its connections open."""
        if self._process is not None:
            self._process.send_signal(signal.SIGSTOP)

    def resume(self) -> None:
        """Let it go on."""
        if self._process is not None:
            self._process.send_signal(signal.SIGCONT)

    def run_tool(self, name: str, *arguments: str, seconds: float = 30.0) -> str:
        """What one of Kafka's own tools (a class with a main method) prints."""
        command = [self._java, "-Xmx128m", *HEAP[2:], "-cp", f"{self._jars}/*", name, *arguments]
        answer = subprocess.run(command, capture_output=True, text=True, timeout=seconds, check=True)
        return answer.stdout

    @property
    def _properties(self) -> Path:
        return self._folder / "server.properties"

    def _create(self) -> None:
        (self._folder / "tmp").mkdir()
        (self._folder / "log4j2.properties").write_text(LOGGING)
        protocol = "SASL_PLAINTEXT" if self._users else "PLAINTEXT"
        data = self._folder / "data"
        text = PROPERTIES.format(port=self._port, control=self._control, data=data, protocol=protocol)
        if self._users:
            text += GUARDED.format(password=self._users["admin"])
        self._properties.write_text(text)
        self._format()

    def _format(self) -> None:
        scram = [f"--add-scram=SCRAM-SHA-256=[name={name},password={word}]" for name, word in self._users.items()]
        subprocess.run(
            self._command("kafka.tools.StorageTool", "format", "-t", CLUSTER, "-c", str(self._properties), *scram),
            capture_output=True,
            timeout=START_SECONDS,
            check=True,
        )

    def _command(self, main: str, *arguments: str) -> list[str]:
        options = [
            f"-Djava.io.tmpdir={self._folder / 'tmp'}",
            f"-Dlog4j2.configurationFile={self._folder}/log4j2.properties",
        ]
        return [self._java, *HEAP, *options, "-cp", f"{self._jars}/*", main, *arguments]

    def _end(self, number: signal.Signals) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        process.send_signal(number)
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(STOP_SECONDS)


@contextlib.contextmanager
def own_broker(users: Mapping[str, str] | None = None) -> Iterator[OwnBroker]:
    """A broker that runs until the block ends; raises NoKafka."""
    java()
    jars()
    folder = Path(tempfile.mkdtemp(prefix="onewindow-kafka-"))
    try:
        broker = OwnBroker(folder, users)
        try:
            broker.start()
            yield broker
        finally:
            broker.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextlib.contextmanager
def any_broker() -> Iterator[Broker | NoKafka]:
    """The one that the environment names, else one of our own, else the reason why there is none."""
    address = os.environ.get("KAFKA_BOOTSTRAP_SERVERS")
    if address:
        yield OutsideBroker(address)
        return
    with contextlib.ExitStack() as stack:
        try:
            found: Broker | NoKafka = stack.enter_context(own_broker())
        except NoKafka as reason:
            found = reason
        yield found


def _free_ports(count: int) -> list[int]:
    with contextlib.ExitStack() as stack:
        found = []
        for _ in range(count):
            taken = stack.enter_context(socket.socket())
            taken.bind(("127.0.0.1", 0))
            found.append(int(taken.getsockname()[1]))
        return found


def _read_from(path: Path, begin: int) -> bytes:
    with path.open("rb") as stream:
        stream.seek(begin)
        return stream.read()


def _die_with_parent() -> None:
    """Have the kernel end the broker when a killed test run leaves it behind."""
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG
