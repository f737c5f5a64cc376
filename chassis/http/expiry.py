"""The time limit that every request is under: what `asyncio.timeout` does, with one timer for all of them."""

import asyncio
from typing import Self


class Expiry:
    """A limit in seconds. What is under it has the same time, so what began first is over first: one timer is enough.

    A timer for each request cost more than its routing. At most one of ours is left when nothing runs.
    """

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._ends: dict[Running, float] = {}
        self._loop: asyncio.AbstractEventLoop | None = None
        self._timer: asyncio.TimerHandle | None = None

    def running(self) -> "Running":
        """To be entered by the task that is to end in time; it is cancelled otherwise, and leaves with TimeoutError."""
        return Running(self)

    def begin(self, running: "Running") -> asyncio.Task[object]:
        """Take the present task's end down; the task."""
        loop, task = self._present()
        self._ends[running] = ends = loop.time() + self._seconds
        if self._timer is None:
            self._timer = loop.call_at(ends, self._strike, loop)
        return task

    def end(self, running: "Running") -> None:
        """Forget it, if it is not over."""
        self._ends.pop(running, None)

    def _present(self) -> tuple[asyncio.AbstractEventLoop, asyncio.Task[object]]:
        """Loop and task. To ask for the running loop is to ask the system for the process's id, so it is remembered."""
        loop = self._loop
        task = None if loop is None else asyncio.current_task(loop)
        if loop is None or task is None:
            self._loop = loop = asyncio.get_running_loop()
            self._ends, self._timer = {}, None
            task = asyncio.current_task(loop)
            assert task is not None, "a limit is for a task"  # noqa: S101 -- no request runs outside of one
        return loop, task

    def _strike(self, loop: asyncio.AbstractEventLoop) -> None:
        self._timer = None
        now = loop.time()
        while self._ends:
            running, ends = next(iter(self._ends.items()))
            if ends > now:
                self._timer = loop.call_at(ends, self._strike, loop)
                return
            del self._ends[running]
            running.strike()


class Running:
    """What runs under a limit, for as long as its block."""

    __slots__ = ("_cancelling", "_expiry", "_over", "_task")

    def __init__(self, expiry: Expiry) -> None:
        self._expiry = expiry
        self._over = False

    def __enter__(self) -> Self:
        self._task = task = self._expiry.begin(self)
        self._cancelling = task.cancelling()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _place: object) -> None:
        self._expiry.end(self)
        if self._over and self._task.uncancel() <= self._cancelling and kind is asyncio.CancelledError:
            raise TimeoutError from error

    def lift(self) -> None:
        """Let the task go on for as long as it likes."""
        self._expiry.end(self)

    def strike(self) -> None:
        """Its time is over."""
        self._over = True
        self._task.cancel()
