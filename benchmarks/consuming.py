"""C1 and C2: how fast analytics applies facts, in batches, one by one, and from the bus."""

import asyncio
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Final

from benchmarks import kafka, matter
from benchmarks.figures import Figure, medians
from benchmarks.ground import CountsDiffer, Ground, Window
from chassis.bus.consumer import Consumer
from chassis.bus.in_process import InProcessBus
from chassis.bus.kafka.bus import KafkaBus
from chassis.bus.protocol import Bus, Record
from chassis.bus.relay import HEADERS
from chassis.database.session import Database
from chassis.journal.entries import new_id
from contracts.envelope import envelope_bytes
from contracts.topics import INTAKE_CASES
from onewindow.embedded.databases import ServiceDatabase
from services.analytics.facts.handlers import HANDLERS

PER_SECOND: Final = 7_000
"""Events of a round for each second that a measurement may take."""
ALONE_SHARE: Final = 20
"""One in so many events is applied in a transaction of its own: it takes as long as the others together."""
SLICE: Final = 500
APPLY_SECONDS: Final = 300.0
COUNTED: Final = "SELECT count(*) AS n FROM case_facts WHERE case_id::text = ANY($1::text[])"


async def measure(ground: Ground, _window: Window) -> list[Figure]:
    """Events a second through the very consumer of analytics, each round on an empty database."""
    rates: dict[str, list[float]] = defaultdict(list)
    number = max(SLICE, round(PER_SECOND * ground.seconds))
    for _ in range(ground.rounds):
        records = facts(number)
        rate, slices = await _from_the_bus(ground, records)
        rates["bus"].append(rate)
        rates["batches"].append(await _handed(ground, slices, batch=None))
        alone = records[: max(1, number // ALONE_SHARE)]
        rates["alone"].append(await _handed(ground, [alone], batch=1))
    detail = {f"{name}_per_second": rate for name, rate in medians(rates).items()}
    return [
        Figure("C1", [one / other for one, other in zip(rates["batches"], rates["alone"], strict=True)], detail),
        Figure(
            "C2",
            [one / other for one, other in zip(rates["bus"], rates["batches"], strict=True)],
            detail,
            kafka.note(ground),
        ),
    ]


def facts(number: int) -> list[Record]:
    """So many registrations, each of a case of its own, as the relay sends them."""
    now = datetime.now(UTC)
    records = []
    for _ in range(number):
        case_id = new_id()
        fact = matter.fact(case_id, now)
        value = envelope_bytes(
            id=new_id(),
            type=fact.type,
            version=fact.version,
            subject=case_id,
            time=now,
            sequence=1,
            previous=0,
            recordedat=now,
            correlationid=new_id(),
            causationid=None,
            division=fact.division,
            data_text=fact.canonical(),
        )
        records.append(Record(INTAKE_CASES.name, str(case_id), value, HEADERS))
    return records


@asynccontextmanager
async def _consumer(ground: Ground, batch: int | None) -> AsyncIterator[tuple[Consumer, ServiceDatabase]]:
    """The consumer of analytics on an empty database; `batch` None: as it is served."""
    async with ground.database("analytics") as place:
        database = Database(place.url)
        try:
            if batch is None:
                yield Consumer("analytics", database, [HANDLERS], InProcessBus()), place
            else:
                yield Consumer("analytics", database, [HANDLERS], InProcessBus(), batch=batch), place
        finally:
            await database.close()


async def _handed(ground: Ground, slices: Sequence[Sequence[Record]], *, batch: int | None) -> float:
    """Events a second when the batches are handed over without a bus."""
    async with _consumer(ground, batch) as (consumer, place):
        began = time.perf_counter()
        for part in slices:
            await consumer.deliver(part)
        seconds = time.perf_counter() - began
        return await _checked(ground, place, [one for part in slices for one in part]) / seconds


async def _from_the_bus(ground: Ground, records: Sequence[Record]) -> tuple[float, Sequence[Sequence[Record]]]:
    """Events a second from the first delivery to the last commit, and the batches as they came."""
    group = f"bench-{ground.number()}-{time.time_ns()}"
    if ground.broker:
        await kafka.begin_at_end(ground, group, INTAKE_CASES.name)
    bus: Bus = KafkaBus(kafka.access(ground)) if ground.broker else InProcessBus()
    slices: list[Sequence[Record]] = []
    times: list[float] = []
    missing = {one.key for one in records}
    done = asyncio.Event()
    async with _consumer(ground, None) as (consumer, place):

        async def deliver(part: Sequence[Record]) -> None:
            times.append(time.perf_counter())
            await consumer.deliver(part)
            slices.append(part)
            missing.difference_update(one.key for one in part)
            if not missing:
                done.set()

        if ground.broker:  # all of it lies at the broker before the first is read
            await _publish(bus, records)
        subscription = await bus.subscribe(group, [INTAKE_CASES.name], deliver)
        if not ground.broker:
            await _publish(bus, records)
        async with asyncio.timeout(APPLY_SECONDS):
            await done.wait()
        seconds = time.perf_counter() - times[0]
        await subscription.stop()
        await bus.close()
        return await _checked(ground, place, records) / seconds, slices


async def _publish(bus: Bus, records: Sequence[Record]) -> None:
    for start in range(0, len(records), SLICE):
        await bus.publish(records[start : start + SLICE])


async def _checked(ground: Ground, place: ServiceDatabase, records: Sequence[Record]) -> int:
    """The number of events, each of a case of its own, once every table has all of them, and as many rows as others."""
    cases = {one.key for one in records}
    (row,) = await ground.fetch(place.owner_url, COUNTED, list(cases))
    found = {table: await ground.count(place, table) for table in ("case_facts", "inbox", "positions")}
    if row["n"] != len(cases) or len(set(found.values())) != 1:
        raise CountsDiffer(f"events {len(cases)}, of these counted {row['n']}, rows {found}")
    return len(cases)
