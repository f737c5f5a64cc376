"""The one transaction of a batch: marks in the inbox, order per case, handlers, positions and letters."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Final

import structlog

from chassis.bus import dead_letters, inbox
from chassis.bus.dead_letters import BEHIND, Letter, Reason, State, Turn, Verdict
from chassis.bus.handlers import Batched, Delivery, NotYet
from chassis.bus.inbox import Place
from chassis.bus.protocol import Record
from chassis.bus.reading import Arrival, Reader, Rejected
from chassis.database.scope import SYSTEM
from chassis.database.session import Database, Session
from chassis.failpoints import CONSUMER_AFTER_COMMIT, CONSUMER_BEFORE_COMMIT, reach
from chassis.journal.context import Acting, acting_as
from contracts.envelope import Event

BATCH_SECONDS = 10.0
"""A batch and its commit; a batch that takes longer is halved, so that only a single record can be too slow."""
FLOOD_SECONDS = 60.0

GAP: Final = Verdict(State.WAITING, Reason.NOT_YET, "the case's previous event on this topic")

Observe = Callable[[str, int], None]
"""Counts what became of records, by outcome: applied, duplicate, skipped, dead, waiting, parked, replayed, alarm."""

log = structlog.get_logger("chassis.bus.applying")


class Fork(Exception):
    """An event that was not applied claims a version that was: there are two histories of the case."""


class Flooded(Exception):
    """More cases die than a few: the fault is this service's, and going on would drain the topic into letters."""


@dataclass(slots=True)
class _Plan:
    """What is to become of each arrival of a batch."""

    fresh: list[Arrival] = field(default_factory=list)
    old: list[Arrival] = field(default_factory=list)
    aside: list[tuple[Record, Verdict]] = field(default_factory=list)
    reached: dict[Place, int] = field(default_factory=dict)


class Applier:
    """Applies records for one service. It decides nothing about retries: a failure is raised, and nothing stays."""

    def __init__(
        self,
        service: str,
        database: Database,
        reader: Reader,
        *,
        wait_seconds: float,
        flood_cases: int,
        observe: Observe,
    ) -> None:
        self.reader = reader
        self._service = service
        self._actor = f"service:{service}"
        self._database = database
        self._wait = wait_seconds
        self._flood_cases = flood_cases
        self._observe = observe

    async def take(self, batch: Sequence[Arrival | Rejected]) -> set[str]:
        """Apply a batch in order, set aside what cannot be applied now, and return the cases that wait.

        Raises what a handler raises, Fork, Flooded, or the database's error.
        """
        async with self._database.transaction(SYSTEM, seconds=BATCH_SECONDS) as session:
            held = await dead_letters.hold(session, {arrival.key for arrival in batch})
            places = {arrival.place for arrival in batch if isinstance(arrival, Arrival)}
            plan = _plan(batch, held, await inbox.positions_for_update(session, places))
            counts = await self._apply(session, plan)
            await self._set_aside(session, plan.aside)
            reach(CONSUMER_BEFORE_COMMIT)
        reach(CONSUMER_AFTER_COMMIT)
        counts.update(verdict.state for _, verdict in plan.aside)
        self._report(counts, [verdict for _, verdict in plan.aside])
        return {
            dead_letters.stored_key(record.key) for record, verdict in plan.aside if verdict.state is not State.DEAD
        }

    async def set_aside(self, arrival: Arrival | Rejected, verdict: Verdict) -> None:
        """Set one record aside, after attempts that failed; raises Flooded."""
        async with self._database.transaction(SYSTEM) as session:
            await self._set_aside(session, [(arrival.record, verdict)])
        self._report(Counter([verdict.state]), [verdict])

    async def retry(self, letter_id: int) -> bool:
        """Apply a letter's record and take the letter away; False when it was gone already.

        Raises Unreadable, NotYet when another fact must come first, and whatever `take` raises.
        """
        async with self._database.transaction(SYSTEM, seconds=BATCH_SECONDS) as session:
            letter = await dead_letters.find(session, letter_id)
            if letter is None:
                return False
            await dead_letters.lock_case(session, letter.record.key)
            if await dead_letters.find(session, letter_id) is None:
                return False
            arrival = self.reader.read(letter.record)
            plan = _plan([arrival], set(), await inbox.positions_for_update(session, {arrival.place}))
            if plan.aside:
                raise NotYet
            counts = await self._apply(session, plan)
            await dead_letters.remove(session, letter, wait=self._wait)
        self._report(counts + Counter(replayed=1), [])
        return True

    async def rule(self, letter_id: int, verdict: Verdict) -> None:
        """Change what is said of a letter after it failed again; raises Flooded."""
        async with self._database.transaction(SYSTEM) as session:
            letter = await dead_letters.find(session, letter_id)
            if letter is None:
                return
            dies = verdict.state is State.DEAD and letter.verdict.state is not State.DEAD
            if dies and verdict.reason is not Reason.NOT_YET:
                await self._refuse_flood(session, {letter.record.key})
            await dead_letters.judge(session, letter_id, verdict, wait=self._wait)
        if dies:
            self._report(Counter([verdict.state]), [verdict])

    async def find(self, letter_id: int) -> Letter | None:
        """The letter, or None when it is gone."""
        async with self._database.transaction(SYSTEM) as session:
            return await dead_letters.find(session, letter_id)

    async def letters_of(self, key: str) -> list[int]:
        """Ids of a case's letters, in the order of their arrival."""
        async with self._database.transaction(SYSTEM) as session:
            return await dead_letters.ids_of_case(session, key)

    async def waiting_cases(self) -> dict[str, Turn]:
        """Cases that lack nothing but a missing fact."""
        async with self._database.transaction(SYSTEM) as session:
            return await dead_letters.waiting_cases(session)

    async def postpone(self, key: str) -> None:
        """Try a waiting case again after a longer pause."""
        async with self._database.transaction(SYSTEM) as session:
            await dead_letters.postpone(session, key)

    async def _apply(self, session: Session, plan: _Plan) -> Counter[str]:
        """Mark, run the handlers and move the positions; raises Fork when marks and positions contradict each other."""
        at = self._database.clock.now()
        fresh = {arrival.envelope.id for arrival in plan.fresh}
        old = {arrival.envelope.id for arrival in plan.old} - fresh
        new = await inbox.mark(session, fresh | old, at)
        applied = [arrival for arrival in plan.fresh if arrival.envelope.id in new]
        if len(fresh) < len(plan.fresh) or any(
            (arrival.envelope.id in new) is (arrival.envelope.id in old)
            for arrival in (*plan.fresh, *plan.old)
            if not arrival.topic.compacted
        ):
            raise Fork
        deliveries = [arrival.delivery for arrival in applied if arrival.delivery is not None]
        await self._run(session, deliveries)
        if applied:
            await inbox.move_positions(session, {arrival.place: plan.reached[arrival.place] for arrival in applied})
        return Counter(
            applied=len(deliveries),
            skipped=len(applied) - len(deliveries),
            duplicate=len(plan.old) + len(plan.fresh) - len(applied),
        )

    async def _run(self, session: Session, deliveries: Sequence[Delivery[Event]]) -> None:
        for batched, group in groupby(deliveries, key=self.reader.is_batched):
            if batched:
                await self._run_batched(session, list(group))
                continue
            for delivery in group:
                for handler in self.reader.handlers[type(delivery.event)]:
                    if isinstance(handler, Batched):
                        await handler.function(session, [delivery])
                    else:
                        with acting_as(self._acting(delivery)):
                            await handler(session, delivery)

    async def _run_batched(self, session: Session, run: Sequence[Delivery[Event]]) -> None:
        """Give each batch handler its part of a run at once, in order: one that takes all does not wait for types."""
        for handler in self.reader.batched:
            part = [delivery for delivery in run if handler in self.reader.handlers[type(delivery.event)]]
            if part:
                await handler.function(session, part)

    def _acting(self, delivery: Delivery[Event]) -> Acting:
        envelope = delivery.envelope
        return Acting(self._actor, envelope.correlationid, causation_id=envelope.id)

    async def _set_aside(self, session: Session, aside: Sequence[tuple[Record, Verdict]]) -> None:
        dying = {dead_letters.stored_key(record.key) for record, verdict in aside if verdict.state is State.DEAD}
        if dying:
            await self._refuse_flood(session, dying)
        await dead_letters.put(session, aside, wait=self._wait)

    async def _refuse_flood(self, session: Session, dying: set[str]) -> None:
        dead = await dead_letters.dead_cases(session, seconds=FLOOD_SECONDS)
        if len(dead | dying) > self._flood_cases:
            raise Flooded

    def _report(self, counts: Counter[str], verdicts: Sequence[Verdict]) -> None:
        for verdict in verdicts:
            if verdict.state is State.DEAD:
                log.warning("record_dead", service=self._service, reason=verdict.reason, error=verdict.detail)
        alarms = sum(verdict.reason in dead_letters.ALARMING for verdict in verdicts)
        for outcome, number in (counts + Counter(alarm=alarms)).items():
            self._observe(str(outcome), number)


def _plan(batch: Sequence[Arrival | Rejected], held: set[str], positions: dict[Place, int]) -> _Plan:
    """Sort a batch, in order: a record set aside holds its case from there on, records of other cases pass it."""
    plan = _Plan(reached=dict(positions))
    held = set(held)
    for arrival in batch:
        verdict = _verdict(arrival, held, plan.reached)
        if verdict is not None:
            plan.aside.append((arrival.record, verdict))
            held.add(arrival.key)
        elif isinstance(arrival, Arrival):
            place, version = arrival.place, arrival.envelope.sequence
            if version <= plan.reached.get(place, 0):
                plan.old.append(arrival)
            else:
                plan.fresh.append(arrival)
                plan.reached[place] = version
    return plan


def _verdict(arrival: Arrival | Rejected, held: set[str], reached: dict[Place, int]) -> Verdict | None:
    if isinstance(arrival, Rejected):
        return BEHIND if arrival.key in held else arrival.verdict
    last = reached.get(arrival.place, 0)
    if arrival.envelope.sequence <= last:
        return None  # applied before, whatever lies here of its case: the inbox has it
    if arrival.key in held:
        return BEHIND
    # On a compacted topic earlier versions may be gone for good, and the last one says it all.
    return GAP if arrival.envelope.previous > last and not arrival.topic.compacted else None
