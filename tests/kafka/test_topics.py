"""`onewindow topics apply` on a real broker."""

import json

import pytest
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType

from chassis.bus.kafka.access import KafkaAccess
from contracts.topics import INTAKE_DIRECTORY, INTAKE_HANDOVERS, TOPICS
from tests.kafka.broker import OwnBroker
from tests.kafka.processes import run_command


def states(output: str) -> set[str]:
    return {item["state"] for item in json.loads(output)["items"]}


@pytest.mark.kafka
async def test_topics_are_created_once_and_compared_ever_after(fresh_broker: OwnBroker) -> None:
    brokers = {"KAFKA_BOOTSTRAP_SERVERS": fresh_broker.address}
    missing = run_command("topics", "apply", "--check", "--json", **brokers)
    assert (missing.returncode, states(missing.stdout)) == (1, {"missing"}), missing.stderr

    created = run_command("topics", "apply", "--json", **brokers)
    assert (created.returncode, states(created.stdout)) == (0, {"created"}), created.stderr
    assert {item["id"] for item in json.loads(created.stdout)["items"]} == set(TOPICS)

    again = run_command("topics", "apply", "--check", "--json", **brokers)
    assert (again.returncode, states(again.stdout)) == (0, {"as_wanted"}), again.stdout

    other = run_command("topics", "apply", "--json", KAFKA_TOPIC_PARTITIONS="6", **brokers)
    assert (other.returncode, states(other.stdout)) == (1, {"differs"})
    assert json.loads(other.stdout)["items"][0]["differences"] == [
        {"setting": "partitions", "wanted": "6", "found": "12"}
    ]
    assert "differs" in run_command("topics", "apply", "--partitions", "6", **brokers).stdout

    admin = AIOKafkaAdminClient(**KafkaAccess(bootstrap_servers=fresh_broker.address).client())
    await admin.start()
    try:
        for topic, cleanup, retention in (
            (INTAKE_DIRECTORY, "compact", "-1"),
            (INTAKE_HANDOVERS, "delete", str(7 * 24 * 60 * 60 * 1000)),
        ):
            (answer,) = await admin.describe_configs([ConfigResource(ConfigResourceType.TOPIC, topic.name)])
            found = {entry[0]: entry[1] for entry in answer.resources[0][4]}
            assert (found["cleanup.policy"], found["retention.ms"]) == (cleanup, retention)
            assert found["message.timestamp.type"] == "LogAppendTime"
    finally:
        await admin.close()


def test_brokers_that_do_not_answer_are_told_in_one_line() -> None:
    answer = run_command("topics", "apply", "--json", KAFKA_BOOTSTRAP_SERVERS="127.0.0.1:1")
    assert (answer.returncode, answer.stdout) == (1, "")
    assert len(answer.stderr.splitlines()) == 1
