"""`onewindow serve`: one service on a port, from its start until it has stopped in order."""

import asyncio
import contextlib
import os
import signal
import socket
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import Final, TextIO

import structlog
from fastapi import FastAPI

from chassis.bus.kafka.bus import KafkaBus
from chassis.http.serving import server as http_server
from chassis.service import Service
from chassis.telemetry import logs
from onewindow.distributed.place import Place, application
from onewindow.listening import bound

# Together less than the 30 seconds after which whoever asked a process to stop kills it.
LINGER_SECONDS: Final = 2.0
"""Not ready any more, and still answering: whoever sends requests here needs a moment to notice."""
DRAIN_SECONDS: Final = 10
"""How long requests in hand may take."""
PARTS_SECONDS: Final = 12.0
"""Consumer, relay, tasks and database together."""
BUS_SECONDS: Final = 3.0
LAST_SECONDS: Final = 28.0
"""Whatever hangs then is left to heal at the next start."""
KEEP_ALIVE_SECONDS: Final = 15
BACKLOG: Final = 512
STOPPING: Final = (signal.SIGINT, signal.SIGTERM)

log = structlog.get_logger("onewindow.serving")


class Ended(Exception):
    """A part of the service ended by itself, and the rest was stopped."""


async def run(place: Place) -> None:
    """Serve until a signal comes, then stop in order; needs neither database nor broker to start.

    Raises SettingUnclear, PortTaken, and Ended when a part ended by itself.
    """
    logs.configure(place.service, level=place.log_level)
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in STOPPING:
        loop.add_signal_handler(number, stopped.set)
    bus = KafkaBus(place.kafka)
    app = application(place.service, bus)
    service: Service = app.state.service
    bus.observe_lag = service.metrics.lag
    service.health.watch("accepting", lambda: not stopped.is_set())
    port = bound(place.host, place.port, variable=f"{place.service.upper()}_PORT")
    with port as listener, _access_log(place) as stream:
        service.access.stream = stream
        async with _parts(app, bus):
            await _listen(app, listener, stopped)
    if service.ended.is_set():
        raise Ended


@asynccontextmanager
async def _parts(app: FastAPI, bus: KafkaBus) -> AsyncIterator[None]:
    """Run the background of the service; its stop has an end even where one of its parts has none."""
    lifespan = app.router.lifespan_context(app)
    await lifespan.__aenter__()
    try:
        yield
    finally:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(PARTS_SECONDS):
                await lifespan.__aexit__(None, None, None)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(BUS_SECONDS):
                await bus.close()


async def _listen(app: FastAPI, listener: socket.socket, stopped: asyncio.Event) -> None:
    """Answer requests until told to stop, or until a part of the service ends by itself."""
    server = http_server(
        app, backlog=BACKLOG, timeout_keep_alive=KEEP_ALIVE_SECONDS, timeout_graceful_shutdown=DRAIN_SECONDS
    )
    serving = asyncio.create_task(server.serve(sockets=[listener]))
    ended = asyncio.create_task(app.state.service.ended.wait())
    asked = asyncio.create_task(stopped.wait())
    try:
        await asyncio.wait([serving, ended, asked], return_when=asyncio.FIRST_COMPLETED)
        _end_at_last()
        if asked.done() and not serving.done():
            log.info("stopping")
            await asyncio.wait([serving], timeout=LINGER_SECONDS)
        server.should_exit = True
        await serving
    finally:
        for task in (ended, asked):
            task.cancel()
        await asyncio.gather(ended, asked, return_exceptions=True)


def _end_at_last() -> None:
    """End the process when stopping takes too long, whatever holds it up."""
    timer = threading.Timer(LAST_SECONDS, os._exit, [1])
    timer.daemon = True
    timer.start()


@contextlib.contextmanager
def _access_log(place: Place) -> Iterator[TextIO | None]:
    """Where a line for each request goes; None: standard error."""
    if not place.log_requests:
        with open(os.devnull, "w", encoding="utf-8") as nowhere:  # noqa: PTH123 -- no path of ours
            yield nowhere
    elif place.access_log is None:
        yield None
    else:
        with place.access_log.open("a", encoding="utf-8", buffering=1) as stream:
            yield stream
