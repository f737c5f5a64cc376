"""Whether a service lives and whether it can be used: what an orchestrator asks every few seconds."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from time import monotonic
from typing import Final

import structlog

log = structlog.get_logger("chassis.telemetry.health")

PROBE_SECONDS: Final = 2.0
REMEMBERED_SECONDS: Final = 1.0
"""How long an answer is given again without asking: anybody may ask, and a probe costs a database connection."""

Probe = Callable[[], Awaitable[object]]
"""Returns when the thing it asks answers, and raises when not."""


@dataclass(frozen=True, slots=True)
class Readiness:
    """What was found, by name: `ok` or `failing`, and no more, because everybody may read it."""

    checks: dict[str, str] = field(default_factory=dict)

    @property
    def ready(self) -> bool:
        """Whether nothing fails."""
        return all(state == "ok" for state in self.checks.values())

    def as_json(self) -> dict[str, object]:
        """The body of `/readyz`."""
        return {"status": "ok" if self.ready else "failing", "checks": self.checks}


class Health:
    """The probes of one service, and what its background tasks say of themselves.

    The broker is no part of it: with Kafka away a case can still be registered.
    """

    def __init__(self, now: Callable[[], float] = monotonic) -> None:
        self._now = now
        self._probes: dict[str, Probe] = {}
        self._tasks: dict[str, Callable[[], bool]] = {}
        self._last: tuple[float, Readiness] | None = None
        self._asking = asyncio.Lock()

    def probe(self, name: str, probe: Probe) -> None:
        """Ask this for readiness, at most two seconds long."""
        self._probes[name] = probe

    def watch(self, name: str, alive: Callable[[], bool]) -> None:
        """Count this background task, alive as long as `alive()` says so (`lambda: not task.done()`)."""
        self._tasks[name] = alive

    def live(self) -> dict[str, object]:
        """The body of `/healthz`: that it is answered at all means that the loop turns; it asks nothing of anyone."""
        return {"status": "ok"}

    async def ready(self) -> Readiness:
        """What the probes and tasks say; one round at a time, and its answer is good for a second."""
        async with self._asking:
            if self._last is None or self._now() - self._last[0] >= REMEMBERED_SECONDS:
                readiness = Readiness(await self._probed() | self._watched())
                self._last = (self._now(), readiness)
            return self._last[1]

    async def _probed(self) -> dict[str, str]:
        results = await asyncio.gather(
            *(asyncio.wait_for(probe(), PROBE_SECONDS) for probe in self._probes.values()), return_exceptions=True
        )
        states: dict[str, str] = {}
        for name, result in zip(self._probes, results, strict=True):
            failed = isinstance(result, BaseException)
            if failed:
                log.warning("probe_failed", probe=name, error=type(result).__name__)
            states[name] = "failing" if failed else "ok"
        return states

    def _watched(self) -> dict[str, str]:
        return {name: "ok" if alive() else "failing" for name, alive in self._tasks.items()}
