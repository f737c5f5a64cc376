"""The journeys of the embedded county, by four processes that meet on a real Kafka only; and operators beside them."""

import asyncio
import json
from typing import Any

import pytest

from tests.journeys.conftest import Steps
from tests.journeys.test_dispute import test_a_dispute_is_settled_and_the_person_is_asked as dispute
from tests.journeys.test_petition import test_a_petition_is_answered_and_concluded as petition
from tests.kafka.processes import Processes, run_command

pytestmark = [pytest.mark.kafka, pytest.mark.slow]


async def test_a_dispute_goes_its_way_through_four_processes(steps: Steps, mediator: str) -> None:
    await dispute(steps, mediator)


async def test_a_petition_goes_its_way_and_operators_see_the_figures_of_an_embedded_run(
    steps: Steps, county: Processes
) -> None:
    await petition(steps)

    async def asked(*command: str, of: tuple[str, ...] = tuple(county.running)) -> Any:
        answer = await asyncio.to_thread(run_command, *command, "--json", **county.environment(*of))
        assert answer.returncode == 0, answer.stderr
        return json.loads(answer.stdout)

    figures = await asked("status")
    assert (figures["intake"]["cases"], figures["petition"]["matters"], figures["analytics"]["registered"]) == (1, 1, 1)
    for one in figures.values():
        quiet = ("outbox_pending", "oldest_pending_seconds", "consumer_lag", "dead_letters")
        assert [one[name] for name in quiet] == [0, 0, 0, 0]
    proof = await asked("journal", "verify")
    assert (proof["broken"], proof["entries"]) == ([], sum(one["journal_entries"] for one in figures.values()))

    # Where one service is alone, as in its container, commands speak of that one.
    assert set(await asked("status", of=("intake",))) == {"intake"}
    other = await asyncio.to_thread(run_command, "database", "url", "mediation", **county.environment("intake"))
    assert (other.returncode, "MEDIATION_DATABASE_URL" in other.stderr) == (1, True)
