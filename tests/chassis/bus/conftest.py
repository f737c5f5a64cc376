"""A consumer of mediation's facts on a database of its own, and everything it counts."""

import logging
import sys
import threading
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator
from io import StringIO
from typing import Any

import asyncpg
import pytest
import structlog

from chassis.bus.consumer import Consumer
from chassis.bus.handlers import Handlers
from chassis.bus.in_process import InProcessBus
from chassis.database.session import Database
from chassis.telemetry import logs
from contracts.mediation.cases import MediationConsentSought, MediationOpened
from onewindow.embedded.databases import ServiceDatabase
from tests.chassis.bus.stories import Effects, note

MakeConsumer = Callable[..., Consumer]

NOTING: Handlers = {MediationOpened: note, MediationConsentSought: note}


@pytest.fixture
async def owner(addresses: ServiceDatabase) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(addresses.owner_url)
    yield connection
    await connection.close()


@pytest.fixture
async def effects(owner: asyncpg.Connection) -> Effects:
    return await Effects.create(owner)


@pytest.fixture
async def bus() -> AsyncIterator[InProcessBus]:
    bus = InProcessBus()
    yield bus
    await bus.close()


@pytest.fixture
def lines() -> Iterator[StringIO]:
    """What is logged, as a running service would write it."""
    stream, handlers = StringIO(), list(logging.getLogger().handlers)
    hooks = sys.excepthook, threading.excepthook
    logs.configure("chassis", stream=stream)
    yield stream
    logging.getLogger().handlers[:] = handlers
    logging.captureWarnings(capture=False)
    logging.raiseExceptions = True
    sys.excepthook, threading.excepthook = hooks
    structlog.reset_defaults()


@pytest.fixture
def counted() -> Counter[str]:
    return Counter()


@pytest.fixture
async def make_consumer(
    database: Database, bus: InProcessBus, counted: Counter[str], effects: Effects
) -> AsyncIterator[MakeConsumer]:
    """Makes consumers that are stopped after the test."""
    made: list[Consumer] = []

    def make(handlers: Handlers = NOTING, **settings: Any) -> Consumer:
        def observe(outcome: str, number: int) -> None:
            counted[outcome] += number

        consumer = Consumer("chassis", database, [handlers], settings.pop("bus", bus), observe=observe, **settings)
        made.append(consumer)
        return consumer

    yield make
    for consumer in made:
        await consumer.stop()


@pytest.fixture
async def consumer(make_consumer: MakeConsumer) -> Consumer:
    """Notes every fact; not subscribed: records are handed to `deliver`."""
    return make_consumer()
