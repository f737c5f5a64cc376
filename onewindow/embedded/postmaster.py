"""The server process of a data folder as the operating system shows it: who it is, whether it lives, how it ends."""

import asyncio
import hashlib
import os
import signal
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

from onewindow.embedded.errors import ClusterError

PID_FILE = "postmaster.pid"
PROC = Path("/proc")
POLL = 0.02
# Each in turn: finish quickly, finish at once (recovery follows), end.
WAYS_TO_STOP = ((signal.SIGINT, 30.0), (signal.SIGQUIT, 10.0), (signal.SIGKILL, 10.0))
ORPHANS_MAY_TAKE = 5.0


@dataclass(frozen=True)
class Postmaster:
    """A living server: its process, and where it listens."""

    pid: int
    port: int
    sockets: Path


def name_of(data: Path) -> str:
    """The `cluster_name` of a data folder.

    It stands in the command line of the server and in the titles of its workers, which everyone may read. Their working
    folder would tell as much, but in a container root may not look at that of another user's process.
    """
    return f"onewindow-{hashlib.sha256(str(data).encode()).hexdigest()[:16]}"


def find(data: Path) -> Postmaster | None:
    """The living server of a data folder; a number left by a dead one, or in use by another program, does not count.

    Nor does one that has just begun: the line that says where it listens stays empty until it does.
    """
    data = data.resolve()
    try:
        lines = (data / PID_FILE).read_text().splitlines()
        pid, port, sockets = int(lines[0]), int(lines[3]), lines[4]
    except (FileNotFoundError, IndexError, ValueError):
        return None
    return Postmaster(pid, port, Path(sockets)) if sockets and serves(pid, data) else None


def serves(pid: int, data: Path) -> bool:
    """Whether the process is the server, or a worker of it, on these data."""
    return name_of(data) in _command_line(pid)


async def stop(pid: int, data: Path) -> None:
    """Stop the server of a data folder: in order if it can, by force if it does not answer."""
    for way, limit in WAYS_TO_STOP:
        if not _signalled(pid, data, way) or await _gone(pid, data, limit):
            return
    raise ClusterError(f"the server with process id {pid} on {data} cannot be stopped")


async def clear(data: Path, sockets: Path) -> None:
    """Make room for a new server where one was killed: its orphaned workers end, then its stale marks go.

    A worker that outlived its server could still write, so none may be left when the next server begins to recover. The
    number in a mark may belong to another program by now, or to a dead one that nobody has collected; for either
    PostgreSQL would refuse to start. Both folders are this home's alone.
    """
    patience = time.monotonic() + ORPHANS_MAY_TAKE
    while workers := _processes(data):
        if time.monotonic() >= patience:
            for pid in workers:
                _signalled(pid, data, signal.SIGKILL)
        await asyncio.sleep(POLL)
    for mark in (data / PID_FILE, *sockets.glob(".s.PGSQL.*")):
        mark.unlink(missing_ok=True)


def _signalled(pid: int, data: Path, number: signal.Signals) -> bool:
    if not serves(pid, data):
        return False
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        return False
    return True


async def _gone(pid: int, data: Path, limit: float) -> bool:
    give_up = time.monotonic() + limit
    while serves(pid, data):
        if time.monotonic() >= give_up:
            return False
        await asyncio.sleep(POLL)
    return True


def _processes(data: Path) -> list[int]:
    """Every process of the server on these data."""
    if PROC.is_dir():
        pids = [int(entry.name) for entry in PROC.iterdir() if entry.name.isdigit()]
        return [pid for pid in pids if serves(pid, data)]
    lines = (line.strip().partition(" ") for line in _ps("-A", "-o", "pid=,args=").splitlines())
    return [int(pid) for pid, _, command in lines if name_of(data) in command]


def _command_line(pid: int) -> str:
    """What the process was started with, or its title; empty for one that is gone or waits to be reaped."""
    if not PROC.is_dir():
        return _ps("-o", "args=", "-p", str(pid))
    try:
        return (PROC / str(pid) / "cmdline").read_text(errors="replace")
    except OSError:
        return ""


def _ps(*options: str) -> str:
    return subprocess.run(["/bin/ps", *options], capture_output=True, text=True, check=False, timeout=10).stdout
