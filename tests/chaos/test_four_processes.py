"""The short form of `make chaos`: four processes on a real Kafka, a fault of each family, every promise kept."""

from pathlib import Path

import pytest

from chaos.faults import SHORT
from chaos.promises import told_of
from chaos.run import Plan, run
from chaos.verdict import Outcome
from tests.kafka.broker import own_broker
from tests.kafka.jars import NoKafka, jars, java

SEED = 20261125


@pytest.mark.kafka
@pytest.mark.slow
async def test_every_promise_is_kept_through_faults(home: Path) -> None:
    try:
        java()
        jars()
    except NoKafka as reason:
        pytest.skip(f"no Kafka to test with: {reason}; tests/chaos/test_embedded.py shows the same without one")
    outcomes: list[Outcome] = []
    with own_broker() as broker:
        plan = Plan(seed=SEED, faults=SHORT, rate=8, hurt=1, away=0, slack=4)
        promises = await run(plan, home, broker, outcomes.append)
    assert [promise.name + ": " + told_of(promise.broken) for promise in promises if not promise.holds] == []
    assert len(outcomes) == len(SHORT)
    assert all(outcome.ok + outcome.unknown for outcome in outcomes), "people were at work in every fault"
