"""Making out an opinion, and what each delivery of it starts and ends."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import true

from chassis.database import columns
from chassis.database.scope import SYSTEM, Scope
from chassis.journal.entries import new_id
from chassis.rules.clock import FixedClock
from chassis.rules.refusals import IllegalTransition
from contracts.codes import DeliveryMethod, OpinionConclusion, PartyRole, PetitionState
from services.petition.matters.domain import TimeInFuture, TimeTooEarly
from services.petition.opinions import domain, queries
from services.petition.parties.domain import PetitionerNotNamed, PetitionerUnknown
from tests.petition.conftest import NOON
from tests.petition.story import CLAIM, FACTS, LEGAL_BASIS, OPINION, SHANGCUN, WOBEI, Story, particulars

SECOND = timedelta(seconds=1)
PAIR = (PartyRole.PETITIONER, PartyRole.REPRESENTATIVE, PartyRole.RESPONDENT)


@pytest.mark.parametrize("conclusion", OpinionConclusion)
@pytest.mark.parametrize("state", [PetitionState.INVESTIGATING, PetitionState.EXTENDED])
async def test_an_opinion_is_kept_whole_and_published_as_a_code(
    story: Story, state: PetitionState, conclusion: OpinionConclusion
) -> None:
    matter_id = await story.at(state)
    entry = await story.issue(matter_id, conclusion)
    matter = await story.matter(matter_id)
    assert (matter.state, matter.conclusion, matter.opinion_issued_at) == (
        PetitionState.OPINION_ISSUED,
        conclusion,
        NOON,
    )
    async with story.database.transaction(SYSTEM) as session:
        opinion = await queries.opinion(session, matter_id, SYSTEM)
    assert (opinion.claim, opinion.facts, opinion.text, opinion.legal_basis) == (CLAIM, FACTS, OPINION, LEGAL_BASIS)
    assert entry.fact == {
        "case_id": str(matter_id),
        "conclusion": conclusion.value,
        "division": WOBEI,
        "issued_at": "2026-03-02T04:00:00.000000Z",
    }


async def test_only_what_is_investigated_gets_an_opinion(story: Story) -> None:
    for state in (PetitionState.REGISTERED, PetitionState.IN_PROCEDURE, PetitionState.OPINION_ISSUED):
        matter_id = await story.at(state)
        before = await story.facts(matter_id)
        with pytest.raises(IllegalTransition):
            await story.issue(matter_id)
        assert await story.facts(matter_id) == before


async def test_an_opinion_is_made_out_after_acceptance_and_not_in_advance(story: Story) -> None:
    matter_id = await story.at(PetitionState.INVESTIGATING)
    with pytest.raises(TimeTooEarly):
        await story.issue(matter_id, issued_at=NOON - SECOND)
    with pytest.raises(TimeInFuture):
        await story.issue(matter_id, issued_at=NOON + SECOND)
    assert await story.count("opinions") == 0


async def test_delivery_opens_the_window_and_meets_the_sixty_days(story: Story) -> None:
    matter_id = await story.at(PetitionState.OPINION_ISSUED)
    entry = await story.deliver(matter_id, method=DeliveryMethod.POST)
    (petitioner,) = story.parties[matter_id]
    matter = await story.matter(matter_id)
    assert (matter.state, matter.opinion_delivered_at) == (PetitionState.OPINION_DELIVERED, NOON)
    assert (await story.deadlines(matter_id))[1:] == [
        ("PET_HANDLE", "2026-05-01", "MET"),
        ("PET_REVIEW_REQUEST", "2026-04-01", "OPEN"),
    ]
    assert entry.fact == {
        "case_id": str(matter_id),
        "delivered_at": "2026-03-02T04:00:00.000000Z",
        "division": WOBEI,
        "method": "POST",
        "outstanding": 0,
        "petitioner_id": str(petitioner),
        "review_until": "2026-04-01",
    }


async def test_a_window_whose_last_day_is_a_rest_day_rolls(story: Story, clock: FixedClock) -> None:
    matter_id = await story.at(PetitionState.OPINION_ISSUED)
    clock.set(datetime(2026, 3, 6, 4, 0, tzinfo=UTC))
    entry = await story.deliver(matter_id)
    # The 30th day is Sunday 5 April, Qingming; Monday the 6th is its day off.
    assert entry.fact["review_until"] == "2026-04-07"


async def test_before_it_is_delivered_no_window_runs(story: Story) -> None:
    matter_id = await story.at(PetitionState.OPINION_ISSUED)
    assert [rule for rule, _, _ in await story.deadlines(matter_id)] == ["PET_NOTICE_DIRECT", "PET_HANDLE"]


@pytest.mark.parametrize("receipt", domain.Receipt)
@pytest.mark.parametrize("view", [None, *domain.View])
async def test_who_refuses_to_sign_has_received_it_all_the_same(
    story: Story, receipt: domain.Receipt, view: domain.View | None
) -> None:
    matter_id = await story.at(PetitionState.OPINION_ISSUED)
    await story.deliver(matter_id, receipt=receipt, view=view)
    async with story.database.transaction(SYSTEM) as session:
        (delivery,) = await queries.deliveries_of(session, matter_id)
    assert (delivery.receipt, delivery.view) == (receipt, view)
    assert (await story.deadlines(matter_id))[-1][2] == "OPEN"


async def test_each_petitioner_has_a_window_of_their_own(story: Story, clock: FixedClock) -> None:
    matter_id = await story.at(PetitionState.OPINION_ISSUED, particulars(*PAIR))
    one, other, _ = story.parties[matter_id]
    first = await story.deliver(matter_id, one)
    assert (first.fact["outstanding"], first.fact["review_until"]) == (1, "2026-04-01")
    assert (await story.matter(matter_id)).state is PetitionState.OPINION_ISSUED
    assert (await story.deadlines(matter_id))[1] == ("PET_HANDLE", "2026-05-01", "OPEN")
    clock.advance(timedelta(days=10))
    last = await story.deliver(matter_id, other)
    assert (last.fact["outstanding"], last.fact["review_until"]) == (0, "2026-04-13")  # the 11th is a Saturday
    matter = await story.matter(matter_id)
    assert (matter.state, matter.opinion_delivered_at) == (PetitionState.OPINION_DELIVERED, clock.now())
    assert await story.deadlines(matter_id) == [
        ("PET_NOTICE_DIRECT", "2026-03-16", "MET"),
        ("PET_HANDLE", "2026-05-01", "MET"),
        ("PET_REVIEW_REQUEST", "2026-04-01", "OPEN"),
        ("PET_REVIEW_REQUEST", "2026-04-13", "OPEN"),
    ]


async def test_the_last_to_receive_it_decides_whatever_is_recorded_last(story: Story, clock: FixedClock) -> None:
    matter_id = await story.at(PetitionState.OPINION_ISSUED, particulars(*PAIR))
    one, other, _ = story.parties[matter_id]
    clock.advance(timedelta(days=70))
    await story.deliver(matter_id, one)
    await story.deliver(matter_id, other, delivered_at=NOON)
    assert (await story.matter(matter_id)).opinion_delivered_at == clock.now()
    assert (await story.deadlines(matter_id))[1] == ("PET_HANDLE", "2026-05-01", "MISSED")


async def test_nobody_gets_it_twice_and_nobody_else_gets_it(story: Story) -> None:
    matter_id = await story.at(PetitionState.OPINION_ISSUED, particulars(*PAIR))
    stranger = await story.at(PetitionState.OPINION_ISSUED)
    one, _, respondent = story.parties[matter_id]
    await story.deliver(matter_id, one)
    before = await story.facts(matter_id)
    with pytest.raises(domain.AlreadyDelivered):
        await story.deliver(matter_id, one)
    with pytest.raises(PetitionerNotNamed):
        await story.deliver(matter_id)
    wrong: list[UUID] = [respondent, story.parties[stranger][0], new_id()]
    for party_id in wrong:
        with pytest.raises(PetitionerUnknown):
            await story.deliver(matter_id, party_id)
    assert await story.facts(matter_id) == before
    assert await story.count("deliveries") == 1


async def test_it_is_delivered_after_it_was_made_out_and_not_in_advance(story: Story) -> None:
    matter_id = await story.at(PetitionState.OPINION_ISSUED)
    with pytest.raises(TimeTooEarly):
        await story.deliver(matter_id, delivered_at=NOON - SECOND)
    with pytest.raises(TimeInFuture):
        await story.deliver(matter_id, delivered_at=NOON + SECOND)
    assert await story.count("deliveries") == 0


async def test_what_is_delivered_to_all_is_delivered_no_more(story: Story) -> None:
    matter_id = await story.at(PetitionState.OPINION_DELIVERED)
    with pytest.raises(IllegalTransition):
        await story.deliver(matter_id)


@pytest.mark.parametrize("within", [True, False])
async def test_an_opinion_of_another_township_is_like_none(
    story: Story,
    monkeypatch: pytest.MonkeyPatch,
    within: bool,  # noqa: FBT001
) -> None:
    matter_id = await story.at(PetitionState.OPINION_DELIVERED)
    if not within:
        monkeypatch.setattr(columns, "within", lambda *_: true())
    other = Scope.of(SHANGCUN)
    async with story.database.transaction(other) as session:
        for unknown in (matter_id, new_id()):
            with pytest.raises(domain.OpinionUnknown):
                await queries.opinion(session, unknown, other)
        assert await queries.deliveries_of(session, matter_id) == []
