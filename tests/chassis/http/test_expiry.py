"""The limit of a request does what `asyncio.timeout` does."""

import asyncio

import pytest

from chassis.http.expiry import Expiry


async def test_what_takes_too_long_ends_with_a_timeout() -> None:
    with pytest.raises(TimeoutError), Expiry(0.01).running():
        await asyncio.sleep(10)
    task = asyncio.current_task()
    assert task is not None
    assert task.cancelling() == 0, "the task is as free as before"


async def test_what_is_done_in_time_goes_on() -> None:
    with Expiry(0.01).running():
        await asyncio.sleep(0)
    await asyncio.sleep(0.03)


async def test_a_lifted_limit_does_not_strike() -> None:
    with Expiry(0.01).running() as limit:
        limit.lift()
        await asyncio.sleep(0.03)


async def test_a_cancellation_from_outside_stays_one() -> None:
    async def work() -> None:
        with Expiry(10).running():
            await asyncio.sleep(10)

    task = asyncio.create_task(work())
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_the_inner_of_two_limits_strikes_alone() -> None:
    with Expiry(10).running():
        with pytest.raises(TimeoutError), Expiry(0.01).running():
            await asyncio.sleep(10)
        await asyncio.sleep(0)


async def test_many_are_under_one_limit_and_each_has_its_own_time() -> None:
    expiry = Expiry(0.05)
    ended: list[str] = []

    async def work(name: str, seconds: float) -> None:
        try:
            with expiry.running():
                await asyncio.sleep(seconds)
        except TimeoutError:
            ended.append(name)

    tasks = [asyncio.create_task(work("first", 10)), asyncio.create_task(work("quick", 0))]
    await asyncio.sleep(0.03)
    tasks.append(asyncio.create_task(work("last", 10)))
    await asyncio.wait(tasks[:2])
    assert ended == ["first"]
    await asyncio.wait(tasks)
    assert ended == ["first", "last"]


def test_a_limit_serves_one_loop_after_another() -> None:
    expiry = Expiry(0.01)

    async def work() -> None:
        with pytest.raises(TimeoutError), expiry.running():
            await asyncio.sleep(10)

    for _ in range(2):
        asyncio.run(work())
