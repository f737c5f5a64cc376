import asyncio
import itertools
from collections.abc import AsyncIterator

import pytest

from chassis.bus import in_process
from chassis.bus.in_process import InProcessBus
from chassis.bus.protocol import Record, Unavailable
from tests.chassis.bus.contract import BusContract, Carrier, Receiver, numbered, publish, until

TOPIC = "topic"


class _Carrier:
    def __init__(self) -> None:
        self.made: list[InProcessBus] = []
        self._numbers = itertools.count(1)

    async def bus(self) -> InProcessBus:
        self.made.append(InProcessBus())
        return self.made[-1]

    async def topic(self) -> str:
        return f"topic{next(self._numbers)}"


class TestInProcessBus(BusContract):
    @pytest.fixture
    async def carrier(self) -> AsyncIterator[Carrier]:
        carrier = _Carrier()
        yield carrier
        for bus in carrier.made:
            await bus.close()


@pytest.fixture
def bus() -> InProcessBus:
    return InProcessBus()


async def test_publishing_returns_only_when_every_group_has_committed(bus: InProcessBus) -> None:
    quick, slow = Receiver(), Receiver()
    slow.open.clear()
    await bus.subscribe("quick", [TOPIC], quick)
    await bus.subscribe("slow", [TOPIC], slow)
    publishing = asyncio.create_task(bus.publish(numbered(TOPIC, "a", 3)))
    await until(lambda: len(quick.records) == 3)
    assert not publishing.done()
    slow.open.set()
    await publishing
    assert len(slow.records) == 3


async def test_a_group_that_fails_makes_publishing_fail_after_the_others_are_done(bus: InProcessBus) -> None:
    failing, sound = Receiver(), Receiver()
    failing.failures = 1
    await bus.subscribe("failing", [TOPIC], failing)
    await bus.subscribe("sound", [TOPIC], sound)
    with pytest.raises(ConnectionError):
        await bus.publish(numbered(TOPIC, "a", 3))
    assert len(sound.records) == 3
    await bus.publish(numbered(TOPIC, "a", 3))
    assert (len(failing.records), len(sound.records)) == (3, 6)


async def test_nothing_is_published_past_a_group_that_is_expected(
    bus: InProcessBus, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(in_process, "PATIENCE_SECONDS", 0.02)
    present, late = Receiver(), Receiver()
    bus.expect(["late"])
    await bus.subscribe("present", [TOPIC], present)
    with pytest.raises(Unavailable):
        await bus.publish(numbered(TOPIC, "a", 3))
    publishing = asyncio.create_task(publish(bus, numbered(TOPIC, "a", 3)))
    await bus.subscribe("late", ["another", TOPIC], late)
    await publishing
    assert late.seen() == present.seen()


async def test_an_expected_group_that_takes_other_topics_holds_up_nothing(bus: InProcessBus) -> None:
    bus.expect(["other"])
    await bus.subscribe("other", ["another"], Receiver())
    await bus.publish(numbered(TOPIC, "a", 1))


async def test_a_group_has_one_subscriber(bus: InProcessBus) -> None:
    await bus.subscribe("alpha", [TOPIC], Receiver())
    with pytest.raises(ValueError, match="alpha"):
        await bus.subscribe("alpha", [TOPIC], Receiver())


async def test_stopping_gives_up_what_takes_too_long(bus: InProcessBus, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(in_process, "STOP_SECONDS", 0.02)
    stuck = Receiver()
    stuck.open.clear()
    subscription = await bus.subscribe("stuck", [TOPIC], stuck)
    publishing = asyncio.create_task(bus.publish(numbered(TOPIC, "a", 1)))
    await asyncio.sleep(0)
    await subscription.stop()
    with pytest.raises(Unavailable):
        await publishing


async def test_a_publisher_that_gives_up_leaves_the_group_usable(bus: InProcessBus) -> None:
    receiver = Receiver()
    receiver.open.clear()
    await bus.subscribe("alpha", [TOPIC], receiver)
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.02):
            await bus.publish([Record(TOPIC, "a", b"1")])
    receiver.open.set()
    await bus.publish([Record(TOPIC, "a", b"1")])
    assert receiver.seen() == {b"1"}
