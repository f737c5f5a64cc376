"""The limit of a request does what `asyncio.timeout` does."""

import asyncio

import pytest

from chassis.http.limits import Expiry


async def test_what_takes_too_long_ends_with_a_timeout() -> None:
    with pytest.raises(TimeoutError), Expiry(0.01):
        await asyncio.sleep(10)
    task = asyncio.current_task()
    assert task is not None
    assert task.cancelling() == 0, "the task is as free as before"


async def test_what_is_done_in_time_goes_on() -> None:
    with Expiry(0.01):
        await asyncio.sleep(0)
    await asyncio.sleep(0.03)


async def test_a_lifted_limit_does_not_strike() -> None:
    with Expiry(0.01) as limit:
        limit.lift()
        await asyncio.sleep(0.03)


async def test_a_cancellation_from_outside_stays_one() -> None:
    async def work() -> None:
        with Expiry(10):
            await asyncio.sleep(10)

    task = asyncio.create_task(work())
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_the_inner_of_two_limits_strikes_alone() -> None:
    with Expiry(10):
        with pytest.raises(TimeoutError), Expiry(0.01):
            await asyncio.sleep(10)
        await asyncio.sleep(0)
