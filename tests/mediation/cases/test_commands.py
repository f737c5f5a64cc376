"""What each act changes, what it records, and that both commit together."""

from datetime import UTC, date, datetime, timedelta

import pytest

from chassis.database.scope import SYSTEM, Scope
from chassis.database.session import Session
from chassis.journal.entries import new_id
from chassis.journal.record import VersionMismatch
from chassis.rules.clock import FixedClock
from chassis.rules.refusals import IllegalTransition
from contracts.codes import ConsentStand, DisputeType, IntakeChannel, MediationState, MediatorChoice, TerminationReason
from contracts.roles import Role
from services.mediation.cases import commands, domain
from services.mediation.parties.domain import AlreadyAnswered, PartyUnknown
from services.mediation.regimes.domain import ClockNotMediations, ClockStartMissing, ClockStartNotAsked
from tests.mediation.conftest import NOON
from tests.mediation.story import BEFORE, MEDIATOR, REGISTERED, SHANGCUN, WOBEI, Story, particulars, requested

OPENED, SOUGHT = "mediation.opened", "mediation.consent_sought"
ANSWERED, ACCEPTED = "mediation.consent_recorded", "mediation.accepted"
ASSIGNED, HELD = "mediation.mediator_assigned", "mediation.session_held"
REACHED, BINDING = "mediation.agreement_reached", "mediation.agreement_took_effect"
ENDED, MISSED = "mediation.terminated", "mediation.deadline_missed"


WAY = {
    MediationState.REGISTERED: [OPENED],
    MediationState.CONSENT_PENDING: [OPENED, SOUGHT],
    MediationState.ACCEPTED: [OPENED, SOUGHT, ANSWERED, ANSWERED, ACCEPTED],
    MediationState.MEDIATOR_ASSIGNED: [OPENED, SOUGHT, ANSWERED, ANSWERED, ACCEPTED, ASSIGNED],
    MediationState.IN_MEDIATION: [OPENED, SOUGHT, ANSWERED, ANSWERED, ACCEPTED, ASSIGNED, HELD],
    MediationState.AGREED: [OPENED, SOUGHT, ANSWERED, ANSWERED, ACCEPTED, ASSIGNED, HELD, REACHED],
    MediationState.EFFECTIVE: [OPENED, SOUGHT, ANSWERED, ANSWERED, ACCEPTED, ASSIGNED, HELD, REACHED, BINDING],
    MediationState.TERMINATED: [OPENED, ENDED],
}


@pytest.mark.parametrize("state", list(BEFORE))
async def test_what_happened_is_journaled_and_published_up_to_every_state(story: Story, state: MediationState) -> None:
    case_id = await story.at(state)
    assert (await story.case(case_id)).state is state
    assert await story.facts(case_id) == WAY[state]
    assert await story.published(case_id) == WAY[state]


async def test_a_case_is_opened_as_it_was_handed_over(story: Story) -> None:
    case_id = await story.open(amount_fen=12_345)
    case = await story.case(case_id)
    assert (case.number, case.division, case.county) == ("（2026）窗字第1号", WOBEI, "130926")
    assert (case.amount_fen, case.registered_at, case.opened_at) == (12_345, REGISTERED, NOON)
    assert await story.facts(case_id) == [OPENED]


async def test_a_case_that_is_known_is_left_alone(story: Story) -> None:
    request, inside = requested(), particulars()
    first = await story.run(lambda session: commands.open_case(session, request, inside, story.sealer))
    again = await story.run(lambda session: commands.open_case(session, request, inside, story.sealer))
    assert first is not None
    assert again is None
    assert await story.facts(request.case_id) == [OPENED]


async def test_a_handover_under_a_clock_of_something_else_is_refused(story: Story) -> None:
    with pytest.raises(ClockNotMediations):
        await story.open(clock="PET_HANDLE")


async def test_asking_for_consent_keeps_how_the_rights_were_explained(story: Story) -> None:
    case_id = await story.open()
    entry = await story.seek(case_id, notice=domain.NoticeForm.WRITTEN)
    case = await story.case(case_id)
    assert (case.state, case.rights_notice, case.consent_sought_at) == (
        MediationState.CONSENT_PENDING,
        domain.NoticeForm.WRITTEN,
        NOON,
    )
    assert (entry.type, entry.fact["parties"], entry.version) == (SOUGHT, 2, 2)


async def test_nobody_is_asked_where_there_is_one_party_only(story: Story) -> None:
    case_id = await story.open(people=1)
    with pytest.raises(domain.OtherSideMissing):
        await story.seek(case_id)
    assert (await story.case(case_id)).state is MediationState.REGISTERED
    assert await story.facts(case_id) == [OPENED]


async def test_each_answer_says_who_is_outstanding(story: Story) -> None:
    case_id = await story.at(MediationState.CONSENT_PENDING)
    outstanding = [(await story.answer(case_id, party_id)).fact["outstanding"] for party_id in story.parties[case_id]]
    assert outstanding == [1, 0]
    assert await story.facts(case_id) == [OPENED, SOUGHT, ANSWERED, ANSWERED]


async def test_a_refusal_ends_the_case(story: Story) -> None:
    case_id = await story.at(MediationState.CONSENT_PENDING)
    one, other = story.parties[case_id]
    await story.answer(case_id, one)
    entry = await story.answer(case_id, other, ConsentStand.REFUSED)
    case = await story.case(case_id)
    assert (entry.type, entry.fact["reason"], entry.fact["accepted"]) == (ENDED, "REFUSED", False)
    assert entry.reason_code == "REFUSED"
    assert (case.state, case.termination_reason, case.terminated_at) == (
        MediationState.TERMINATED,
        TerminationReason.REFUSED,
        NOON,
    )
    assert await story.published(case_id) == [OPENED, SOUGHT, ANSWERED, ANSWERED, ENDED]


@pytest.mark.parametrize("again", ConsentStand)
async def test_a_party_never_answers_twice(story: Story, again: ConsentStand) -> None:
    case_id = await story.at(MediationState.CONSENT_PENDING)
    party_id = story.parties[case_id][0]
    await story.answer(case_id, party_id)
    with pytest.raises(AlreadyAnswered):
        await story.answer(case_id, party_id, again)
    assert await story.facts(case_id) == [OPENED, SOUGHT, ANSWERED]


async def test_a_party_of_another_case_has_no_say(story: Story) -> None:
    other = await story.open()
    case_id = await story.at(MediationState.CONSENT_PENDING)
    with pytest.raises(PartyUnknown):
        await story.answer(case_id, story.parties[other][0])


async def test_without_every_consent_nothing_is_accepted_and_no_number_is_used(story: Story) -> None:
    case_id = await story.at(MediationState.CONSENT_PENDING)
    await story.answer(case_id, story.parties[case_id][0])
    with pytest.raises(domain.ConsentMissing):
        await story.accept(case_id)
    assert await story.deadlines(case_id) == {}
    later = await story.at(MediationState.ACCEPTED)
    assert (await story.case(later)).dossier_number == "（2026）人调字第1号"


async def test_acceptance_starts_the_clock_and_numbers_the_dossier(story: Story) -> None:
    await story.division("130926000000", "肃宁县")
    case_id = await story.at(MediationState.CONSENT_PENDING)
    await story.consent(case_id)
    entry = await story.accept(case_id)
    case = await story.case(case_id)
    assert (case.state, case.clock, case.accepted_at) == (MediationState.ACCEPTED, "MED_GENERAL", NOON)
    assert case.dossier_number == "（2026）肃人调字第1号"
    assert entry.fact == {
        "accepted_at": "2026-03-02T04:00:00.000000Z",
        "case_id": str(case_id),
        "category": "NEIGHBOR",
        "clock": "MED_GENERAL",
        "division": WOBEI,
        "dossier_number": "（2026）肃人调字第1号",
        "due_date": "2026-04-02",
        "tier": "TOWNSHIP",
    }
    assert await story.deadlines(case_id) == {"MED_GENERAL": "OPEN"}


async def test_dossiers_are_numbered_without_gaps_in_their_county_and_year(story: Story, clock: FixedClock) -> None:
    async def number(**other: object) -> str | None:
        return (await story.case(await story.at(MediationState.ACCEPTED, **other))).dossier_number

    refused = await story.at(MediationState.CONSENT_PENDING, category=None)
    await story.consent(refused)
    assert await number() == "（2026）人调字第1号"
    with pytest.raises(domain.CategoryMissing):
        await story.accept(refused)
    assert await number() == "（2026）人调字第2号"
    assert await number(division="130929100000") == "（2026）人调字第1号"
    # 2027 begins in Shanghai while it is still 2026 in London.
    clock.set(datetime(2026, 12, 31, 16, 0, tzinfo=UTC))
    assert await number() == "（2027）人调字第1号"


@pytest.mark.parametrize(
    ("given", "rule", "due"),
    [
        ({"category": DisputeType.MEDICAL}, "MED_MEDICAL", None),
        ({"category": DisputeType.OTHER_LABOR}, "MED_LABOUR", date(2026, 3, 16)),  # from the application
        ({"category": DisputeType.MARRIAGE_FAMILY}, "MED_GENERAL", date(2026, 4, 2)),
    ],
)
async def test_the_regime_decides_on_the_clock(
    story: Story, given: dict[str, DisputeType], rule: str, due: date | None
) -> None:
    case_id = await story.at(MediationState.CONSENT_PENDING, **given)
    await story.consent(case_id)
    entry = await story.accept(case_id)
    assert entry.fact["clock"] == rule
    assert due is None or entry.fact["due_date"] == due.isoformat()


async def test_a_courts_referral_runs_from_signing_for_the_file(story: Story) -> None:
    case_id = await story.at(MediationState.CONSENT_PENDING, channel=IntakeChannel.COURT_REFERRAL)
    await story.consent(case_id)
    with pytest.raises(ClockStartMissing):
        await story.accept(case_id)
    with pytest.raises(domain.TimeInFuture):
        await story.accept(case_id, clock_started_at=NOON + timedelta(seconds=1))
    entry = await story.accept(case_id, clock_started_at=datetime(2026, 2, 20, 2, 0, tzinfo=UTC))
    # 30 days end on Sunday, 22 March: a court's clock rolls to Monday.
    assert (entry.fact["clock"], entry.fact["due_date"]) == ("MED_COURT_PRE", "2026-03-23")


async def test_the_start_of_an_ordinary_clock_is_not_for_the_caller_to_say(story: Story) -> None:
    case_id = await story.at(MediationState.CONSENT_PENDING)
    await story.consent(case_id)
    with pytest.raises(ClockStartNotAsked):
        await story.accept(case_id, clock_started_at=NOON)


async def test_the_mediator_has_to_be_in_the_directory_and_in_office(story: Story) -> None:
    case_id = await story.at(MediationState.ACCEPTED)
    with pytest.raises(domain.MediatorUnknown):
        await story.assign(case_id, mediator_id=new_id())
    clerk = await story.staff(new_id(), roles=[Role.WINDOW_CLERK.value])
    elsewhere = await story.staff(new_id(), division=SHANGCUN)
    former = await story.staff(new_id(), valid_to=date(2026, 3, 1))
    for mediator_id in (clerk, elsewhere, former):
        with pytest.raises(domain.MediatorNotFit):
            await story.assign(case_id, mediator_id=mediator_id)
    assert (await story.case(case_id)).state is MediationState.ACCEPTED


async def test_a_mediator_can_be_replaced(story: Story) -> None:
    case_id = await story.at(MediationState.IN_MEDIATION)
    second = await story.staff(new_id(), division=WOBEI, roles=[Role.VILLAGE_ROOM_DIRECTOR.value])
    entry = await story.assign(case_id, mediator_id=second, chosen_by=MediatorChoice.CHOSEN_BY_PARTIES)
    case = await story.case(case_id)
    assert (case.state, case.mediator_id, case.mediator_chosen_by) == (
        MediationState.IN_MEDIATION,
        second,
        MediatorChoice.CHOSEN_BY_PARTIES,
    )
    assert (entry.fact["mediator_id"], entry.fact["chosen_by"]) == (str(second), "CHOSEN_BY_PARTIES")
    assert second != MEDIATOR


async def test_an_end_meets_the_clock_and_keeps_the_note_sealed(story: Story) -> None:
    case_id = await story.at(MediationState.IN_MEDIATION)
    entry = await story.end(case_id, TerminationReason.NO_AGREEMENT, note="各执一词")
    case = await story.case(case_id)
    assert (entry.type, entry.fact["accepted"], entry.reason_code) == (ENDED, True, "NO_AGREEMENT")
    assert "note" not in entry.fact
    assert case.termination_note_sealed is not None
    assert story.sealer.unseal(case.termination_note_sealed, commands.NOTE, case_id) == "各执一词"
    assert await story.deadlines(case_id) == {"MED_GENERAL": "MET"}


async def test_a_case_expires_once_its_clock_has_run_out_and_the_miss_is_recorded(
    story: Story, clock: FixedClock
) -> None:
    case_id = await story.at(MediationState.IN_MEDIATION)
    clock.set(datetime(2026, 4, 2, 15, 59, 59, tzinfo=UTC))
    with pytest.raises(domain.NotExpired):
        await story.end(case_id, TerminationReason.EXPIRED)
    clock.set(datetime(2026, 4, 2, 16, 0, tzinfo=UTC))  # 24:00 in Shanghai; the sweep has not been by
    await story.end(case_id, TerminationReason.EXPIRED)
    assert (await story.published(case_id))[-2:] == [MISSED, ENDED]
    assert await story.deadlines(case_id) == {"MED_GENERAL": "MISSED"}


async def test_an_ended_case_takes_no_further_act(story: Story) -> None:
    case_id = await story.at(MediationState.TERMINATED)
    with pytest.raises(IllegalTransition):
        await story.end(case_id)
    with pytest.raises(IllegalTransition):
        await story.seek(case_id)


async def test_a_version_that_was_overtaken_is_refused_before_anything_else(story: Story) -> None:
    case_id = await story.at(MediationState.CONSENT_PENDING)
    with pytest.raises(VersionMismatch):
        await story.seek(case_id, expected=1)
    assert (await story.answer(case_id, story.parties[case_id][0], expected=2)).version == 3


async def test_what_lies_in_another_township_is_unknown(story: Story) -> None:
    case_id = await story.open()
    with pytest.raises(domain.CaseUnknown):
        await story.seek(case_id, scope=Scope.of(SHANGCUN))
    await story.seek(case_id, scope=Scope.of(WOBEI))


async def test_a_failing_fact_takes_the_row_back_with_it(story: Story) -> None:
    """Row, fact and pointer are one transaction: a rollback leaves nothing of any."""
    case_id = await story.open()

    async def fail(session: Session) -> None:
        await commands.seek_consent(session, case_id, scope=SYSTEM, expected=None, notice=domain.NoticeForm.ORAL)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await story.run(fail)
    assert (await story.case(case_id)).state is MediationState.REGISTERED
    assert await story.published(case_id) == [OPENED]
