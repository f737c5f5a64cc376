from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from chassis.database.scope import SYSTEM
from chassis.journal.entries import new_id
from chassis.rules.clock import FixedClock
from chassis.rules.refusals import IllegalTransition
from contracts.codes import AgreementForm, DisputeType, MediationState, TerminationReason
from services.mediation.agreements import domain, queries
from services.mediation.agreements.commands import Signed
from services.mediation.cases.domain import TimeInFuture, TimeTooEarly
from services.mediation.parties.domain import PartyUnknown
from services.mediation.regimes.domain import AgreementMustBeWritten
from tests.mediation.conftest import NOON
from tests.mediation.story import REGISTERED, TERMS, WOBEI, Story

REACHED, BINDING = "mediation.agreement_reached", "mediation.agreement_took_effect"


async def test_an_oral_agreement_takes_effect_when_it_is_reached(story: Story) -> None:
    case_id = await story.at(MediationState.IN_MEDIATION)
    reached = NOON - timedelta(hours=3)
    entry = await story.agree(case_id, AgreementForm.ORAL, reached_at=reached, partial=True)
    case = await story.case(case_id)
    assert (case.state, case.effective_at) == (MediationState.EFFECTIVE, reached)
    assert entry.fact == {
        "case_id": str(case_id),
        "category": "NEIGHBOR",
        "division": WOBEI,
        "effective_at": "2026-03-02T01:00:00.000000Z",
        "form": "ORAL",
        "partial": True,
        "tier": "TOWNSHIP",
    }
    assert (await story.published(case_id))[-2:] == [REACHED, BINDING]
    assert await story.deadlines(case_id) == {"MED_GENERAL": "MET", "JC_APPLY": "OPEN"}


@pytest.mark.parametrize("category", [DisputeType.OTHER_LABOR, DisputeType.FOREST_LAND, DisputeType.MEDICAL])
async def test_some_types_have_to_be_agreed_in_writing(story: Story, category: DisputeType) -> None:
    case_id = await story.at(MediationState.IN_MEDIATION, category=category)
    with pytest.raises(AgreementMustBeWritten):
        await story.agree(case_id, AgreementForm.ORAL)
    assert (await story.case(case_id)).state is MediationState.IN_MEDIATION
    assert (await story.agree(case_id)).type == REACHED


async def test_a_written_agreement_does_not_bind_yet(story: Story) -> None:
    case_id = await story.at(MediationState.AGREED)
    async with story.database.transaction(SYSTEM) as session:
        agreement = await queries.agreement(session, case_id, SYSTEM)
    assert (agreement.terms, agreement.form, agreement.effective_at) == (TERMS, AgreementForm.WRITTEN, None)
    assert (await story.published(case_id))[-1] == REACHED
    assert await story.deadlines(case_id) == {"MED_GENERAL": "OPEN"}


async def test_it_binds_from_the_last_of_signatures_and_seal(story: Story, clock: FixedClock) -> None:
    case_id = await story.at(MediationState.AGREED)
    clock.set(NOON + timedelta(days=2))
    one, other = story.parties[case_id]
    times = [NOON + timedelta(hours=hours) for hours in (1, 30, 2, 3)]
    entry = await story.bind(
        case_id,
        signatures=[(one, Signed(times[0])), (other, Signed(times[1]))],
        mediator=Signed(times[2]),
        seal=Signed(times[3]),
    )
    case = await story.case(case_id)
    assert (case.state, case.effective_at) == (MediationState.EFFECTIVE, times[1])
    assert (entry.type, entry.occurred_at) == (BINDING, times[1])
    async with story.database.transaction(SYSTEM) as session:
        signatures = await queries.signatures_of(session, case_id)
        agreement = await queries.agreement(session, case_id, SYSTEM)
        window = (
            await session.execute(text("SELECT started_at, due_date FROM deadlines WHERE rule = 'JC_APPLY'"))
        ).one()
    assert [(one.party_id, one.signed_at) for one in signatures] == [(one, times[0]), (other, times[1])]
    assert (agreement.mediator_signed_at, agreement.seal_affixed_at) == (times[2], times[3])
    assert agreement.effective_at == times[1]
    # In Shanghai it took effect on 3 March; the thirtieth day after it is 2 April.
    assert (window.started_at, window.due_date.isoformat()) == (times[1], "2026-04-02")
    assert (await story.published(case_id))[-1] == BINDING


async def test_nothing_that_has_to_be_on_it_may_be_missing(story: Story) -> None:
    case_id = await story.at(MediationState.AGREED)
    now = Signed()
    one, other = story.parties[case_id]
    with pytest.raises(domain.SignatureMissing):
        await story.bind(case_id, signatures=[(one, now)])
    with pytest.raises(domain.SignedTwice):
        await story.bind(case_id, signatures=[(one, now), (other, now), (one, now)])
    with pytest.raises(domain.MediatorSignatureMissing):
        await story.bind(case_id, mediator=None)
    with pytest.raises(domain.SealMissing):
        await story.bind(case_id, seal=None)
    with pytest.raises(PartyUnknown):
        await story.bind(case_id, signatures=[(one, now), (other, now), (new_id(), now)])
    with pytest.raises(TimeInFuture):
        await story.bind(case_id, seal=Signed(NOON + timedelta(seconds=1)))
    with pytest.raises(TimeTooEarly):
        await story.bind(case_id, mediator=Signed(NOON - timedelta(seconds=1)))
    assert (await story.case(case_id)).state is MediationState.AGREED
    assert (await story.facts(case_id))[-1] == REACHED


async def test_terms_cannot_be_older_than_the_case(story: Story) -> None:
    case_id = await story.at(MediationState.IN_MEDIATION)
    with pytest.raises(TimeTooEarly):
        await story.agree(case_id, reached_at=REGISTERED - timedelta(seconds=1))


async def test_there_is_one_agreement_and_it_binds_once(story: Story) -> None:
    case_id = await story.at(MediationState.AGREED)
    with pytest.raises(IllegalTransition):
        await story.agree(case_id)
    await story.bind(case_id)
    with pytest.raises(IllegalTransition):
        await story.bind(case_id)
    assert (await story.facts(case_id)).count(BINDING) == 1


async def test_whoever_will_not_sign_ends_the_mediation(story: Story) -> None:
    case_id = await story.at(MediationState.AGREED)
    await story.end(case_id, TerminationReason.SIGNING_REFUSED)
    assert (await story.case(case_id)).state is MediationState.TERMINATED
    assert BINDING not in await story.facts(case_id)


async def test_an_agreement_that_binds_too_late_is_a_missed_deadline_and_a_success(
    story: Story, clock: FixedClock
) -> None:
    case_id = await story.at(MediationState.AGREED)
    clock.set(datetime(2026, 4, 3, 1, 0, tzinfo=UTC))  # the sweep has not been by
    await story.bind(case_id)
    assert (await story.published(case_id))[-2:] == ["mediation.deadline_missed", BINDING]
    assert await story.deadlines(case_id) == {"MED_GENERAL": "MISSED", "JC_APPLY": "OPEN"}


async def test_a_case_without_terms_has_no_agreement(story: Story) -> None:
    case_id = await story.at(MediationState.IN_MEDIATION)
    async with story.database.transaction(SYSTEM) as session:
        with pytest.raises(domain.AgreementUnknown):
            await queries.agreement(session, case_id, SYSTEM)
