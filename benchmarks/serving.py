"""One API worker under load: a process that serves one of `applications` until its standard input ends.

    python -m benchmarks.serving registering

It is told by the environment what `onewindow serve` is told, listens on a free port of loopback and prints it.
"""

import asyncio
import logging
import socket
import sys

import uvloop

from benchmarks.applications import APPLICATIONS
from chassis.http.serving import server
from chassis.telemetry import logs


async def serve(name: str) -> None:
    """Serve one of APPLICATIONS, with the settings of `onewindow serve`, until standard input ends."""
    logs.configure("benchmark", level=logging.WARNING)
    loop = asyncio.get_running_loop()
    async with APPLICATIONS[name]() as app:
        with socket.socket() as listener:
            listener.bind(("127.0.0.1", 0))
            serving = server(app)
            running = asyncio.create_task(serving.serve(sockets=[listener]))
            while not serving.started:
                await asyncio.sleep(0.01)
            sys.stdout.write(f"{listener.getsockname()[1]}\n")
            sys.stdout.flush()
            await loop.run_in_executor(None, sys.stdin.read)
            serving.should_exit = True
            await running


if __name__ == "__main__":
    uvloop.run(serve(sys.argv[1]))
