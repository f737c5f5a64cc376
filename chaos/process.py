"""One `onewindow serve` as a process that can be killed at an instant of its own choosing."""

import asyncio
import ctypes
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import httpx

from chassis.failpoints import VARIABLE

PROGRAM: Final = (sys.executable, "-c", "from onewindow.cli import main; main()")
READY_SECONDS: Final = 120.0
DEATH_SECONDS: Final = 60.0
STOP_SECONDS: Final = 35.0
POLL_SECONDS: Final = 0.05
OURS: Final = ("ONEWINDOW_", "KAFKA_", "INTAKE_", "MEDIATION_", "PETITION_", "ANALYTICS_")


class Broken(Exception):
    """The county cannot be had, or a fault did not happen: nothing was shown, for or against."""


def surroundings(environment: Mapping[str, str]) -> dict[str, str]:
    """The environment of a child: nothing that speaks to our services but what is given."""
    return {name: value for name, value in os.environ.items() if not name.startswith(OURS)} | dict(environment)


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


class Process:
    """A process on a port of its own, the same one each time it is started."""

    def __init__(
        self,
        name: str,
        arguments: tuple[str, ...],
        environment: Mapping[str, str],
        *,
        port: str,
        log: Path,
        program: tuple[str, ...] = PROGRAM,
    ) -> None:
        """Describe the process.

        `environment` is all it is told of ours, beside its port in the variable `port`; what it says goes to `log`.
        """
        self.name = name
        self.port = free_port()
        self._command = (*program, *arguments)
        self._environment = {**environment, port: str(self.port)}
        self._log = log
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def address(self) -> str:
        """Where it answers."""
        return f"http://127.0.0.1:{self.port}"

    def start(self, failpoint: str = "") -> None:
        """Begin; with a failpoint, as in ONEWINDOW_FAILPOINTS, it will die by itself."""
        with self._log.open("ab") as output:
            self._process = subprocess.Popen(
                self._command,
                env=surroundings({**self._environment, VARIABLE: failpoint}),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                preexec_fn=_die_with_parent if sys.platform == "linux" else None,  # noqa: PLW1509 -- one C call
            )

    async def ready(self, path: str = "/readyz") -> None:
        """Return when it is ready; raises Broken when it ends instead."""
        give_up = time.monotonic() + READY_SECONDS
        async with httpx.AsyncClient(base_url=self.address, timeout=5, trust_env=False) as client:
            while True:
                if self._process is None or self._process.poll() is not None:
                    raise Broken(f"{self.name} ended instead of starting; see {self._log}")
                try:
                    if (await client.get(path)).is_success:
                        return
                except httpx.HTTPError:
                    pass
                if time.monotonic() > give_up:
                    raise Broken(f"{self.name} was not ready within {READY_SECONDS:g} s; see {self._log}")
                await asyncio.sleep(POLL_SECONDS)

    async def killed(self) -> None:
        """Return when its failpoint has killed it; raises Broken when that does not happen."""
        if await self._ended(DEATH_SECONDS) != -signal.SIGKILL:
            raise Broken(f"the failpoint of {self.name} did not kill it; see {self._log}")

    async def kill(self) -> None:
        """End it as a power cut would."""
        if self._process is not None:
            self._process.kill()
            await self._ended(STOP_SECONDS)

    async def stop(self) -> tuple[int | None, float]:
        """Ask it to stop; its exit code, None while it still runs after all, and how many seconds it took."""
        began = time.monotonic()
        if self._process is not None:
            self._process.send_signal(signal.SIGTERM)
        code = await self._ended(STOP_SECONDS)
        return code, time.monotonic() - began

    async def _ended(self, seconds: float) -> int | None:
        give_up = time.monotonic() + seconds
        while self._process is not None and time.monotonic() < give_up:
            if (code := self._process.poll()) is not None:
                self._process = None
                return code
            await asyncio.sleep(POLL_SECONDS)
        return None


def _die_with_parent() -> None:
    """Have the kernel end the process when a killed run leaves it behind."""
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG
