"""What is kept: each open fact once, byte for byte, in an order that never changes behind a reader's back."""

import asyncio
import json
import random
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import asyncpg
import pytest
from fastapi import FastAPI
from structlog.testing import capture_logs

from chassis.bus.handlers import Delivery
from chassis.bus.protocol import Record
from chassis.bus.reading import Reader
from chassis.database.scope import SYSTEM
from chassis.database.session import Database
from chassis.settings import ServiceSettings
from contracts.codes import CaseKind
from contracts.envelope import Envelope
from contracts.topics import INTAKE_CASES
from services.analytics.app import create_app
from services.analytics.feed import handlers, projections
from tests.analytics.conftest import Learn
from tests.analytics.facts_of_cases import SHANGCUN, Case, interleaved, told

EVENTS = "SELECT envelope FROM events ORDER BY position"
POSITIONS = "SELECT position FROM events ORDER BY position"
WAITING = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"


def cases(count: int = 3) -> list[Case]:
    disputes = [Case().registered().routed().opened().accepted().agreed().effective().concluded() for _ in range(count)]
    petition = Case(SHANGCUN, CaseKind.PETITION, None).registered().petitioned().petition_accepted().missed()
    return [*disputes, petition]


def deliveries(records: Sequence[Record]) -> list[Delivery[Any]]:
    reader = Reader([handlers.HANDLERS], None)
    return [delivery for record in records if (delivery := reader.read(record).delivery) is not None]


async def kept(owner: asyncpg.Connection) -> list[str]:
    return [row["envelope"] for row in await owner.fetch(EVENTS)]


async def test_everything_is_kept_as_it_was_published_in_the_order_of_application(
    app: FastAPI, owner: asyncpg.Connection
) -> None:
    records = list(interleaved(cases(), random.Random(4)))
    for start in range(0, len(records), 7):
        await app.state.service.consumer.deliver(records[start : start + 7])
    assert await kept(owner) == [record.value.decode() for record in records]
    row = await owner.fetchrow("SELECT * FROM events ORDER BY position LIMIT 1")
    assert row is not None
    envelope = Envelope.model_validate_json(records[0].value)
    told_of = (row["id"], row["topic"], row["type"], row["subject"], row["division"], row["occurred_at"])
    assert told_of == (
        envelope.id,
        records[0].topic,
        envelope.type,
        envelope.subject,
        envelope.division,
        envelope.time,
    )


async def test_a_newer_writers_attributes_and_fields_are_passed_on(app: FastAPI, owner: asyncpg.Connection) -> None:
    (record,) = Case().registered().records
    newer = json.loads(record.value)
    newer["traceparent"] = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
    newer["data"]["urgency"] = "HIGH"
    value = json.dumps(newer, indent=2, ensure_ascii=False).replace("\n", "\r\n").encode()
    await app.state.service.consumer.deliver([replace(record, value=value)])
    (line,) = await kept(owner)
    assert "\n" not in line
    assert "\r" not in line
    assert json.loads(line) == newer


async def test_topics_read_again_from_the_start_change_nothing(
    app: FastAPI, owner: asyncpg.Connection, learn: Learn
) -> None:
    story = cases()
    await learn(story)
    before = await owner.fetch("SELECT * FROM events ORDER BY position")
    await learn(story)
    await owner.execute("TRUNCATE case_facts, inbox, positions")
    shuffled = list(interleaved(story, random.Random(5)))
    await app.state.service.consumer.deliver(shuffled)
    assert await owner.fetch("SELECT * FROM events ORDER BY position") == before
    await learn([new := Case().registered()])
    assert await kept(owner) == [*(row["envelope"] for row in before), new.records[0].value.decode()]


async def test_a_fact_twice_in_a_batch_is_kept_once(database: Database, owner: asyncpg.Connection) -> None:
    (fact,) = deliveries(Case().registered().records)
    async with database.transaction(SYSTEM) as session:
        await projections.append(session, [fact, fact])
        await projections.append(session, [fact])
    assert await kept(owner) == [fact.value.decode()]


async def test_what_is_rolled_back_was_never_there(database: Database, owner: asyncpg.Connection) -> None:
    facts = deliveries(told(cases(1)))

    async def fail() -> None:
        async with database.transaction(SYSTEM) as session:
            await projections.append(session, facts)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fail()
    assert await kept(owner) == []


async def test_no_event_appears_before_one_that_could_be_read(database: Database, owner: asyncpg.Connection) -> None:
    """Two writers: the second one may not commit as long as the first, which has lower positions, has not."""
    first, second = deliveries(Case().registered().records), deliveries(Case().registered().records)

    async def write() -> None:
        async with database.transaction(SYSTEM) as session:
            await projections.append(session, second)

    async with database.transaction(SYSTEM) as session:
        await projections.append(session, first)
        other = asyncio.create_task(write())
        async with asyncio.timeout(5):
            while not await owner.fetchval(WAITING):
                assert not other.done(), "the second writer did not wait for its turn"
                await asyncio.sleep(0.01)
        assert await kept(owner) == []
    await other
    assert await kept(owner) == [fact.value.decode() for fact in (*first, *second)]


async def test_replicas_that_meet_in_the_same_cases_never_wait_in_a_circle(
    app: FastAPI, owner: asyncpg.Connection
) -> None:
    """One reads intake's topic, the other the rest: each case is locked by both, all the time."""
    settings: ServiceSettings = app.state.service.settings
    other = create_app(settings, clock=app.state.service.clock)  # type: ignore[arg-type]
    records = told(cases(60))
    parts = [[r for r in records if (r.topic == INTAKE_CASES.name) is mine] for mine in (True, False)]
    random.Random(6).shuffle(parts[1])  # what comes too early waits among the letters
    seen: list[int] = []

    async def read() -> None:
        while True:
            rows = await owner.fetch("SELECT position FROM events WHERE position > $1 ORDER BY 1", max(seen, default=0))
            seen.extend(row["position"] for row in rows)
            await asyncio.sleep(0)

    reader = asyncio.create_task(read())
    try:
        with capture_logs() as logged:
            consumers = (app.state.service.consumer, other.state.service.consumer)
            await asyncio.gather(
                *(consumer.deliver(part) for consumer, part in zip(consumers, parts, strict=True)),
            )
    finally:
        reader.cancel()
        await other.state.service.database.close()
    assert [line for line in logged if line["event"] == "consumer_outage"] == []
    await asyncio.wait([reader])
    later = {row["position"] for row in await owner.fetch(POSITIONS)} - set(seen)
    assert all(position > max(seen) for position in later), "an event appeared before one that had been read"
    assert seen
