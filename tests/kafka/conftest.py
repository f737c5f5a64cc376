"""A county of four processes on a broker of its own, and the words of the journeys for it."""

from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
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


@contextmanager
def broker_of_its_own() -> Iterator[OwnBroker]:
    """A broker without anybody else's topics; skips the test where there is none to be had."""
    try:
        context = own_broker()
        broker = context.__enter__()
    except NoKafka as reason:
        pytest.skip(f"no Kafka to test with: {reason}")
    try:
        yield broker
    finally:
        context.__exit__(None, None, None)


@pytest.fixture
def fresh_broker() -> Iterator[OwnBroker]:
    with broker_of_its_own() as broker:
        yield broker


@pytest.fixture(scope="module")
async def county(postgres: databases.Server, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Processes]:
    """Four services on a broker without anybody else's topics: it takes seconds to come up, and journeys share it."""
    with broker_of_its_own() as broker:
        access = KafkaAccess(bootstrap_servers=broker.address, session_seconds=SESSION_SECONDS)
        await topics.apply(access, TOPICS.values(), partitions=PARTITIONS)
        async with county_of_processes(postgres, tmp_path_factory.mktemp("county"), access) as county:
            async with county.client("intake", "DIRECTORY_ADMIN") as client:
                answer = await client.post("/v1/divisions/batch", json={"items": DIVISIONS})
                assert {item["status"] for item in answer.json()["items"]} == {"recorded"}, answer.text
            await county.settled()
            yield county


@pytest.fixture
async def steps(county: Processes) -> Steps:
    return await Steps.begin(cast("County", county))  # it has what these journeys ask of a county
