"""The bus edge: a fact delivered twice counts once, and analytics neither records nor publishes anything."""

import asyncpg
from fastapi import FastAPI

from tests.analytics.conftest import Ask, Learn
from tests.analytics.facts_of_cases import Case, told


async def test_twice_delivered_counts_once(app: FastAPI, learn: Learn, ask: Ask, owner: asyncpg.Connection) -> None:
    cases = [Case().registered().routed().opened().accepted().effective() for _ in range(3)]
    await learn(cases)
    before = await ask()
    await app.state.service.consumer.deliver(told(cases))
    after = await ask()
    assert before["items"] == after["items"]
    assert (after["items"][0]["registered"], after["items"][0]["succeeded"]) == (3, 3)
    assert await owner.fetchval("SELECT (SELECT count(*) FROM journal) + (SELECT count(*) FROM outbox)") == 0


async def test_it_has_no_key_for_any_parcel(app: FastAPI) -> None:
    assert "onewindow.intake.handover.v1" not in app.state.service.consumer.topics
    assert type(app.state.service.settings).peers == frozenset()
