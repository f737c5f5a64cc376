"""The consumer: takes what the bus delivers and decides between retry, setting aside and stopping."""

import asyncio
import contextlib
from collections.abc import Callable, Sequence

import structlog

from chassis.bus.applying import Applier, Flooded, Observe
from chassis.bus.attempts import Attempts, Backoff
from chassis.bus.dead_letters import Verdict
from chassis.bus.failures import describe
from chassis.bus.handlers import Handlers, topics_of
from chassis.bus.protocol import Bus, Record, Subscription, Unavailable
from chassis.bus.reading import Arrival, Reader, Rejected
from chassis.bus.replay import Replayed, work_off
from chassis.database.outages import is_outage
from chassis.database.session import Database
from chassis.security.keys import Keyring

IDLE_SECONDS = 5.0
"""How often the letters are looked at when none waits; a record set aside here wakes at once."""
WAITING_SECONDS = 0.1
STOP_SECONDS = 5.0

log = structlog.get_logger("chassis.bus.consumer")


def _unobserved(_outcome: str, _number: int) -> None:
    """Count nothing."""


def _unheard() -> None:
    """Tell nobody."""


class Consumer:
    """Applies each fact once, in the order of its case, whatever the bus repeats.

    An outage of the database is waited out and parks nothing. A record that cannot be applied is set aside with the
    later ones of its case, and other cases pass it. When more than a few cases die within a minute the fault is this
    service's: it stops, says so through `failed`, and takes nothing until it is started anew.
    """

    def __init__(
        self,
        service: str,
        database: Database,
        handlers: Sequence[Handlers],
        bus: Bus,
        *,
        keyring: Keyring | None = None,
        batch: int = 100,
        wait_seconds: float = 30.0,
        flood_cases: int = 5,
        observe: Observe = _unobserved,
        committed: Callable[[], None] = _unheard,
    ) -> None:
        """Make a consumer.

        `handlers` are the nouns' tables; `keyring` opens parcels, and analytics has none; `wait_seconds` is how long a
        missing fact is waited for; `committed` is called after each commit: a relay's hint.
        """
        self.service = service
        self.failed: str | None = None
        """Why the consumer stopped for good; None while it works."""
        self._bus = bus
        self.topics = topics_of(handlers)
        """What it reads: the topics of the facts that it has handlers for."""
        self._reader = Reader(handlers, keyring)
        self._applier = Applier(
            service, database, self._reader, wait_seconds=wait_seconds, flood_cases=flood_cases, observe=observe
        )
        self._batch = batch
        self._committed = committed
        self._subscription: Subscription | None = None
        self._attendant: asyncio.Task[None] | None = None
        self._stirred: set[str] = set()
        self._stir = asyncio.Event()
        self._attended = False
        self._stopping = asyncio.Event()

    @property
    def alive(self) -> bool:
        """Whether it works: started, and not stopped by a flood. For the health check."""
        return self.failed is None and self._attendant is not None and not self._attendant.done()

    async def start(self) -> None:
        """Subscribe to the topics of the handlers, and attend to the letters."""
        self._stopping.clear()
        self._attendant = asyncio.create_task(self._attend(), name=f"{self.service} letters")
        if self.topics:
            self._subscription = await self._bus.subscribe(self.service, self.topics, self.deliver)

    async def stop(self) -> None:
        """Finish the batch in hand or give it back, within the bus's own limit; nothing is lost either way."""
        self._stopping.set()
        if self._subscription is not None:
            await self._subscription.stop()
            self._subscription = None
        if self._attendant is not None:
            self._attendant.cancel()
            with contextlib.suppress(asyncio.CancelledError, TimeoutError):
                async with asyncio.timeout(STOP_SECONDS):
                    await self._attendant
            self._attendant = None

    async def deliver(self, records: Sequence[Record]) -> None:
        """Return when each record is applied or set aside; raises Unavailable while stopping or after a flood."""
        done, size = 0, self._batch
        attempts, outage = Attempts(), Backoff()
        verdict: Verdict | None = None
        while done < len(records):
            if self._stopping.is_set() or self.failed:
                raise Unavailable(f"{self.service} takes no records")
            part = [self._reader.sort(record) for record in records[done : done + size]]
            try:
                await self._advance(part, verdict)
            except Flooded:
                self._fail()
            except Exception as error:
                if is_outage(error):
                    log.warning("consumer_outage", service=self.service, error=describe(error))
                    await self._rest(outage.pause())
                    size = max(1, len(part) // 2)
                elif len(part) > 1:
                    size = len(part) // 2  # until the culprit stands alone
                elif verdict := attempts.judge(error):
                    log.warning("record_failed", service=self.service, reason=verdict.reason, exc_info=error)
                else:
                    await self._rest(Backoff().pause())
            else:
                done, size = done + len(part), min(self._batch, size * 2)
                attempts, verdict = Attempts(), None
                outage.reset()

    async def replay(self, key: str) -> Replayed:
        """Work off a case's letters in order, through the same handlers; stops at the first that fails."""
        try:
            return await work_off(self._applier, key)
        finally:
            self._committed()

    async def replay_letter(self, letter_id: int) -> Replayed | None:
        """Work off the letters of the case that this letter belongs to; None when there is no such letter."""
        letter = await self._applier.find(letter_id)
        return None if letter is None else await self.replay(letter.record.key)

    async def _advance(self, part: Sequence[Arrival | Rejected], verdict: Verdict | None) -> None:
        if verdict is None:
            waiting = await self._applier.take(part)
        else:
            await self._applier.set_aside(part[0], verdict)
            waiting = {part[0].key}
        self._committed()
        if waiting:
            self._stirred |= waiting
            self._stir.set()

    async def _rest(self, seconds: float) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._stopping.wait()

    async def _attend(self) -> None:
        """Try waiting cases again: those whose time has come, and those of which something arrived."""
        outage = Backoff()
        while not self.failed:
            pause = outage.pause()
            try:
                pause = WAITING_SECONDS if await self._attend_once() else IDLE_SECONDS
            except Flooded:
                self._fail()
            except Exception as error:  # noqa: BLE001 -- this task must outlive any outage
                log.warning("letters_not_attended", service=self.service, error=describe(error))
            else:
                outage.reset()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(pause):
                    await self._stir.wait()

    async def _attend_once(self) -> bool:
        """Whether any case waits for a fact that may still come in time."""
        self._stir.clear()
        stirred, self._stirred = self._stirred, set()
        try:
            cases = await self._applier.waiting_cases()
            if not self._attended:  # what arrived before this process began has stirred nobody here
                stirred |= cases.keys()
            for key, turn in cases.items():
                if turn.due or key in stirred:
                    replayed = await work_off(self._applier, key)
                    stirred.discard(key)
                    if replayed.applied:
                        self._committed()
                    await self._applier.postpone(key)
        except BaseException:
            self._stirred |= stirred
            raise
        self._attended = True
        return any(turn.in_time for turn in cases.values())

    def _fail(self) -> None:
        self.failed = "too many cases failed within a minute"
        log.error("consumer_stopped", service=self.service, reason=self.failed)
