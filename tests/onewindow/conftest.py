"""A home for a run, a county with its demonstration in this process, and one that runs as people run it."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest

from onewindow.demonstration import load
from onewindow.embedded import county, places, postmaster

ONEWINDOW = Path(sys.executable).with_name("onewindow")
CHECKOUT = Path(__file__).parents[2]
START_SECONDS = 90.0
STOP_SECONDS = 40.0


def new_home() -> Path:
    """A home that the server's account can reach, unlike pytest's own folders when root runs the tests."""
    folder = Path(tempfile.mkdtemp(prefix="onewindow-run-"))
    folder.chmod(0o711)
    return folder / "home"


def remove_home(home: Path) -> None:
    if home.exists():
        places.remove(home)
    shutil.rmtree(home.parent, ignore_errors=True)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@dataclass
class Running:
    """`onewindow run` as a process of its own, and commands beside it."""

    home: Path
    port: int
    process: subprocess.Popen[bytes] | None = None
    settings: Mapping[str, str] = field(default_factory=dict)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("ONEWINDOW_")}
        return {**kept, "ONEWINDOW_HOME": str(self.home), "ONEWINDOW_PORT": str(self.port), **self.settings}

    def start(self, *options: str) -> None:
        """Start in a process group of its own, as a shell would."""
        self.process = subprocess.Popen(
            [ONEWINDOW, "run", *options],
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )

    def wait_until_up(self) -> None:
        assert self.process is not None
        give_up = time.monotonic() + START_SECONDS
        while time.monotonic() < give_up:
            if self.process.poll() is not None:
                out, err = self.process.communicate()
                pytest.fail(f"ended with {self.process.returncode}: {out.decode()} {err.decode()}")
            try:
                if httpx.get(f"{self.url}/readyz", timeout=5, trust_env=False).is_success:
                    return
            except httpx.TransportError:
                pass
            time.sleep(0.05)
        pytest.fail("did not come up")

    def stop(self, number: signal.Signals = signal.SIGTERM) -> tuple[int, str, str]:
        """Exit code and what it said on both streams."""
        assert self.process is not None
        self.process.send_signal(number)
        out, err = self.process.communicate(timeout=STOP_SECONDS)
        code, self.process = self.process.returncode, None
        return code, out.decode(), err.decode()

    def kill(self) -> None:
        """As kill -9 of the whole group does."""
        assert self.process is not None
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.communicate(timeout=STOP_SECONDS)
        self.process = None

    def command(
        self, *arguments: str, timeout: float = 120, more: Mapping[str, str] | None = None
    ) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [ONEWINDOW, *arguments],
            env={**self.environment, **(more or {})},
            capture_output=True,
            text=True,
            check=False,
            timeout=timeout,
            cwd=self.home.parent,
        )

    def end(self) -> None:
        if self.process is not None:
            self.kill()
        data, give_up = self.home / places.DATA, time.monotonic() + STOP_SECONDS
        while postmaster.find(data) is not None and time.monotonic() < give_up:
            time.sleep(0.05)  # of a killed run it is the keeper that stops the server
        remove_home(self.home)


@pytest.fixture
def fresh() -> Iterator[Running]:
    """A home in which nothing was ever started."""
    made = Running(new_home(), free_port())
    yield made
    made.end()


@pytest.fixture(scope="session")
def running() -> Iterator[Running]:
    """A run with its demonstration, shared by tests that only add to it."""
    made = Running(new_home(), free_port())
    made.start()
    made.wait_until_up()
    yield made
    made.end()


@pytest.fixture(scope="module")
async def demonstrated() -> AsyncIterator[county.County]:
    """A fresh demonstration in this process."""
    home = new_home()
    async with county.opened(home) as opened:
        await load.load(opened)
        yield opened
    remove_home(home)


def gone(pids: Sequence[int], seconds: float = 10.0) -> bool:
    """Whether these processes end in time."""
    give_up = time.monotonic() + seconds
    while time.monotonic() < give_up:
        if not any(Path(f"/proc/{pid}/stat").exists() and not _zombie(pid) for pid in pids):
            return True
        time.sleep(0.05)
    return False


def _zombie(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except OSError:
        return True
