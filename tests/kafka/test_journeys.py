"""The journeys of the embedded county, by four processes that meet on a real Kafka only."""

import pytest

from tests.journeys.conftest import Steps
from tests.journeys.test_dispute import test_a_dispute_is_settled_and_the_person_is_asked as dispute
from tests.journeys.test_petition import test_a_petition_is_answered_and_concluded as petition

pytestmark = [pytest.mark.kafka, pytest.mark.slow]


async def test_a_dispute_goes_its_way_through_four_processes(steps: Steps, mediator: str) -> None:
    await dispute(steps, mediator)


async def test_a_petition_goes_its_way_through_four_processes(steps: Steps) -> None:
    await petition(steps)
