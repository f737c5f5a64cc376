"""What each act changes, what it records, and that both commit together."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import true

from chassis.database import columns
from chassis.database.scope import SYSTEM, Scope
from chassis.deadlines import commands as deadlines
from chassis.deadlines.commands import NoSuchDeadline
from chassis.journal.entries import new_id
from chassis.journal.record import VersionMismatch
from chassis.rules.clock import FixedClock
from chassis.rules.deadline_refusals import ExtensionNotAllowed, ExtensionOverLimit, ExtensionTooLate
from chassis.rules.refusals import IllegalTransition
from contracts.codes import (
    ExtensionReason,
    IntakeChannel,
    PartyRole,
    PetitionCategory,
    PetitionRoute,
    PetitionState,
)
from services.petition.matters import commands, domain
from services.petition.matters.commands import Notice
from services.petition.matters.domain import NoticeWay
from tests.petition.conftest import NOON
from tests.petition.story import BEFORE, REGISTERED, SHANGCUN, WOBEI, Story, particulars, requested

ON_BOOKS, ACCEPTED, EXTENDED = "petition.registered", "petition.accepted", "petition.extended"
ISSUED, DELIVERED, CONCLUDED = "petition.opinion_issued", "petition.opinion_delivered", "petition.concluded"
MISSED = "petition.deadline_missed"

WAY = {
    PetitionState.REGISTERED: [ON_BOOKS],
    PetitionState.IN_PROCEDURE: [ON_BOOKS, ACCEPTED],
    PetitionState.INVESTIGATING: [ON_BOOKS, ACCEPTED],
    PetitionState.EXTENDED: [ON_BOOKS, ACCEPTED, EXTENDED],
    PetitionState.OPINION_ISSUED: [ON_BOOKS, ACCEPTED, ISSUED],
    PetitionState.OPINION_DELIVERED: [ON_BOOKS, ACCEPTED, ISSUED, DELIVERED],
    PetitionState.EXECUTING: [ON_BOOKS, ACCEPTED, ISSUED, DELIVERED],
    PetitionState.CONCLUDED: [ON_BOOKS, ACCEPTED, ISSUED, DELIVERED, CONCLUDED],
}
DAY = timedelta(days=1)


@pytest.mark.parametrize("state", list(BEFORE))
async def test_what_happened_is_journaled_and_published_up_to_every_state(story: Story, state: PetitionState) -> None:
    matter_id = await story.at(state)
    assert (await story.matter(matter_id)).state is state
    assert await story.facts(matter_id) == WAY[state]
    assert await story.published(matter_id) == WAY[state]


def test_every_state_but_the_one_passed_through_can_be_rested_in() -> None:
    states = {state for state, _ in domain.TRANSITIONS} | domain.FINAL
    assert states - BEFORE.keys() == {PetitionState.ACCEPTED}


async def test_a_matter_is_registered_as_it_was_handed_over(story: Story) -> None:
    matter_id = await story.register(visitors=6, channel=IntakeChannel.LETTER)
    matter = await story.matter(matter_id)
    assert (matter.number, matter.division, matter.channel) == ("（2026）窗字第2号", WOBEI, IntakeChannel.LETTER)
    assert (matter.visitors, matter.collective) == (6, True)
    assert (matter.registered_at, matter.opened_at) == (REGISTERED, NOON)
    assert await story.deadlines(matter_id) == [("PET_NOTICE_DIRECT", "2026-03-16", "OPEN")]


async def test_a_matter_that_is_known_is_left_alone(story: Story) -> None:
    request, inside = requested(), particulars()
    first = await story.run(lambda session: commands.register(session, request, inside, story.sealer))
    again = await story.run(lambda session: commands.register(session, request, inside, story.sealer))
    assert first is not None
    assert again is None
    assert await story.facts(request.case_id) == [ON_BOOKS]
    assert await story.count("deadlines") == 1


async def test_an_accusation_is_refused_and_leaves_nothing(story: Story) -> None:
    with pytest.raises(domain.AccusationNotTakenHere):
        await story.register(category=PetitionCategory.ACCUSATION)
    assert [await story.count(table) for table in ("matters", "parties", "journal", "deadlines")] == [0, 0, 0, 0]


@pytest.mark.parametrize(
    ("phone", "address", "clocks"), [(True, False, 1), (False, True, 1), (True, True, 1), (False, False, 0)]
)
async def test_a_notice_is_owed_to_whoever_can_be_reached(
    story: Story,
    phone: bool,  # noqa: FBT001
    address: bool,  # noqa: FBT001
    clocks: int,
) -> None:
    matter_id = await story.register(particulars(phone=phone, address=address))
    assert len(await story.deadlines(matter_id)) == clocks


async def test_that_somebody_else_can_be_reached_is_not_enough(story: Story) -> None:
    matter_id = await story.register(particulars(PartyRole.RESPONDENT, PartyRole.REPORTER))
    assert await story.deadlines(matter_id) == []


async def test_acceptance_meets_the_notice_and_starts_sixty_days(story: Story) -> None:
    matter_id = await story.register()
    entry = await story.accept(matter_id)
    matter = await story.matter(matter_id)
    assert (matter.state, matter.route) == (PetitionState.INVESTIGATING, PetitionRoute.R31_6)
    assert (matter.accepted_at, matter.notice, matter.notice_given_at) == (NOON, NoticeWay.ON_THE_SPOT, NOON)
    assert await story.deadlines(matter_id) == [
        ("PET_NOTICE_DIRECT", "2026-03-16", "MET"),
        ("PET_HANDLE", "2026-05-01", "OPEN"),
    ]
    assert (entry.type, entry.fact["clock"], entry.fact["due_date"]) == (ACCEPTED, "PET_HANDLE", "2026-05-01")


async def test_sixty_days_run_from_acceptance_never_from_registration(story: Story, clock: FixedClock) -> None:
    matter_id = await story.register()
    clock.set(datetime(2026, 3, 20, 4, 0, tzinfo=UTC))
    entry = await story.accept(matter_id, accepted_at=datetime(2026, 3, 10, 16, 0, tzinfo=UTC))
    assert entry.fact["due_date"] == "2026-05-10"  # already 11 March in Shanghai; the start day does not count
    assert entry.occurred_at == datetime(2026, 3, 10, 16, 0, tzinfo=UTC)


@pytest.mark.parametrize("route", sorted(domain.ROUTES_OF[PetitionCategory.APPEAL_CLAIM] - {PetitionRoute.R31_6}))
async def test_another_laws_procedure_has_no_clock_here(story: Story, route: PetitionRoute) -> None:
    matter_id = await story.register()
    entry = await story.accept(matter_id, route=route)
    assert (await story.matter(matter_id)).state is PetitionState.IN_PROCEDURE
    assert (entry.fact["clock"], entry.fact["due_date"]) == (None, None)
    assert [rule for rule, _, _ in await story.deadlines(matter_id)] == ["PET_NOTICE_DIRECT"]


async def test_a_suggestion_goes_its_own_way(story: Story) -> None:
    matter_id = await story.register(category=PetitionCategory.SUGGESTION)
    with pytest.raises(domain.RouteNotOfCategory):
        await story.accept(matter_id)
    await story.accept(matter_id, route=PetitionRoute.R29)
    assert (await story.matter(matter_id)).state is PetitionState.IN_PROCEDURE


async def test_an_accusation_in_disguise_is_told_where_to_go(story: Story) -> None:
    matter_id = await story.register()
    with pytest.raises(domain.AccusationNotTakenHere):
        await story.accept(matter_id, route=PetitionRoute.R30)
    assert await story.facts(matter_id) == [ON_BOOKS]


async def test_without_a_petitioner_nothing_is_investigated(story: Story) -> None:
    matter_id = await story.register(particulars(PartyRole.REPORTER))
    with pytest.raises(domain.PetitionerMissing):
        await story.accept(matter_id, notice=None)
    await story.send(matter_id, notice=None)
    assert (await story.matter(matter_id)).notice is None


async def test_who_can_be_reached_has_to_be_told(story: Story) -> None:
    matter_id = await story.register()
    with pytest.raises(domain.NoticeOwed):
        await story.accept(matter_id, notice=None)
    assert (await story.matter(matter_id)).state is PetitionState.REGISTERED
    assert await story.deadlines(matter_id) == [("PET_NOTICE_DIRECT", "2026-03-16", "OPEN")]


@pytest.mark.parametrize(("hours", "state"), [(-1, "MET"), (0, "MISSED")])
async def test_what_counts_is_when_the_notice_was_given(
    story: Story, clock: FixedClock, hours: int, state: str
) -> None:
    matter_id = await story.register()
    end = datetime(2026, 3, 16, 16, 0, tzinfo=UTC)  # 24:00 in Shanghai
    clock.set(end + 3 * DAY)
    notice = Notice(NoticeWay.AFTERWARDS, end + timedelta(hours=hours))
    await story.accept(matter_id, accepted_at=NOON, notice=notice)
    assert (await story.deadlines(matter_id))[0] == ("PET_NOTICE_DIRECT", "2026-03-16", state)
    missed = [MISSED] if state == "MISSED" else []
    assert await story.published(matter_id) == [ON_BOOKS, *missed, ACCEPTED]


@pytest.mark.parametrize("channel", [IntakeChannel.UPPER_ASSIGNMENT, IntakeChannel.PETITION_REFERRAL])
async def test_what_another_organ_sent_has_the_other_clock(story: Story, channel: IntakeChannel) -> None:
    matter_id = await story.register(channel=channel)
    await story.accept(matter_id)
    assert (await story.deadlines(matter_id))[0] == ("PET_NOTICE_TRANSFERRED", "2026-03-16", "MET")


async def test_times_that_cannot_be_are_refused(story: Story) -> None:
    matter_id = await story.register()
    before, later = REGISTERED - timedelta(seconds=1), NOON + timedelta(seconds=1)
    with pytest.raises(domain.TimeTooEarly):
        await story.accept(matter_id, accepted_at=before)
    with pytest.raises(domain.TimeInFuture):
        await story.accept(matter_id, accepted_at=later)
    with pytest.raises(domain.TimeTooEarly):
        await story.accept(matter_id, notice=Notice(NoticeWay.ON_THE_SPOT, before))
    with pytest.raises(domain.TimeInFuture):
        await story.accept(matter_id, notice=Notice(NoticeWay.AFTERWARDS, later))
    assert await story.facts(matter_id) == [ON_BOOKS]


async def test_an_extension_counts_from_the_last_day(story: Story) -> None:
    matter_id = await story.at(PetitionState.INVESTIGATING)
    entry = await story.extend(matter_id, days=30, reason=ExtensionReason.HEARING)
    matter = await story.matter(matter_id)
    assert (matter.state, matter.extension_reason) == (PetitionState.EXTENDED, ExtensionReason.HEARING)
    assert matter.extended_at == NOON
    assert (await story.deadlines(matter_id))[1] == ("PET_HANDLE", "2026-05-31", "OPEN")
    assert (entry.type, entry.reason_code) == (EXTENDED, "HEARING")
    assert entry.fact == {
        "case_id": str(matter_id),
        "clock": "PET_HANDLE",
        "days": 30,
        "division": WOBEI,
        "due_date": "2026-05-31",
        "extended_at": "2026-03-02T04:00:00.000000Z",
        "reason_code": "HEARING",
    }


async def test_an_extension_is_granted_once_and_for_thirty_days_at_most(story: Story) -> None:
    matter_id = await story.at(PetitionState.INVESTIGATING)
    with pytest.raises(ExtensionOverLimit):
        await story.extend(matter_id, days=31)
    with pytest.raises(ExtensionNotAllowed):
        await story.extend(matter_id, days=0)
    await story.extend(matter_id, days=1)
    with pytest.raises(IllegalTransition):
        await story.extend(matter_id, days=1)
    assert (await story.deadlines(matter_id))[1] == ("PET_HANDLE", "2026-05-02", "OPEN")


async def test_an_extension_comes_before_the_end(story: Story, clock: FixedClock) -> None:
    matter_id = await story.at(PetitionState.INVESTIGATING)
    clock.set(datetime(2026, 5, 1, 16, 0, tzinfo=UTC))
    with pytest.raises(ExtensionTooLate):
        await story.extend(matter_id)
    await story.run(lambda session: commands.miss(session, matter_id, "PET_HANDLE", clock.now().date()))
    assert (await story.matter(matter_id)).state is PetitionState.INVESTIGATING


async def test_a_clock_that_was_missed_is_not_extended(story: Story, clock: FixedClock) -> None:
    matter_id = await story.at(PetitionState.INVESTIGATING)
    async with story.database.transaction(SYSTEM) as session:
        await deadlines.meet(session, matter_id, "PET_HANDLE", clock.now())
    with pytest.raises(NoSuchDeadline):
        await story.extend(matter_id)


@pytest.mark.parametrize("resolved", [True, False])
async def test_concluded_is_not_resolved(story: Story, resolved: bool) -> None:  # noqa: FBT001
    matter_id = await story.at(PetitionState.OPINION_DELIVERED)
    entry = await story.conclude(matter_id, resolved=resolved)
    matter = await story.matter(matter_id)
    assert (matter.state, matter.concluded_at, matter.resolved) == (PetitionState.CONCLUDED, NOON, resolved)
    assert (entry.fact["resolved"], entry.fact["on_time"]) == (resolved, True)


async def test_concluding_leaves_the_petitioners_window_open(story: Story) -> None:
    matter_id = await story.at(PetitionState.CONCLUDED)
    assert await story.deadlines(matter_id) == [
        ("PET_NOTICE_DIRECT", "2026-03-16", "MET"),
        ("PET_HANDLE", "2026-05-01", "MET"),
        ("PET_REVIEW_REQUEST", "2026-04-01", "OPEN"),
    ]


async def test_on_time_is_said_where_a_limit_ran_only(story: Story) -> None:
    matter_id = await story.at(PetitionState.IN_PROCEDURE)
    assert (await story.conclude(matter_id)).fact["on_time"] is None


async def test_a_supported_claim_is_concluded_once_it_was_carried_out(story: Story) -> None:
    matter_id = await story.at(PetitionState.EXECUTING)
    with pytest.raises(domain.NotCarriedOut):
        await story.conclude(matter_id, resolved=True)
    with pytest.raises(domain.TimeTooEarly):
        await story.conclude(matter_id, carried_out_at=NOON - DAY)
    with pytest.raises(domain.TimeInFuture):
        await story.conclude(matter_id, carried_out_at=NOON + DAY)
    await story.conclude(matter_id, resolved=True, carried_out_at=NOON)
    assert (await story.matter(matter_id)).carried_out_at == NOON
    assert await story.facts(matter_id) == WAY[PetitionState.CONCLUDED]


async def test_what_nobody_supported_was_not_carried_out(story: Story) -> None:
    matter_id = await story.at(PetitionState.OPINION_DELIVERED)
    with pytest.raises(domain.NothingToCarryOut):
        await story.conclude(matter_id, carried_out_at=NOON)
    assert (await story.matter(matter_id)).state is PetitionState.OPINION_DELIVERED


ACTS = ("accept", "extend", "issue", "deliver", "conclude")


@pytest.mark.parametrize("act", ACTS)
async def test_whoever_saw_an_older_version_changes_nothing(story: Story, act: str) -> None:
    state = {"accept": PetitionState.REGISTERED, "extend": PetitionState.INVESTIGATING}
    state |= {"issue": PetitionState.INVESTIGATING, "deliver": PetitionState.OPINION_ISSUED}
    matter_id = await story.at(state.get(act, PetitionState.OPINION_DELIVERED))
    version = len(await story.facts(matter_id))
    for other in (version - 1, version + 1):
        with pytest.raises(VersionMismatch):
            await getattr(story, act)(matter_id, expected=other)
    assert len(await story.facts(matter_id)) == version
    entry = await getattr(story, act)(matter_id, expected=version)
    assert entry.version == version + 1


@pytest.mark.parametrize("act", ACTS)
@pytest.mark.parametrize("within", [True, False])
async def test_another_townships_matter_is_like_one_that_does_not_exist(
    story: Story,
    monkeypatch: pytest.MonkeyPatch,
    act: str,
    within: bool,  # noqa: FBT001
) -> None:
    """With the check in the query switched off, row-level security alone answers the same."""
    matter_id = await story.at(PetitionState.OPINION_DELIVERED)
    before = await story.facts(matter_id)
    if not within:
        monkeypatch.setattr(columns, "within", lambda *_: true())
    stranger = Story(story.database, story.sealer, Scope.of(SHANGCUN))
    for unknown in (matter_id, new_id()):
        with pytest.raises(domain.MatterUnknown) as refused:
            await getattr(stranger, act)(unknown)
        assert (refused.value.code, refused.value.kind) == ("not_found", "not_found")
    assert await story.facts(matter_id) == before
