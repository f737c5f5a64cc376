import asyncio
from collections import Counter
from typing import Any
from uuid import UUID

from chassis.bus import dead_letters
from chassis.bus.dead_letters import Counts, Reason, State
from chassis.bus.handlers import Delivery, NotYet
from chassis.database.scope import SYSTEM
from chassis.database.session import Database, Session
from chassis.rules.refusals import IllegalTransition
from contracts.mediation.cases import MediationOpened
from tests.chassis.bus.conftest import MakeConsumer
from tests.chassis.bus.stories import Effects, Story, eventually, note


class Moody:
    """A handler that fails for the versions in `bad`."""

    def __init__(self, *bad: int, error: type[Exception] = IllegalTransition) -> None:
        self.bad = set(bad)
        self.error = error

    async def __call__(self, session: Session, delivery: Delivery[Any]) -> None:
        await note(session, delivery)
        if delivery.envelope.sequence in self.bad:
            raise self.error


async def test_a_repaired_case_is_applied_in_order(make_consumer: MakeConsumer, effects: Effects) -> None:
    moody = Moody(2)
    consumer = make_consumer({MediationOpened: moody})
    story = Story()
    await consumer.deliver(story.tell_all(5))
    assert await effects.versions(story.case_id) == [1]
    moody.bad.clear()
    replayed = await consumer.replay(str(story.case_id))
    assert (replayed.applied, replayed.left, replayed.stopped) == (4, 0, None)
    assert await effects.versions(story.case_id) == [1, 2, 3, 4, 5]
    await consumer.deliver([story.tell()])  # the case is no longer held
    assert await effects.versions(story.case_id) == [1, 2, 3, 4, 5, 6]


async def test_a_replay_stops_at_the_first_failure(make_consumer: MakeConsumer, effects: Effects) -> None:
    moody = Moody(2, 4)
    consumer = make_consumer({MediationOpened: moody})
    story = Story()
    await consumer.deliver(story.tell_all(6))
    moody.bad.discard(2)
    replayed = await consumer.replay(str(story.case_id))
    assert (replayed.applied, replayed.left) == (2, 3)
    assert replayed.stopped is not None
    assert replayed.stopped[1].reason is Reason.REFUSED
    assert await effects.versions(story.case_id) == [1, 2, 3]
    assert await effects.states() == Counter(dead=1, parked=2)
    moody.bad.clear()
    by_letter = await consumer.replay_letter(replayed.stopped[0])
    assert by_letter is not None
    assert (by_letter.applied, by_letter.left) == (3, 0)
    assert await effects.versions(story.case_id) == [1, 2, 3, 4, 5, 6]


async def test_a_replay_that_still_fails_changes_nothing(make_consumer: MakeConsumer, effects: Effects) -> None:
    consumer = make_consumer({MediationOpened: Moody(1)})
    story = Story()
    await consumer.deliver(story.tell_all(2))
    before = await effects.owner.fetch("SELECT * FROM dead_letters ORDER BY id")
    for _ in range(7):
        assert (await consumer.replay(str(story.case_id))).left == 2
    assert await effects.owner.fetch("SELECT * FROM dead_letters ORDER BY id") == before
    other = Story()
    await make_consumer().deliver(other.tell_all(1))
    assert await effects.versions(other.case_id) == [1]


async def test_replaying_what_nobody_has_is_no_error(make_consumer: MakeConsumer) -> None:
    consumer = make_consumer()
    assert (await consumer.replay("nobody")).stopped is None
    assert await consumer.replay_letter(1) is None


async def test_a_replayed_case_that_waits_again_is_attended_to(make_consumer: MakeConsumer, effects: Effects) -> None:
    moody = Moody(1)
    consumer = make_consumer({MediationOpened: moody})
    story = Story()
    await consumer.deliver(story.tell_all(3))
    moody.bad, moody.error = {2}, NotYet
    replayed = await consumer.replay(str(story.case_id))
    assert (replayed.applied, replayed.left) == (1, 2)
    assert await effects.states() == Counter(waiting=1, parked=1)


async def test_a_case_whose_head_was_lost_in_a_crash_goes_on(
    make_consumer: MakeConsumer, effects: Effects, database: Database
) -> None:
    moody = Moody(2)
    consumer = make_consumer({MediationOpened: moody})
    story = Story()
    await consumer.deliver(story.tell_all(4))
    moody.bad.clear()
    async with database.transaction(SYSTEM) as session:
        first = (await dead_letters.page(session, limit=1))[0]
    await consumer._applier.retry(first.id)  # and the process ends before the next one
    await consumer.start()
    await _eventually_versions(effects, story.case_id, [1, 2, 3, 4])


async def test_nothing_is_parked_behind_a_letter_that_has_just_been_applied(
    make_consumer: MakeConsumer, effects: Effects, database: Database
) -> None:
    moody = Moody(1)
    consumer = make_consumer({MediationOpened: moody})
    story = Story()
    await consumer.deliver([story.tell()])
    moody.bad.clear()
    key, later = str(story.case_id), story.tell()
    async with database.transaction(SYSTEM) as session:  # a delivery that found the case held, and has not committed
        assert await dead_letters.hold(session, {key, "another"}) == {key}
        replaying = asyncio.create_task(consumer.replay(key))
        await asyncio.sleep(0.2)
        assert not replaying.done()
        await dead_letters.put(session, [(later, dead_letters.BEHIND)], wait=1.0)
    assert (await replaying).applied == 2
    assert await effects.versions(story.case_id) == [1, 2]
    assert await effects.letters() == []


async def test_a_replay_and_deliveries_at_once_keep_order(make_consumer: MakeConsumer, effects: Effects) -> None:
    moody = Moody(1)
    consumer = make_consumer({MediationOpened: moody})
    story = Story()
    await consumer.deliver(story.tell_all(30))
    later = story.tell_all(30)
    moody.bad.clear()

    async def arrive() -> None:
        for record in later:
            await consumer.deliver([record])

    await asyncio.gather(consumer.replay(str(story.case_id)), arrive())
    await consumer.start()
    await _eventually_versions(effects, story.case_id, list(range(1, 61)))
    assert await effects.letters() == []


async def test_letters_are_listed_and_counted(
    make_consumer: MakeConsumer, effects: Effects, database: Database
) -> None:
    consumer = make_consumer({MediationOpened: Moody(1)})
    story, gapped = Story(), Story()
    records = story.tell_all(3)
    await consumer.deliver([*records, *gapped.tell_all(2)[1:]])
    async with database.transaction(SYSTEM) as session:
        assert await dead_letters.count(session) == Counts(dead=1, waiting=1, parked=2)
        first, second = await dead_letters.page(session, limit=2)
        assert (first.record, first.verdict.state) == (records[0], State.DEAD)
        assert (second.record, second.verdict.reason) == (records[1], Reason.BEHIND)
        rest = await dead_letters.page(session, after=second.id)
        assert [letter.verdict.state for letter in rest] == [State.PARKED, State.WAITING]
        assert await dead_letters.find(session, 10**9) is None


async def _eventually_versions(effects: Effects, case_id: UUID, versions: list[int]) -> None:
    async def reached() -> bool:
        return await effects.versions(case_id) == versions

    await eventually(reached)
