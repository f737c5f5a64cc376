from datetime import timedelta

import pytest
from sqlalchemy import text

from chassis.database.scope import SYSTEM
from chassis.rules.refusals import IllegalTransition
from contracts.codes import MediationState, SessionOutcome
from services.mediation.cases.domain import TimeInFuture, TimeTooEarly
from services.mediation.sessions import commands, queries
from tests.mediation.conftest import NOON
from tests.mediation.story import MEDIATOR, NOTES, REGISTERED, Story


async def test_the_first_session_puts_the_case_in_mediation(story: Story) -> None:
    case_id = await story.at(MediationState.MEDIATOR_ASSIGNED)
    held = NOON - timedelta(hours=2)
    entry = await story.meet(case_id, held_at=held, outcome=SessionOutcome.TERMS_AGREED)
    case = await story.case(case_id)
    assert (case.state, case.sessions) == (MediationState.IN_MEDIATION, 1)
    assert entry.type == "mediation.session_held"
    assert (entry.fact["session"], entry.fact["outcome"], entry.occurred_at) == (1, "TERMS_AGREED", held)
    assert (await story.published(case_id))[-1] == "mediation.session_held"


async def test_sessions_are_numbered_and_listed_in_their_order(story: Story) -> None:
    case_id = await story.at(MediationState.IN_MEDIATION)
    await story.meet(case_id)
    async with story.database.transaction(SYSTEM) as session:
        rows = await queries.sessions_of(session, case_id, SYSTEM, after=None, limit=10)
        later = await queries.sessions_of(session, case_id, SYSTEM, after=1, limit=10)
    assert [row.number for row in rows] == [1, 2]
    assert [row.number for row in later] == [2]
    assert {row.mediator_id for row in rows} == {MEDIATOR}


async def test_notes_are_sealed_in_their_row_and_in_no_fact(story: Story) -> None:
    case_id = await story.at(MediationState.MEDIATOR_ASSIGNED)
    entry = await story.meet(case_id)
    async with story.database.transaction(SYSTEM) as session:
        row = (await session.execute(text("SELECT id, notes_sealed FROM sessions"))).one()
    assert NOTES.encode() not in row.notes_sealed
    assert story.sealer.unseal(row.notes_sealed, commands.NOTES, row.id) == NOTES
    assert set(entry.fact) == {"case_id", "division", "session", "outcome", "held_at"}


async def test_a_session_was_held_between_registration_and_now(story: Story) -> None:
    case_id = await story.at(MediationState.MEDIATOR_ASSIGNED)
    with pytest.raises(TimeInFuture):
        await story.meet(case_id, held_at=NOON + timedelta(seconds=1))
    with pytest.raises(TimeTooEarly):
        await story.meet(case_id, held_at=REGISTERED - timedelta(seconds=1))
    assert (await story.case(case_id)).sessions == 0


@pytest.mark.parametrize("state", [MediationState.ACCEPTED, MediationState.AGREED, MediationState.TERMINATED])
async def test_without_a_mediator_or_after_the_terms_nobody_sits_down(story: Story, state: MediationState) -> None:
    case_id = await story.at(state)
    with pytest.raises(IllegalTransition):
        await story.meet(case_id)
