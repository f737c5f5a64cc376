"""CPU time of processes, read from /proc: the steadiest measure on a machine that others use too."""

import os
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Final

TICK: Final = os.sysconf("SC_CLK_TCK")
PPID, UTIME, STIME, CUTIME, CSTIME = 1, 11, 12, 13, 14
"""Places in /proc/PID/stat, counted from behind the name."""
REAP_SECONDS: Final = 0.4
"""After this long the postmaster has counted the back ends that ended: before, their time is in nobody's account."""


@dataclass(frozen=True, slots=True)
class Tree:
    """A process and, when `children` is set, everything below it, whether it still runs or was waited for."""

    pid: int
    children: bool = False

    def seconds(self) -> float:
        """CPU seconds used so far, user and system."""
        own = _fields(self.pid)
        if own is None:
            return 0.0
        ticks = own[UTIME] + own[STIME]
        if self.children:
            ticks += own[CUTIME] + own[CSTIME] + sum(_ticks(pid) for pid in _children(self.pid))
        return ticks / TICK


def settle() -> None:
    """Let the postmaster take its ended back ends into account."""
    time.sleep(REAP_SECONDS)


def _ticks(pid: int) -> int:
    fields = _fields(pid)
    return 0 if fields is None else sum(fields[place] for place in (UTIME, STIME, CUTIME, CSTIME))


def _children(parent: int) -> list[int]:
    """Direct children; PostgreSQL's have none of their own."""
    pids = [int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit()]
    return [pid for pid in pids if (fields := _fields(pid)) is not None and fields[PPID] == parent]


def _fields(pid: int) -> list[int] | None:
    """The numbers behind the name, which may itself hold spaces; None for a process that is gone."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text("utf-8")
    except (FileNotFoundError, ProcessLookupError):
        return None
    return [int(word) if word.lstrip("-").isdigit() else 0 for word in text.rpartition(")")[2].split()]
