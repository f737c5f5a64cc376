"""Health: what is asked, how long, how often, and how little is told."""

import asyncio
import json

import pytest

from chassis.telemetry import health
from chassis.telemetry.health import Health, Readiness


class Instant:
    """A monotonic clock that stands until it is moved."""

    def __init__(self) -> None:
        self.seconds = 100.0

    def __call__(self) -> float:
        return self.seconds


class Thing:
    """Something that is asked, and can be broken."""

    def __init__(self) -> None:
        self.asked = 0
        self.error: BaseException | None = None

    async def __call__(self) -> None:
        self.asked += 1
        if self.error is not None:
            raise self.error


async def test_ready_when_everything_answers_and_every_task_lives() -> None:
    checked = Health()
    checked.probe("database", Thing())
    checked.watch("relay", lambda: True)
    readiness = await checked.ready()
    assert readiness.ready
    assert readiness.as_json() == {"status": "ok", "checks": {"database": "ok", "relay": "ok"}}


@pytest.mark.parametrize("error", [OSError("canary"), TimeoutError(), ValueError("canary"), asyncio.CancelledError()])
async def test_whatever_a_probe_raises_is_failing_and_not_told(error: BaseException) -> None:
    checked, thing = Health(), Thing()
    thing.error = error
    checked.probe("database", thing)
    checked.probe("another", Thing())
    readiness = await checked.ready()
    assert not readiness.ready
    assert readiness.checks == {"database": "failing", "another": "ok"}
    assert "canary" not in json.dumps(readiness.as_json())


async def test_a_probe_that_hangs_is_failing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "PROBE_SECONDS", 0.01)

    async def hang() -> None:
        await asyncio.Event().wait()

    checked = Health()
    checked.probe("database", hang)
    async with asyncio.timeout(5):
        assert (await checked.ready()).checks == {"database": "failing"}


async def test_a_task_that_ended_is_failing() -> None:
    async def end() -> None:
        """End at once."""

    now = Instant()
    checked = Health(now)
    task = asyncio.create_task(end())
    checked.watch("relay", lambda: not task.done())
    assert (await checked.ready()).ready
    await task
    now.seconds += 1
    assert (await checked.ready()).checks == {"relay": "failing"}


async def test_many_that_ask_cost_one_round_a_second() -> None:
    now, thing = Instant(), Thing()
    checked = Health(now)
    checked.probe("database", thing)
    await asyncio.gather(*(checked.ready() for _ in range(50)))
    assert thing.asked == 1
    now.seconds += 0.99
    await checked.ready()
    assert thing.asked == 1
    now.seconds += 0.01
    await checked.ready()
    assert thing.asked == 2


async def test_recovery_shows() -> None:
    now, thing = Instant(), Thing()
    checked = Health(now)
    checked.probe("database", thing)
    thing.error = OSError()
    assert not (await checked.ready()).ready
    thing.error = None
    now.seconds += 1
    assert (await checked.ready()).ready


async def test_living_asks_nothing() -> None:
    checked, thing = Health(), Thing()
    checked.probe("database", thing)
    assert checked.live() == {"status": "ok"}
    assert thing.asked == 0


def test_nothing_to_check_is_ready() -> None:
    assert Readiness().ready
