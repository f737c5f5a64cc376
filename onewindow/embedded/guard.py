"""Who owns a home's server, and what stops the server when its owner is killed."""

import asyncio
import fcntl
import os
import subprocess
import time
from pathlib import Path

from onewindow.embedded import postmaster
from onewindow.embedded.errors import HomeInUse

LOCK = "postgres.lock"
# Waits until the owner's end of the pipe is closed, by its exit or its death, then asks the server, if there still is
# one, to stop. It runs in a session of its own: a signal to the owner's whole group does not reach it. The server's
# name comes through the pipe, since whoever has it in the command line is taken for a part of the server.
KEEPER = """
read -r name
read -r _
read -r pid < "$0/postmaster.pid" || exit 0
case "$(tr '\\0' ' ' < "/proc/$pid/cmdline" || ps -o args= -p "$pid")" in
  *"$name"*) kill -INT "$pid" ;;
esac
"""
POLL = 0.05


class Guard:
    """Ownership of one home, held by a lock that the kernel gives back when the last holder is gone.

    The lock is shared with the keeper, so a new owner comes in only after the keeper of a killed one has done its work.
    """

    def __init__(self, descriptor: int) -> None:
        self._descriptor: int | None = descriptor
        self._keeper: subprocess.Popen[bytes] | None = None

    def watch(self, data: Path) -> None:
        """From now on the server on `data` ends with this process, however that ends."""
        if self._descriptor is None or self._keeper is not None:
            return
        self._keeper = subprocess.Popen(
            ["/bin/sh", "-c", KEEPER, str(data)],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            pass_fds=[self._descriptor],
            start_new_session=True,
            cwd="/",
        )
        if self._keeper.stdin is not None:
            self._keeper.stdin.write(f"{postmaster.name_of(data)}\n".encode())
            self._keeper.stdin.flush()

    def release(self) -> None:
        """Give the home back; to be called when the server has stopped."""
        keeper, self._keeper = self._keeper, None
        if keeper is not None:
            if keeper.stdin is not None:
                keeper.stdin.close()
            keeper.wait(timeout=10)
        descriptor, self._descriptor = self._descriptor, None
        if descriptor is not None:
            os.close(descriptor)


async def acquire(home: Path, patience: float) -> Guard:
    """Become the owner of a home, waiting at most `patience` seconds for another one to finish."""
    descriptor = os.open(home / LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    give_up = time.monotonic() + patience
    try:
        while True:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                if time.monotonic() >= give_up:
                    raise HomeInUse(
                        f"another run uses {home}; stop it, or set ONEWINDOW_HOME and ONEWINDOW_PORT"
                    ) from error
                await asyncio.sleep(POLL)
            else:
                return Guard(descriptor)
    except BaseException:
        os.close(descriptor)
        raise
