"""R3: whether an event is lost, or comes before the one that precedes it, while the relay is killed at work."""

import asyncio
import json
import os
import random
import signal
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from pathlib import Path
from typing import Final
from uuid import UUID

from benchmarks import kafka
from benchmarks.figures import Figure
from benchmarks.ground import Ground, Window, child_environment
from chassis.bus.in_process import InProcessBus
from chassis.bus.kafka.access import KafkaAccess
from chassis.bus.kafka.bus import KafkaBus
from chassis.bus.protocol import Bus, Record
from chassis.bus.relay import Relay
from chassis.database.scope import SYSTEM
from chassis.database.session import Database
from chassis.journal.context import Acting, acting_as
from chassis.journal.entries import new_id
from chassis.journal.record import record
from contracts.codes import Route, RoutingReason, Tier
from contracts.demonstration import TOWNSHIP
from contracts.intake.cases import CaseRouted
from contracts.topics import INTAKE_CASES
from onewindow.embedded.databases import ServiceDatabase

WRITERS: Final = 8
CASES: Final = 40
EMPTY_SECONDS: Final = 120.0


async def measure(ground: Ground, _window: Window) -> list[Figure]:
    """Events lost, and cases whose events came out of order, while the relay is killed once a round."""
    async with ground.database("intake") as place:
        received = ground.home / f"received-{time.time_ns()}"
        received.touch()
        begin = await kafka.ends(ground, INTAKE_CASES.name)
        stop = asyncio.Event()
        writing = asyncio.create_task(_write(place, stop))
        chance = random.Random(ground.rounds)
        for _ in range(ground.rounds):
            relay = await _relay_at_work(ground, place, received)
            await asyncio.sleep(chance.uniform(0.02, min(0.5, ground.seconds)))
            relay.send_signal(signal.SIGKILL)
            relay.wait()
        stop.set()
        await writing
        last = await _relay_at_work(ground, place, received)
        async with asyncio.timeout(EMPTY_SECONDS):
            while await ground.count(place, "outbox"):
                await asyncio.sleep(0.05)
        last.send_signal(signal.SIGKILL)
        last.wait()
        values = await kafka.values(ground, INTAKE_CASES.name, begin) if ground.broker else _lines(received)
        journal = await ground.fetch(place.owner_url, "SELECT id FROM journal")
        lost, broken, repeated = _judged({str(row["id"]) for row in journal}, values)
    detail = {
        "events": len(journal),
        "lost": lost,
        "out_of_order": broken,
        "repeated": repeated,
        "kills": ground.rounds,
    }
    return [Figure("R3", [float(lost + broken)], detail, kafka.note(ground))]


def _judged(journal: Collection[str], values: Iterable[bytes]) -> tuple[int, int, int]:
    """How many events never came, came before the one that precedes them, and came again."""
    seen: set[str] = set()
    last: dict[str, int] = defaultdict(int)
    broken = repeated = 0
    for value in values:
        event = json.loads(value)
        if event["id"] in seen:
            repeated += 1
            continue
        if event["id"] in journal:
            seen.add(event["id"])
            broken += event["sequence"] != last[event["subject"]] + 1
            last[event["subject"]] = event["sequence"]
    return len(journal) - len(seen), broken, repeated


async def _write(place: ServiceDatabase, stop: asyncio.Event) -> None:
    """Eight at once record facts about the same cases until told to stop."""
    database = Database(place.url)
    cases = [new_id() for _ in range(CASES)]

    async def one(number: int) -> None:
        chance = random.Random(number)
        with acting_as(Acting("benchmark", new_id())):
            while not stop.is_set():
                await _record(database, chance.choice(cases))

    try:
        await asyncio.gather(*(one(number) for number in range(WRITERS)))
    finally:
        await database.close()


async def _record(database: Database, case_id: UUID) -> None:
    async with database.transaction(SYSTEM) as session:
        fact = CaseRouted(
            case_id=case_id,
            division=TOWNSHIP,
            route=Route.MEDIATION,
            tier=Tier.TOWNSHIP,
            reason_code=RoutingReason.CLASSIFIED,
        )
        await record(session, fact, division=TOWNSHIP)


async def _relay_at_work(ground: Ground, place: ServiceDatabase, received: Path) -> "subprocess.Popen[bytes]":
    """A relay in a process of its own that has published something."""
    process = subprocess.Popen(
        [sys.executable, "-m", "benchmarks.losing"],
        env={
            **child_environment(),
            "INTAKE_DATABASE_URL": place.url,
            "BENCH_RECEIVED": str(received),
            **kafka.environment(ground),
        },
        stdout=subprocess.PIPE,
    )
    assert process.stdout is not None
    async with asyncio.timeout(EMPTY_SECONDS):
        if not await asyncio.to_thread(process.stdout.readline):
            raise RuntimeError("the relay did not start")
    return process


def _lines(path: Path) -> list[bytes]:
    """Whole lines only: the last one may have been cut by a kill, and then it comes again."""
    return [line for line in path.read_bytes().split(b"\n")[:-1] if line.endswith(b"}")]


async def relay_alone() -> None:
    """The child: a relay at work until it is killed. Without Kafka it writes what arrived into a file."""
    if os.environ.get("KAFKA_BOOTSTRAP_SERVERS"):
        bus: Bus = KafkaBus(KafkaAccess())
    else:
        bus = InProcessBus()
        file = os.open(os.environ["BENCH_RECEIVED"], os.O_WRONLY | os.O_APPEND)

        async def keep(records: Sequence[Record]) -> None:
            os.write(file, b"".join(one.value + b"\n" for one in records))

        await bus.subscribe("bench", [INTAKE_CASES.name], keep)
    said: list[int] = []

    def published(size: int) -> None:
        if not said:
            sys.stdout.write("at work\n")
            sys.stdout.flush()
        said.append(size)

    relay = Relay("intake", Database(os.environ["INTAKE_DATABASE_URL"]), bus, published=published)
    await relay.start()
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(relay_alone())
