from collections.abc import AsyncIterator

import pytest
from aiokafka.partitioner import murmur2 as reference
from hypothesis import given
from hypothesis import strategies as st

from chassis.bus.kafka.partitions import murmur2, partition_of
from tests.chassis.bus.contract import BusContract, Carrier
from tests.kafka.broker import Broker
from tests.kafka.carrier import KafkaCarrier

pytestmark = pytest.mark.kafka


class TestKafkaBus(BusContract):
    @pytest.fixture
    async def carrier(self, broker: Broker) -> AsyncIterator[Carrier]:
        async with KafkaCarrier(broker) as carrier:
            yield carrier


@given(st.binary(max_size=200), st.integers(1, 100))
def test_a_key_lies_where_kafkas_own_partitioner_puts_it(key: bytes, partitions: int) -> None:
    assert murmur2(key) == reference(key)
    assert partition_of(key, partitions) == (reference(key) & 0x7FFFFFFF) % partitions
