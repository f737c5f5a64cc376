"""The faults: each breaks something while people are at work, lets it hurt for a while, and mends it again."""

import asyncio
import random
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Final

from chaos.county import County
from chaos.history import History
from chaos.process import Broken
from chassis.failpoints import CONSUMER_AFTER_COMMIT, HTTP_BEFORE_REPLY, RELAY_AFTER_SEND
from onewindow.distributed.reading import READS

LATEST_TRIP: Final = 12
"""A failpoint kills the first to this one time that it is reached."""
POSTGRES_GONE: Final = 1.0


@dataclass(slots=True)
class Scene:
    """What a fault works on, and how long it may hurt."""

    county: County
    history: History
    chance: random.Random
    hurt: float
    """Seconds for which an ordinary fault lasts."""
    away: float
    """Seconds for which Kafka is gone for long."""
    stops: list[tuple[str, int | None, float]]
    """Exit code and seconds of each process that was asked to stop."""
    chosen: list[str] = field(default_factory=list)
    """What the seed chose where there was a choice."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault; `served` are the services whose callers must notice nothing of it, since only Kafka is away."""

    name: str
    strike: Callable[[Scene], Awaitable[None]]
    served: frozenset[str] = frozenset()


def service_killed(service: str) -> Fault:
    """SIGKILL of a service, started again after a while."""

    async def strike(scene: Scene) -> None:
        await scene.county.services[service].kill()
        await asyncio.sleep(scene.hurt)
        await scene.county.serve(service)

    return Fault(f"SIGKILL of {service}", strike)


def killed_at(point: str, services: Sequence[str], what: str) -> Fault:
    """A service that dies at a failpoint; which of these it is, and how often the point is passed, the seed says."""

    async def strike(scene: Scene) -> None:
        process = scene.county.services[scene.chance.choice(services)]
        failpoint = f"{point}=kill@{scene.chance.randint(1, LATEST_TRIP)}"
        scene.chosen.append(f"{process.name} {failpoint.removeprefix(f'{point}=kill')}")
        await process.kill()
        process.start(failpoint)
        await process.killed()
        await scene.county.serve(process.name)

    return Fault(what, strike)


def together(*faults: Fault) -> Fault:
    """Several at the same time."""

    async def strike(scene: Scene) -> None:
        await asyncio.gather(*(fault.strike(scene) for fault in faults))

    return Fault(" + ".join(fault.name for fault in faults), strike)


async def kafka_killed(scene: Scene) -> None:
    """SIGKILL of Kafka, and its restart on the same data."""
    await asyncio.to_thread(scene.county.broker.kill)
    await asyncio.sleep(scene.hurt)
    await asyncio.to_thread(scene.county.broker.start)


async def kafka_away(scene: Scene) -> None:
    """Kafka is gone for so long that everything that waits for it has to give up and begin anew; all stay ready."""
    await asyncio.to_thread(scene.county.broker.stop)
    await asyncio.sleep(scene.away)
    for process in scene.county.services.values():
        await process.ready()
    await asyncio.to_thread(scene.county.broker.start)


async def kafka_destroyed(scene: Scene) -> None:
    """Topics, records and offsets are lost, with events that nobody had read yet; the journals bring them back."""
    county, readers = scene.county, ("mediation", "analytics")
    for reader in readers:
        await county.services[reader].kill()
    await asyncio.sleep(scene.hurt)  # what is published now is read by nobody before it is lost
    if not await county.databases.unread():
        raise Broken("everything had been read: losing it would have shown nothing")
    await asyncio.to_thread(county.broker.kill)
    await asyncio.to_thread(county.broker.wipe)
    await county.serve(*readers)
    steps: list[Callable[[], Awaitable[None]]] = [county.republish, partial(_broker_anew, county)]
    if scene.chance.random() < 0.5:  # noqa: PLR2004 -- a coin; the manual says which way round is better
        steps.reverse()
        scene.chosen.append("topics first")
    for step in steps:
        await step()


async def postgres_restarted(scene: Scene) -> None:
    """PostgreSQL is stopped in order and comes back after a moment."""
    await scene.county.postgres.stop()
    await asyncio.sleep(POSTGRES_GONE)
    await scene.county.postgres.start()


async def postgres_killed(scene: Scene) -> None:
    """SIGKILL of PostgreSQL; it recovers from its log."""
    scene.county.kill_postgres()
    await asyncio.sleep(POSTGRES_GONE)
    await scene.county.postgres.start()


async def everything_stopped(scene: Scene) -> None:
    """SIGTERM to all services, PostgreSQL and Kafka at the same instant; then everything from the beginning."""
    county = scene.county
    services = [(name, asyncio.create_task(process.stop())) for name, process in county.services.items()]
    below = [asyncio.create_task(asyncio.to_thread(county.broker.stop)), asyncio.create_task(county.postgres.stop())]
    await asyncio.gather(*below)
    scene.stops += [(name, *await task) for name, task in services]
    await asyncio.gather(asyncio.to_thread(county.broker.start), county.postgres.start())
    await county.serve()


async def _broker_anew(county: County) -> None:
    await asyncio.to_thread(county.broker.start)
    await county.make_topics()


AT_FAILPOINTS: Final = (
    killed_at(RELAY_AFTER_SEND, ("intake", "mediation"), "relay killed between send and delete"),
    killed_at(CONSUMER_AFTER_COMMIT, ("mediation", "analytics"), "consumer killed between commit and offset"),
    killed_at(HTTP_BEFORE_REPLY, ("intake",), "killed between commit and reply"),
)
DESTROYED: Final = Fault("all of Kafka's data destroyed", kafka_destroyed, frozenset({"intake"}))
KILLED: Final = Fault("SIGKILL of Kafka", kafka_killed, frozenset(READS))
RESTARTED: Final = Fault("PostgreSQL restarted", postgres_restarted)
STOPPED: Final = Fault("SIGTERM of everything", everything_stopped)
ALL: Final = (
    *(service_killed(service) for service in READS),
    *AT_FAILPOINTS,
    KILLED,
    Fault("Kafka gone for long", kafka_away, frozenset(READS)),
    DESTROYED,
    RESTARTED,
    Fault("SIGKILL of PostgreSQL", postgres_killed),
    STOPPED,
)
"""Everything, once."""
SHORT: Final = (
    together(
        killed_at(RELAY_AFTER_SEND, ("intake",), "relay killed between send and delete"),
        killed_at(CONSUMER_AFTER_COMMIT, ("mediation", "analytics"), "consumer between commit and offset"),
    ),
    DESTROYED,
    STOPPED,
)
"""What the test run has time for."""

__all__ = ["ALL", "SHORT", "Broken", "Fault", "Scene"]
