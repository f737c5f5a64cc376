"""Brokers where everybody signs in and may do only what docs/operations/kafka.md grants."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import SecretStr

from chassis.bus.kafka import topics
from chassis.bus.kafka.access import KafkaAccess
from chassis.bus.kafka.bus import KafkaBus
from chassis.bus.protocol import Unavailable
from contracts.topics import INTAKE_CASES, INTAKE_HANDOVERS, MEDIATION_CASES, TOPICS
from tests.chassis.bus.contract import Receiver, numbered, publish, until
from tests.kafka.broker import OwnBroker, own_broker
from tests.kafka.jars import NoKafka

pytestmark = [pytest.mark.kafka, pytest.mark.slow]

USERS = {"admin": "admin-for-tests", "mediation": "mediation-for-tests"}
GRANTS = (
    ("--operation", "Write", "--topic", MEDIATION_CASES.name),
    ("--operation", "Read", "--topic", INTAKE_HANDOVERS.name),
    ("--operation", "Read", "--group", "onewindow.mediation"),
)


@pytest.fixture
def guarded() -> Iterator[OwnBroker]:
    try:
        context = own_broker(USERS)
        broker = context.__enter__()
    except NoKafka as reason:
        pytest.skip(f"no Kafka to test with: {reason}")
    yield broker
    context.__exit__(None, None, None)


def access(broker: OwnBroker, user: str, password: str | None = None) -> KafkaAccess:
    return KafkaAccess(
        bootstrap_servers=broker.address,
        security_protocol="SASL_PLAINTEXT",
        sasl_username=user,
        sasl_password=SecretStr(password or USERS[user]),
        session_seconds=6,
    )


async def test_a_service_may_write_its_own_topics_and_read_those_granted(guarded: OwnBroker, tmp_path: Path) -> None:
    admin = access(guarded, "admin")
    await topics.apply(admin, TOPICS.values(), partitions=1)
    await asyncio.to_thread(grant, guarded, tmp_path / "admin.properties")
    mediation, intake = KafkaBus(access(guarded, "mediation")), KafkaBus(admin)
    stranger = KafkaBus(access(guarded, "mediation", "guessed"))
    handed_over, foreign = Receiver(), Receiver()
    try:
        await publish(mediation, numbered(MEDIATION_CASES.name, "a", 3))
        with pytest.raises(Unavailable):
            await mediation.publish(numbered(INTAKE_CASES.name, "a", 3))
        await publish(mediation, numbered(MEDIATION_CASES.name, "a", 3, 3))

        await publish(intake, [*numbered(INTAKE_HANDOVERS.name, "b", 3), *numbered(INTAKE_CASES.name, "b", 3)])
        await mediation.subscribe("another", [INTAKE_HANDOVERS.name], foreign)
        await mediation.subscribe("mediation", [INTAKE_HANDOVERS.name], handed_over)
        await until(lambda: len(handed_over.records) == 3)
        assert foreign.records == []

        with pytest.raises(Unavailable):
            await stranger.publish(numbered(MEDIATION_CASES.name, "a", 1))
    finally:
        await asyncio.gather(*(bus.close() for bus in (mediation, intake, stranger)))


def grant(broker: OwnBroker, config: Path) -> None:
    """Let mediation do what a service has to, and no more."""
    module = "org.apache.kafka.common.security.scram.ScramLoginModule"
    config.write_text(
        "security.protocol=SASL_PLAINTEXT\nsasl.mechanism=SCRAM-SHA-256\n"
        f'sasl.jaas.config={module} required username="admin" password="{USERS["admin"]}";\n'
    )
    to = ("--bootstrap-server", broker.address, "--command-config", str(config))
    for one in GRANTS:
        broker.run_tool("org.apache.kafka.tools.AclCommand", *to, "--add", "--allow-principal", "User:mediation", *one)
