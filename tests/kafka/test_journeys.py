"""The journeys of the embedded county, by four processes that meet on a real Kafka only; and operators beside them."""

import asyncio
import json
from typing import Any

import pytest
from aiokafka import AIOKafkaConsumer, ConsumerRecord

from chassis.bus.kafka.access import KafkaAccess
from contracts.topics import INTAKE_HANDOVERS, TOPICS
from tests.journeys.conftest import DISPUTE, Steps
from tests.journeys.test_dispute import (
    test_a_dispute_is_settled_and_the_person_is_asked,
    test_a_refusal_ends_it_with_an_outcome,
    test_an_oral_agreement_takes_effect_at_once,
)
from tests.journeys.test_jurisdiction import (
    cases,
    test_a_case_can_only_be_registered_in_ones_own_division,
    test_it_is_not_listed_and_not_counted,
)
from tests.journeys.test_outage import test_what_is_published_again_has_no_second_effect
from tests.journeys.test_petition import (
    test_a_petition_is_answered_and_concluded,
    test_an_accusation_is_sent_to_the_right_door,
)
from tests.journeys.test_privacy import (
    CANARIES,
    NARRATIVE,
    TITLE,
    person,
    test_the_canaries_can_be_read_by_whoever_may,
)
from tests.kafka.processes import Processes, run_command

__all__ = [
    "cases",
    "test_a_case_can_only_be_registered_in_ones_own_division",
    "test_a_dispute_is_settled_and_the_person_is_asked",
    "test_a_petition_is_answered_and_concluded",
    "test_a_refusal_ends_it_with_an_outcome",
    "test_an_accusation_is_sent_to_the_right_door",
    "test_an_oral_agreement_takes_effect_at_once",
    "test_it_is_not_listed_and_not_counted",
    "test_the_canaries_can_be_read_by_whoever_may",
    "test_what_is_published_again_has_no_second_effect",
]
pytestmark = [pytest.mark.kafka, pytest.mark.slow]


async def test_operators_see_the_figures_of_an_embedded_run(steps: Steps, county: Processes) -> None:
    await steps.register(DISPUTE)
    await county.settled()

    async def asked(*command: str, of: tuple[str, ...] = tuple(county.running)) -> Any:
        answer = await asyncio.to_thread(run_command, *command, "--json", **county.environment(*of))
        assert answer.returncode == 0, answer.stderr
        return json.loads(answer.stdout)

    figures = await asked("status")
    assert figures["analytics"]["registered"] == figures["intake"]["cases"] > 0
    for one in figures.values():
        quiet = ("outbox_pending", "oldest_pending_seconds", "consumer_lag", "dead_letters")
        assert [one[name] for name in quiet] == [0, 0, 0, 0]
    proof = await asked("journal", "verify")
    assert (proof["broken"], proof["entries"]) == ([], sum(one["journal_entries"] for one in figures.values()))

    # Where one service is alone, as in its container, commands speak of that one.
    assert set(await asked("status", of=("intake",))) == {"intake"}
    other = await asyncio.to_thread(run_command, "database", "url", "mediation", **county.environment("intake"))
    assert (other.returncode, "MEDIATION_DATABASE_URL" in other.stderr) == (1, True)


async def test_no_canary_leaves_its_cage(steps: Steps, county: Processes) -> None:
    """What is personal is on no topic of the brokers, in no line that a process wrote, in no metric."""
    case_id = await steps.register(
        {**DISPUTE, "title": TITLE, "narrative": NARRATIVE, "parties": [person("APPLICANT")]}
    )
    await steps.route(case_id, "MEDIATION")
    assert await steps.parties(case_id), "the handover was read: the particulars did travel"
    records = await everything(county.access)
    assert any(case_id.encode() in record.value and record.topic == INTAKE_HANDOVERS.name for record in records)
    written = [record.value + (record.key or b"") + repr(record.headers).encode() for record in records]
    for service, process in county.running.items():
        written.append((county.home / f"{service}.log").read_bytes())
        async with county.client(service) as client:
            written.append((await client.get(f"{process.address}/metrics")).content)
    assert [canary for canary in CANARIES if any(canary.encode() in one for one in written)] == []


async def everything(access: KafkaAccess) -> list[ConsumerRecord]:
    """Every record of every topic of ours."""
    async with AIOKafkaConsumer(*TOPICS, **access.client(), auto_offset_reset="earliest") as consumer:
        left = {place: end for place, end in (await consumer.end_offsets(list(consumer.assignment()))).items() if end}
        found: list[ConsumerRecord] = []
        async with asyncio.timeout(30):
            while left:
                for place, records in (await consumer.getmany(timeout_ms=200)).items():
                    found.extend(records)
                    if records[-1].offset + 1 >= left[place]:
                        del left[place]
        return found
