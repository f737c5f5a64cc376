"""One API worker under load: a process that serves one of `applications` until its standard input ends.

    python -m benchmarks.serving registering

It is told by the environment what `onewindow serve` is told, listens on a free port of loopback and prints it.
"""

import asyncio
import contextlib
import gc
import logging
import socket
import sys
from collections.abc import Iterator

import uvicorn
import uvloop

from benchmarks.applications import APPLICATIONS
from chassis.telemetry import logs


class _Server(uvicorn.Server):
    """uvicorn without its own signal handlers."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


async def serve(name: str) -> None:
    """Serve one of APPLICATIONS, with the settings of `onewindow serve`, until standard input ends."""
    logs.configure("benchmark", level=logging.WARNING)
    loop = asyncio.get_running_loop()
    async with APPLICATIONS[name]() as app:
        with socket.socket() as listener:
            listener.bind(("127.0.0.1", 0))
            config = uvicorn.Config(
                app,
                loop="none",
                http="httptools",
                ws="none",
                lifespan="off",
                log_config=None,
                access_log=False,
                server_header=False,
            )
            server = _Server(config)
            gc.collect()
            gc.freeze()
            serving = asyncio.create_task(server.serve(sockets=[listener]))
            while not server.started:
                await asyncio.sleep(0.01)
            sys.stdout.write(f"{listener.getsockname()[1]}\n")
            sys.stdout.flush()
            await loop.run_in_executor(None, sys.stdin.read)
            server.should_exit = True
            await serving


if __name__ == "__main__":
    uvloop.run(serve(sys.argv[1]))
