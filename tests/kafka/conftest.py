"""A county of four processes on a broker of its own, and the words of the journeys for it."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import cast

import pytest

from chassis.bus.kafka import topics
from chassis.bus.kafka.access import KafkaAccess
from contracts.topics import TOPICS
from tests import databases
from tests.county import County
from tests.journeys.conftest import DIVISIONS, Steps, mediator
from tests.kafka.broker import OwnBroker, own_broker
from tests.kafka.carrier import PARTITIONS, SESSION_SECONDS
from tests.kafka.jars import NoKafka
from tests.kafka.processes import Processes, county_of_processes

__all__ = ["mediator"]


@pytest.fixture
def fresh_broker() -> Iterator[OwnBroker]:
    """A broker without anybody else's topics."""
    try:
        context = own_broker()
        broker = context.__enter__()
    except NoKafka as reason:
        pytest.skip(f"no Kafka to test with: {reason}")
    yield broker
    context.__exit__(None, None, None)


@pytest.fixture
async def county(postgres: databases.Server, tmp_path: Path, fresh_broker: OwnBroker) -> AsyncIterator[Processes]:
    access = KafkaAccess(bootstrap_servers=fresh_broker.address, session_seconds=SESSION_SECONDS)
    await topics.apply(access, TOPICS.values(), partitions=PARTITIONS)
    async with county_of_processes(postgres, tmp_path, access) as county:
        async with county.client("intake", "DIRECTORY_ADMIN") as client:
            answer = await client.post("/v1/divisions/batch", json={"items": DIVISIONS})
            assert {item["status"] for item in answer.json()["items"]} == {"recorded"}, answer.text
        await county.settled()
        yield county


@pytest.fixture
async def steps(county: Processes) -> Steps:
    return Steps(cast("County", county))  # it has what these journeys ask of a county
