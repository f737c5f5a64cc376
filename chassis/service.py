"""Puts a service together: its parts, its nouns, its background tasks and its edge; nouns in, FastAPI app out."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Sequence
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass, field
from functools import partial
from typing import Any, Final

import structlog
from fastapi import APIRouter, FastAPI
from sqlalchemy import text
from starlette.routing import Route

from chassis.bus import dead_letters
from chassis.bus.consumer import Consumer
from chassis.bus.handlers import Handlers
from chassis.bus.in_process import InProcessBus
from chassis.bus.protocol import Bus
from chassis.bus.relay import Relay
from chassis.database.outages import is_outage
from chassis.database.scope import SYSTEM
from chassis.database.session import Database
from chassis.deadlines.sweep import Sweep, Timers
from chassis.http.limits import Limits
from chassis.http.middleware import guard
from chassis.http.openapi import customise
from chassis.http.operations import operations
from chassis.rules.clock import Clock, SystemClock
from chassis.security.keys import Keyring
from chassis.security.sealing import Sealer
from chassis.security.tokens import Verifier
from chassis.settings import ServiceSettings
from chassis.telemetry.health import Health
from chassis.telemetry.logs import AccessLog
from chassis.telemetry.metrics import Metrics

MEASURE_SECONDS: Final = 15.0
STOP_SECONDS: Final = 5.0
JOURNALED: Final = text("SELECT count(*) FROM journal")

log = structlog.get_logger("chassis.service")


@dataclass(frozen=True, slots=True, kw_only=True)
class Noun:
    """A noun's edges: ordinary routes, plain routes for hot paths, handlers of facts, timers of deadlines."""

    name: str
    router: APIRouter | None = None
    plain: Sequence[Route] = ()
    handlers: Handlers = field(default_factory=dict)
    timers: Timers = field(default_factory=dict)


Background = Callable[[], Coroutine[Any, Any, None]]
"""A task that runs as long as the service does; when it ends by itself the service is no longer ready."""


class Service:
    """The parts of one running service; routes reach them through `request.app.state.service`."""

    def __init__(self, settings: ServiceSettings, *, bus: Bus | None = None, clock: Clock | None = None) -> None:
        self.settings = settings
        self.name = settings.service
        self.clock: Clock = clock or SystemClock()
        self.bus: Bus = bus or InProcessBus()
        self.keyring = Keyring.for_service(settings)
        self.sealer = Sealer(self.keyring, settings.cipher)
        self.verifier = Verifier.for_service(settings, self.clock)
        self.database = Database(settings.database_url, clock=self.clock, pool_size=settings.database_pool)
        self.metrics = Metrics(self.name)
        self.access = AccessLog(self.name)
        self.health = Health()
        self.relay = Relay(
            self.name,
            self.database,
            self.bus,
            observe=self._observe_backlog,
            published=self.metrics.relay_published.inc,
        )
        self.ended = asyncio.Event()
        """Set when a background task ended by itself: the process should end too, and be started anew."""
        self._background: dict[str, Background] = {}
        self._tasks: list[asyncio.Task[None]] = []
        self._consumer: Consumer | None = None
        self._sweep: Sweep | None = None

    @property
    def consumer(self) -> Consumer:
        """What applies the facts of other services."""
        assert self._consumer is not None, "assemble() comes first"  # noqa: S101 -- an order of calls in this file
        return self._consumer

    @property
    def sweep(self) -> Sweep:
        """What finds deadlines that fell due."""
        assert self._sweep is not None, "assemble() comes first"  # noqa: S101 -- same
        return self._sweep

    def employ(self, name: str, work: Background) -> None:
        """Run `work` for as long as the service runs, such as a coalescing writer."""
        self._background[name] = work

    def assemble(self, nouns: Sequence[Noun]) -> None:
        """Make consumer and sweep from the nouns' tables; two nouns may not claim one deadline rule."""
        self._consumer = Consumer(
            self.name,
            self.database,
            [noun.handlers for noun in nouns],
            self.bus,
            keyring=self.keyring,
            observe=self.metrics.consumed,
            committed=self.relay.hint,
        )
        timers: dict[str, Any] = {}
        for noun in nouns:
            if twice := timers.keys() & noun.timers.keys():
                raise ValueError(f"timers of {noun.name} are claimed already: {', '.join(sorted(twice))}")
            timers |= noun.timers
        self._sweep = Sweep(self.name, self.database, timers, self.clock)
        self.health.probe("database", self.database.ping)
        self.health.watch("relay", lambda: self.relay.alive)
        self.health.watch("consumer", lambda: self.consumer.alive)

    async def start(self) -> None:
        """Begin to consume, to publish and to watch deadlines."""
        work = {**self._background, "sweep": self.sweep.run, "measure": self._measure}
        for name, background in work.items():
            task = asyncio.create_task(background(), name=f"{self.name} {name}")
            task.add_done_callback(self._task_ended)
            self.health.watch(name, partial(_is_alive, task))
            self._tasks.append(task)
        await self.consumer.start()
        await self.relay.start()

    async def stop(self) -> None:
        """Finish what is in hand and close; whatever does not end in time is given up and heals at the next start."""
        steps: Sequence[Awaitable[object]] = (
            self.relay.stop(),
            self.consumer.stop(),
            self._cancel(),
            self.database.close(),
        )
        for step in steps:
            with contextlib.suppress(TimeoutError, OSError):
                await step

    async def _cancel(self) -> None:
        tasks, self._tasks = self._tasks, []
        for task in tasks:
            task.remove_done_callback(self._task_ended)
            task.cancel()
        if tasks:
            await asyncio.wait(tasks, timeout=STOP_SECONDS)

    def _task_ended(self, task: asyncio.Task[None]) -> None:
        error = None if task.cancelled() else task.exception()
        log.error("task_ended", service=self.name, task=task.get_name(), exc_info=error)
        self.ended.set()

    def _observe_backlog(self, pending: int, oldest_seconds: float) -> None:
        self.metrics.outbox_pending.set(pending)
        self.metrics.oldest_pending_seconds.set(oldest_seconds)

    async def _measure(self) -> None:
        while True:
            try:
                async with self.database.transaction(SYSTEM) as session:
                    self.metrics.journal_entries.set(await session.scalar(JOURNALED) or 0)
                    counts = await dead_letters.count(session)
            except Exception as error:
                if not is_outage(error):
                    raise
            else:
                for state, number in asdict(counts).items():
                    self.metrics.dead_letters(state, number)
            await asyncio.sleep(MEASURE_SECONDS)


def build_service(service: Service, nouns: Sequence[Noun], *, title: str, description: str) -> FastAPI:
    """The app of a service: hot routes first, then the nouns' routers under /v1, behind the edge of `chassis.http`.

    Its lifespan starts and stops the service; a composition that mounts it has to run that lifespan itself.
    """
    service.assemble(nouns)

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        await service.start()
        try:
            yield
        finally:
            await service.stop()

    app = FastAPI(
        title=title,
        description=description,
        version="1",
        routes=[route for noun in nouns for route in noun.plain],
        docs_url=None,  # its page loads scripts from elsewhere, which a closed network has not
        redoc_url=None,
        lifespan=lifespan,
        # Looked up anew at every request, and `chassis.http.observation` measures already.
        telemetry={"tracing": False, "metrics": False, "logs": False},
    )
    app.state.service = service
    for noun in nouns:
        if noun.router is not None:
            app.include_router(noun.router, prefix="/v1")
    app.router.routes.extend(operations(service.health, service.metrics))
    guard(
        app,
        service.verifier,
        service.metrics,
        limits=Limits(body_bytes=service.settings.body_limit),
        access=service.access,
    )
    customise(app)
    return app


def _is_alive(task: asyncio.Task[None]) -> bool:
    return not task.done()
