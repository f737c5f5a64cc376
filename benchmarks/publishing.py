"""R2 and E1: what goes on beside registering: the relay in the same process, and analytics that hears of it."""

import asyncio
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from statistics import quantiles
from typing import Final

from benchmarks import kafka, matter
from benchmarks.figures import Figure, medians
from benchmarks.ground import CountsDiffer, Ground, Window, undisturbed
from benchmarks.registering import CREATED, register
from contracts.topics import INTAKE_CASES
from onewindow.embedded.databases import ServiceDatabase, connect

RATE: Final = 100.0
"""Registrations a second while it is measured how soon they are seen."""
POLL_SECONDS: Final = 0.002
ARRIVE_SECONDS: Final = 120.0
PERCENT: Final = 100
JOURNAL_IDS: Final = "SELECT id::text AS id FROM journal"
ROW_IDS: Final = "SELECT case_id::text AS id FROM case_facts WHERE case_id > $1"


async def measure(ground: Ground, window: Window) -> list[Figure]:
    """Both figures, with one intake that is served as it is in a real run."""
    async with ground.window("whole", **kafka.environment(ground)) as whole:
        waking = await _relay_at_work(ground, window, whole)
        if ground.broker:
            return [waking, await _delay_over_kafka(ground, whole)]
    return [waking, await _delay_inside(ground)]


async def _relay_at_work(ground: Ground, alone: Window, whole: Window) -> Figure:
    """Cases a second with relay, consumer and sweep beside the requests, and without; every fact is published."""
    rates: dict[str, list[float]] = defaultdict(list)
    begin = await kafka.ends(ground, INTAKE_CASES.name)
    for _ in range(ground.rounds):
        rates["without"].append((await register(ground, alone)).rate)
        rates["with"].append((await register(ground, whole, published=True)).rate)
        async with asyncio.timeout(ARRIVE_SECONDS):
            while await ground.count(whole.database, "outbox"):
                await asyncio.sleep(0.05)
    if ground.broker:  # at least once: a busy machine may make a relay send a batch again
        journal = {row["id"] for row in await ground.fetch(whole.database.owner_url, JOURNAL_IDS)}
        published = set(await kafka.ids(ground, INTAKE_CASES.name, begin))
        if published != journal:
            raise CountsDiffer(f"registered {len(journal)}, published {len(published)}")
    ratios = [one / other for one, other in zip(rates["with"], rates["without"], strict=True)]
    detail = {f"{name}_relay_per_second": rate for name, rate in medians(rates).items()}
    return Figure("R2", ratios, detail, kafka.note(ground))


async def _delay_over_kafka(ground: Ground, whole: Window) -> Figure:
    """Intake and analytics, each a process on Kafka."""
    await kafka.begin_at_end(ground, "analytics", INTAKE_CASES.name)
    async with (
        ground.database("analytics") as analytics,
        ground.worker("analytics", analytics, **kafka.environment(ground)),
    ):
        return await _delay(ground, whole, analytics)


async def _delay_inside(ground: Ground) -> Figure:
    """Both in one process, where there is no Kafka."""
    async with (
        ground.database("analytics") as analytics,
        ground.window("county", ANALYTICS_DATABASE_URL=analytics.url) as both,
    ):
        return await _delay(ground, both, analytics)


async def _delay(ground: Ground, window: Window, analytics: ServiceDatabase) -> Figure:
    """Milliseconds from the caller's answer to the row that analytics counts; the first round warms up."""
    p95, p50 = [], []
    for number in range(ground.rounds + 1):
        cuts = quantiles(await undisturbed(lambda: _delays(ground, window, analytics)), n=PERCENT)
        if number:
            p50.append(cuts[49] * 1000)
            p95.append(cuts[94] * 1000)
    return Figure("E1", p95, medians({"p50_ms": p50, "p95_ms": p95}), kafka.note(ground))


async def _delays(ground: Ground, window: Window, analytics: ServiceDatabase) -> Sequence[float]:
    """Seconds that each registration of one measurement took to be seen."""
    async with _watched(analytics) as seen:
        keys = f"bench-{ground.number()}"
        outcome = await ground.load(window.worker, "POST", "/v1/cases", bodies=matter.bodies(), keys=keys, rate=RATE)
        if outcome.of(CREATED) != outcome.requests:
            raise CountsDiffer(f"answers by status: {outcome.statuses}")
        async with asyncio.timeout(ARRIVE_SECONDS):
            while not seen.keys() >= outcome.answered.keys():
                await asyncio.sleep(0.01)
    if len(outcome.answered) != outcome.requests:
        raise CountsDiffer(f"answers {outcome.requests}, cases {len(outcome.answered)}")
    return [max(0.0, seen[one] - at) for one, at in outcome.answered.items()]


@asynccontextmanager
async def _watched(analytics: ServiceDatabase) -> AsyncIterator[dict[str, float]]:
    """When each case that is new from now on was first found in analytics, on the monotonic clock of the machine."""
    seen: dict[str, float] = {}
    watching = asyncio.create_task(_watch(analytics, seen))
    try:
        yield seen
    finally:
        watching.cancel()
        await asyncio.wait([watching])


async def _watch(analytics: ServiceDatabase, seen: dict[str, float]) -> None:
    connection = await connect(analytics.owner_url)
    since = f"{int(time.time() * 1000):012x}"  # ids are ordered by time
    lowest = f"{since[:8]}-{since[8:]}-7000-8000-000000000000"
    try:
        while True:
            rows = await connection.fetch(ROW_IDS, lowest)
            now = time.perf_counter()
            for row in rows:
                seen.setdefault(row["id"], now)
            await asyncio.sleep(POLL_SECONDS)
    finally:
        await connection.close()
