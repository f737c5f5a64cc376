"""`onewindow run`: the county on a port, from the first line on the screen to the last process that ends."""

import asyncio
import contextlib
import signal
import socket
import sys
import time
from typing import Final

import structlog

from chassis.http.serving import Server
from chassis.http.serving import server as http_server
from chassis.telemetry import logs
from onewindow.demonstration import load
from onewindow.embedded import county
from onewindow.embedded.errors import HomeInUse
from onewindow.listening import bound, taken
from onewindow.surroundings import Surroundings, command

DRAIN_SECONDS: Final = 15
"""How long requests in hand may take when the run is stopped."""
KEEP_ALIVE_SECONDS: Final = 15
FIRST_PATIENCE: Final = 0.5
PATIENCE: Final = 6.0
"""How long another process that has the home is waited for: a short command, or what a killed run left behind."""
PORT: Final = "ONEWINDOW_PORT"
STOPPING: Final = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

log = structlog.get_logger("onewindow.serving")


class Ended(Exception):
    """A part of the county ended by itself, and the rest was stopped."""


class _Run:
    """One run, from its start to its end."""

    def __init__(self, around: Surroundings, listener: socket.socket) -> None:
        self.around = around
        self.listener = listener
        self.stop = asyncio.Event()
        self.serving: asyncio.Task[None] | None = None
        self.server: Server | None = None

    def stopping(self) -> None:
        """Handler of a signal: the first one asks, a second one does not wait for requests in hand."""
        first = not self.stop.is_set()
        self.stop.set()
        if first:
            _say("正在停止 stopping ...")
        if self.serving is not None and self.server is None:
            self.serving.cancel()  # while it starts there is nothing to be finished
        elif self.server is not None and not first:
            self.server.force_exit = True


async def run(around: Surroundings) -> None:
    """Start, serve until a signal comes, stop.

    Raises PortTaken, HomeInUse, ClusterError, and Ended when a part ended by itself.
    """
    logs.configure("onewindow", level=around.log_level)
    loop = asyncio.get_running_loop()
    with bound(around.host, around.port, variable=PORT) as listener:
        this = _Run(around, listener)
        for number in STOPPING:
            loop.add_signal_handler(number, this.stopping)
        this.serving = asyncio.create_task(_serve(this))
        try:
            await this.serving
        except asyncio.CancelledError:
            if not this.stop.is_set():
                raise
        finally:
            for number in STOPPING:
                loop.remove_signal_handler(number)
    _say("已停止 stopped")


async def _serve(this: _Run) -> None:
    around, began = this.around, time.monotonic()
    _say(f"一窗 OneWindow：正在启动 starting, data in {around.home.absolute()}")
    patience = FIRST_PATIENCE
    while True:
        try:
            async with county.opened(
                around.home, address=around.address, access_log=around.access_log, patience=patience
            ) as opened:
                if around.demonstration:
                    await _demonstrate(opened)
                await _listen(this, opened, began)
        except HomeInUse:
            if patience == PATIENCE:
                raise
            _say(f"数据目录正被占用，等待最多 {PATIENCE:.0f} 秒 another process uses the data, waiting")
            patience = PATIENCE
        else:
            return


async def _demonstrate(opened: county.County) -> None:
    if await load.is_loaded(opened):
        return
    _say("首次运行：正在载入示范县域 first run: loading the demonstration county ...")
    try:
        await load.load(opened)
    except (load.NotAccepted, TimeoutError) as error:
        # The county itself is sound; the next run completes what is missing.
        log.warning("demonstration_incomplete", exc_info=error)
        _say("示范数据未能全部载入，下次运行会继续 the demonstration is incomplete; the next run goes on with it")


async def _listen(this: _Run, opened: county.County, began: float) -> None:
    server = http_server(opened.app, timeout_keep_alive=KEEP_ALIVE_SECONDS, timeout_graceful_shutdown=DRAIN_SECONDS)
    try:
        this.listener.listen(server.config.backlog)
    except OSError as error:
        raise taken(this.around.port, error, variable=PORT) from error
    this.server = server
    serving = asyncio.create_task(server.serve(sockets=[this.listener]))
    ended, stop = asyncio.create_task(opened.ended()), asyncio.create_task(this.stop.wait())
    _announce(this.around, time.monotonic() - began)
    try:
        await asyncio.wait([serving, ended, stop], return_when=asyncio.FIRST_COMPLETED)
        if ended.done():
            raise Ended
    finally:
        server.should_exit = True
        for task in (ended, stop):
            task.cancel()
        await asyncio.gather(serving, ended, stop, return_exceptions=True)


def _announce(around: Surroundings, seconds: float) -> None:
    ours = command()
    _say(
        f"运行中 up after {seconds:.1f} s\n"
        f"  首页 start here    {around.address}/\n"
        f"  接口文档 API docs   {around.address}/docs\n"
        f"  领取令牌 a token    {ours} token mint --role WINDOW_CLERK --division 130926000000\n"
        f"  各服务 figures      {ours} status\n"
        f"  停止 stop          Ctrl-C"
    )


def _say(text: str) -> None:
    """Tell the person who started the run; a closed terminal is no reason to stop."""
    with contextlib.suppress(OSError):
        sys.stdout.buffer.write(f"{text}\n".encode())
        sys.stdout.flush()
