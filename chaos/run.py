"""One run: people at work, each fault once in a seeded order, counts compared after each, and the verdict."""

import asyncio
import contextlib
import random
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from chaos import promises
from chaos.books import Books
from chaos.calling import Caller, clients_at
from chaos.county import COUNTY, County, county
from chaos.faults import Fault, Scene
from chaos.history import History
from chaos.people import People
from chaos.promises import Databases, Promise
from chaos.verdict import Outcome, Stop, conclusions, outcome
from tests.kafka.broker import OwnBroker

POLL_SECONDS: Final = 0.5
SURE: Final = 2
"""What came of the last events may be on its way when these have just been applied."""
PATIENCE_SECONDS: Final = 240.0
"""How long a check waits for standing counts; what is promised is less."""


@dataclass(frozen=True, slots=True)
class Plan:
    """How a run goes."""

    seed: int
    faults: Sequence[Fault]
    rate: float
    """People a second."""
    hurt: float
    """Seconds for which an ordinary fault lasts, for which all is well before it, and for which people think."""
    away: float
    """Seconds for which Kafka is gone for long."""
    slack: float = 1.0
    """How many times longer than promised things may take: on a machine that has much else to do."""

    def order(self) -> list[Fault]:
        """The faults in the seed's order."""
        return random.Random(f"{self.seed}:order").sample(self.faults, len(self.faults))


Tell = Callable[[Outcome], None]


async def run(plan: Plan, home: Path, broker: OwnBroker, tell: Tell) -> list[Promise]:
    """Run the plan in a home of its own; raises Broken when it shows nothing. `tell` hears of each fault's outcome."""
    async with county(home, broker) as broken:
        history = History(broken.home / "history.jsonl")
        caller = Caller(clients_at(broken.addresses), broken.home, COUNTY, history)
        books = Books(broken.databases)
        people = People(caller, history, books.opened, seed=plan.seed, rate=plan.rate, thinking=plan.hurt)
        try:
            return await _run(plan, broken, history, people, tell)
        finally:
            await people.disperse()
            await books.close()
            await caller.close()
            history.close()


async def _run(plan: Plan, broken: County, history: History, people: People, tell: Tell) -> list[Promise]:
    outcomes: list[Outcome] = []
    stops: list[Stop] = []
    for number, fault in enumerate(plan.order()):
        chance = random.Random(f"{plan.seed}:{number}:{fault.name}")
        scene = Scene(broken, history, chance, plan.hurt, plan.away, stops)
        people.go()
        await asyncio.sleep(plan.hurt)
        with history.window(fault.name, served=fault.served) as window:
            await fault.strike(scene)
        window.name = " ".join([fault.name, *scene.chosen])
        healed = await _healed(broken.databases)
        await _stand_still(broken.databases, people)
        found = await promises.of_counts(broken.databases, history.cases)
        outcomes.append(outcome(history, window, healed, found))
        tell(outcomes[-1])
    return conclusions(history, outcomes, stops, slack=plan.slack)


async def _healed(databases: Databases) -> float | None:
    """Seconds until all that had been recorded when the fault was over has arrived everywhere; None: it never did."""
    began = time.monotonic()
    recorded = await promises.heads(databases)
    while time.monotonic() - began < PATIENCE_SECONDS:
        if await promises.has_arrived(databases, recorded):
            return time.monotonic() - began
        await asyncio.sleep(POLL_SECONDS)
    return None


async def _stand_still(databases: Databases, people: People) -> None:
    """Let people finish, and what they did arrive; what does not is found by whoever counts."""
    with contextlib.suppress(TimeoutError):
        await people.pause(PATIENCE_SECONDS)
        await settled(databases, PATIENCE_SECONDS)


async def settled(databases: Databases, seconds: float) -> None:
    """Return when all was published and applied, seen twice; raises TimeoutError."""
    async with asyncio.timeout(seconds):
        quiet = 0
        while quiet < SURE:
            quiet = quiet + 1 if await promises.is_settled(databases) else 0
            await asyncio.sleep(POLL_SECONDS)
