import pytest

from contracts.codes import MediationState
from tests.mediation.story import BEFORE, Story


@pytest.mark.parametrize("state", list(BEFORE))
async def test_a_case_can_be_brought_to_each_state(story: Story, state: MediationState) -> None:
    case_id = await story.at(state)
    assert (await story.case(case_id)).state is state
    assert await story.facts(case_id) == await story.published(case_id)
