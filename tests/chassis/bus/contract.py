"""What every bus must do, whoever carries the records: subclass BusContract and give it a carrier."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from functools import partial
from typing import Protocol

import pytest

from chassis.bus.protocol import Bus, Record, Unavailable

LIMIT_SECONDS = 60.0


class Carrier(Protocol):
    """Makes buses over one broker, and topics that no other test uses."""

    async def bus(self) -> Bus:
        """A bus; the carrier closes it after the test."""
        ...

    async def topic(self) -> str:
        """The name of a new, empty topic."""
        ...


class Receiver:
    """A group's handler: keeps what it was given, and fails or waits when it is told to."""

    def __init__(self) -> None:
        self.records: list[Record] = []
        self.failures = 0
        self.open = asyncio.Event()
        self.open.set()

    async def __call__(self, records: Sequence[Record]) -> None:
        await self.open.wait()
        if self.failures > 0:
            self.failures -= 1
            raise ConnectionError
        self.records.extend(records)

    def first_of(self, key: str) -> list[bytes]:
        """Values of a key in the order in which each was first seen."""
        return list(dict.fromkeys(record.value for record in self.records if record.key == key))

    def seen(self) -> set[bytes]:
        return {record.value for record in self.records}

    def has(self, values: set[bytes]) -> bool:
        return self.seen() == values


async def until(condition: Callable[[], bool]) -> None:
    """Wait for something to become true, for a bounded time."""
    async with asyncio.timeout(LIMIT_SECONDS):
        while not condition():
            await asyncio.sleep(0.005)


async def publish(bus: Bus, records: Sequence[Record]) -> None:
    """Publish as a relay does: the same batch again after every failure."""
    async with asyncio.timeout(LIMIT_SECONDS):
        while True:
            try:
                await bus.publish(records)
            except (Unavailable, ConnectionError):
                await asyncio.sleep(0.01)
            else:
                return


def numbered(topic: str, key: str, count: int, first: int = 0) -> list[Record]:
    return [Record(topic, key, f"{key} {number}".encode()) for number in range(first, first + count)]


class BusContract:
    """The behaviours. A subclass overrides `carrier`."""

    @pytest.fixture
    async def carrier(self) -> AsyncIterator[Carrier]:
        """The broker under test; abstract here."""
        raise NotImplementedError
        yield  # type: ignore[unreachable]  # noqa: PT022 -- makes this a generator, as every subclass's is

    @pytest.fixture
    async def bus(self, carrier: Carrier) -> Bus:
        return await carrier.bus()

    @pytest.fixture
    async def topic(self, carrier: Carrier) -> str:
        return await carrier.topic()

    async def test_every_record_reaches_every_group(self, bus: Bus, topic: str) -> None:
        receivers = {name: Receiver() for name in ("alpha", "beta", "gamma")}
        for name, receiver in receivers.items():
            await bus.subscribe(f"{topic}.{name}", [topic], receiver)
        sent = [record for key in "abcdefgh" for record in numbered(topic, key, 25)]
        await publish(bus, sent)
        for receiver in receivers.values():
            await until(partial(receiver.has, {record.value for record in sent}))

    async def test_records_arrive_as_they_were_sent(self, bus: Bus, topic: str) -> None:
        receiver = Receiver()
        await bus.subscribe(f"{topic}.alpha", [topic], receiver)
        sent = Record(topic, "键", "值\0".encode(), (("content-type", b"text/plain"), ("empty", b"")))
        await publish(bus, [sent])
        await until(lambda: len(receiver.records) > 0)
        got = receiver.records[0]
        assert (got.topic, got.key, got.value, got.headers) == (sent.topic, sent.key, sent.value, sent.headers)

    async def test_order_holds_for_each_key(self, bus: Bus, topic: str) -> None:
        receiver = Receiver()
        await bus.subscribe(f"{topic}.alpha", [topic], receiver)
        for first in range(0, 60, 20):
            batches = zip(*(numbered(topic, key, 20, first) for key in "abcdef"), strict=True)
            await publish(bus, [record for step in batches for record in step])
        await until(lambda: len(receiver.seen()) == 360)
        for key in "abcdef":
            assert receiver.first_of(key) == [f"{key} {number}".encode() for number in range(60)]

    async def test_a_group_gets_its_own_topics_only(self, bus: Bus, carrier: Carrier, topic: str) -> None:
        other = await carrier.topic()
        narrow, wide = Receiver(), Receiver()
        await bus.subscribe(f"{topic}.narrow", [topic], narrow)
        await bus.subscribe(f"{topic}.wide", [topic, other], wide)
        await publish(bus, [*numbered(topic, "a", 3), *numbered(other, "b", 3)])
        await until(lambda: len(wide.seen()) == 6)
        await until(lambda: len(narrow.seen()) == 3)
        assert {record.topic for record in narrow.records} == {topic}

    async def test_what_a_group_could_not_take_comes_again(self, bus: Bus, topic: str) -> None:
        receiver = Receiver()
        receiver.failures = 3
        await bus.subscribe(f"{topic}.alpha", [topic], receiver)
        await publish(bus, numbered(topic, "a", 10))
        await until(lambda: len(receiver.seen()) == 10)
        assert receiver.first_of("a") == [f"a {number}".encode() for number in range(10)]

    async def test_a_slow_group_holds_up_no_other(self, bus: Bus, topic: str) -> None:
        slow, quick = Receiver(), Receiver()
        slow.open.clear()
        await bus.subscribe(f"{topic}.slow", [topic], slow)
        await bus.subscribe(f"{topic}.quick", [topic], quick)
        publishing = [asyncio.create_task(publish(bus, numbered(topic, key, 10))) for key in "abc"]
        await until(lambda: len(quick.seen()) == 30)
        assert slow.records == []
        slow.open.set()
        await asyncio.gather(*publishing)
        await until(lambda: len(slow.seen()) == 30)

    async def test_nothing_is_lost_while_a_group_is_away(self, bus: Bus, topic: str) -> None:
        before, after = Receiver(), Receiver()
        subscription = await bus.subscribe(f"{topic}.alpha", [topic], before)
        await publish(bus, numbered(topic, "a", 5))
        await until(lambda: len(before.seen()) == 5)
        await subscription.stop()
        publishing = asyncio.create_task(publish(bus, numbered(topic, "a", 5, 5)))
        await asyncio.sleep(0.05)  # whether it waits or is kept, it must not be handed to nobody
        assert len(before.seen()) == 5
        await bus.subscribe(f"{topic}.alpha", [topic], after)
        await publishing
        await until(lambda: {f"a {number}".encode() for number in range(5, 10)} <= after.seen())

    async def test_a_group_that_stops_in_the_middle_gets_the_rest_again(self, bus: Bus, topic: str) -> None:
        stuck, after = Receiver(), Receiver()
        stuck.open.clear()
        subscription = await bus.subscribe(f"{topic}.alpha", [topic], stuck)
        publishing = asyncio.create_task(publish(bus, numbered(topic, "a", 5)))
        await asyncio.sleep(0.05)
        stopping = asyncio.create_task(subscription.stop())
        await asyncio.sleep(0.05)
        stuck.failures = 1
        stuck.open.set()
        await stopping
        await bus.subscribe(f"{topic}.alpha", [topic], after)
        await publishing
        await until(lambda: len(after.seen()) == 5)
        assert stuck.records == []

    async def test_a_closed_bus_takes_nothing(self, bus: Bus, topic: str) -> None:
        receiver = Receiver()
        await bus.subscribe(f"{topic}.alpha", [topic], receiver)
        await bus.close()
        with pytest.raises(Unavailable):
            await bus.publish(numbered(topic, "a", 1))
        assert receiver.records == []
