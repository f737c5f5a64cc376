"""An end to every wait on the Kafka client, which has calls without a limit and some that cancel themselves."""

import asyncio
from collections.abc import Coroutine
from typing import Any, Final, TypeVar

from chassis.bus.protocol import Unavailable

GRACE_SECONDS: Final = 0.5
"""How long a call that was given up may take to end; one that goes on is left to itself."""

Result = TypeVar("Result")


async def within(seconds: float, call: Coroutine[Any, Any, Result]) -> Result:
    """The call's result; raises TimeoutError when it takes longer, and what the call raises.

    The call runs in a task of its own. So its limit holds even where the client swallows a cancellation, and a
    cancellation that the client made itself (it does when the broker is gone) ends the call and not the caller.
    """
    task = asyncio.ensure_future(call)
    task.add_done_callback(_look_at)
    try:
        done, _ = await asyncio.wait({task}, timeout=seconds)
    except asyncio.CancelledError:
        task.cancel()
        raise
    if not done:
        task.cancel()
        await asyncio.wait({task}, timeout=GRACE_SECONDS)
        raise TimeoutError
    if task.cancelled():
        raise Unavailable("the client gave up by itself")
    return task.result()


def _look_at(task: "asyncio.Future[Any]") -> None:
    """A call that fails after it was given up is nobody's business any more."""
    if not task.cancelled():
        task.exception()
