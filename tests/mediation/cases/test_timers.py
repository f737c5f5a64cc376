from datetime import UTC, datetime

import pytest

from chassis.deadlines.sweep import Sweep
from chassis.rules.clock import FixedClock
from contracts.clocks import CLOCKS
from contracts.codes import DisputeType, MediationState, TerminationReason
from services.mediation.cases import timers
from tests.mediation.story import Story

MISSED, ENDED = "mediation.deadline_missed", "mediation.terminated"
LATE = datetime(2026, 6, 1, 0, 0, tzinfo=UTC)


@pytest.fixture
def sweep(story: Story, clock: FixedClock) -> Sweep:
    return Sweep("mediation", story.database, timers.TIMERS, clock)


def test_every_clock_of_a_mediation_has_its_timer() -> None:
    ours = {rule for rule in CLOCKS if rule.startswith("MED_")} - {"MED_ONLINE_CONFIRM"}
    assert timers.TIMERS.keys() == ours


async def test_a_missed_clock_is_a_fact_and_the_case_stays_open(story: Story, sweep: Sweep, clock: FixedClock) -> None:
    case_id = await story.at(MediationState.IN_MEDIATION)
    clock.set(datetime(2026, 4, 2, 15, 59, 59, tzinfo=UTC))
    assert await sweep.once(clock.now()) == 0
    clock.set(LATE)
    assert await sweep.once(clock.now()) == 1
    assert await sweep.once(clock.now()) == 0
    assert (await story.published(case_id))[-1] == MISSED
    assert (await story.facts(case_id)).count(MISSED) == 1
    assert (await story.case(case_id)).state is MediationState.IN_MEDIATION
    await story.agree(case_id)
    await story.bind(case_id)
    assert (await story.facts(case_id)).count(MISSED) == 1
    assert await story.deadlines(case_id) == {"MED_GENERAL": "MISSED", "JC_APPLY": "OPEN"}


async def test_a_medical_dispute_has_failed_by_law(story: Story, sweep: Sweep, clock: FixedClock) -> None:
    case_id = await story.at(MediationState.MEDIATOR_ASSIGNED, category=DisputeType.MEDICAL)
    clock.set(LATE)
    assert await sweep.once(clock.now()) == 1
    case = await story.case(case_id)
    assert (case.state, case.termination_reason) == (MediationState.TERMINATED, TerminationReason.EXPIRED)
    assert (await story.published(case_id))[-2:] == [MISSED, ENDED]
    assert await story.deadlines(case_id) == {"MED_MEDICAL": "MISSED"}


async def test_a_medical_dispute_with_terms_has_not_failed(story: Story, sweep: Sweep, clock: FixedClock) -> None:
    case_id = await story.at(MediationState.AGREED, category=DisputeType.MEDICAL)
    clock.set(LATE)
    assert await sweep.once(clock.now()) == 1
    assert (await story.case(case_id)).state is MediationState.AGREED
    assert (await story.facts(case_id))[-1] == MISSED


async def test_the_window_for_confirmation_lapses_without_a_fact(story: Story, sweep: Sweep, clock: FixedClock) -> None:
    case_id = await story.at(MediationState.EFFECTIVE)
    before = await story.facts(case_id)
    clock.set(LATE)
    assert await sweep.once(clock.now()) == 1
    assert await story.facts(case_id) == before
    assert await story.deadlines(case_id) == {"MED_GENERAL": "MET", "JC_APPLY": "CLOSED"}


async def test_a_case_that_has_ended_misses_nothing(story: Story, sweep: Sweep, clock: FixedClock) -> None:
    case_id = await story.at(MediationState.IN_MEDIATION)
    await story.end(case_id)
    clock.set(LATE)
    assert await sweep.once(clock.now()) == 0
    assert MISSED not in await story.facts(case_id)
