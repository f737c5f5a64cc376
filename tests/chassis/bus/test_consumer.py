import asyncio
import random
from collections import Counter
from collections.abc import Sequence
from typing import Any

import asyncpg
import pytest

from chassis.bus.consumer import Consumer
from chassis.bus.handlers import Batched, Delivery, Handlers, NotYet
from chassis.bus.in_process import InProcessBus
from chassis.bus.protocol import Unavailable
from chassis.database.session import Database, Session
from chassis.journal.record import record
from chassis.rules.refusals import IllegalTransition
from contracts.mediation.cases import MediationConsentSought, MediationOpened
from tests.chassis.bus.conftest import MakeConsumer
from tests.chassis.bus.stories import Effects, Story, eventually, note, note_all, opened, record_of, sought
from tests.databases import Server


async def test_a_batch_is_applied_in_order_in_one_transaction(consumer: Consumer, effects: Effects) -> None:
    stories = [Story() for _ in range(10)]
    records = [story.tell() for _ in range(10) for story in stories]
    await consumer.deliver(records)
    for story in stories:
        assert await effects.versions(story.case_id) == list(range(1, 11))
    assert await effects.owner.fetchval("SELECT count(DISTINCT xmin::text) FROM effects") == 1


async def test_what_is_delivered_again_has_no_second_effect(
    consumer: Consumer, effects: Effects, counted: Counter[str]
) -> None:
    story = Story()
    records = story.tell_all(5)
    await consumer.deliver([*records, *records[1:3]])
    await consumer.deliver(records)
    await consumer.deliver(records[:2])
    assert await effects.versions(story.case_id) == [1, 2, 3, 4, 5]
    assert counted == Counter(applied=5, duplicate=9)
    assert await effects.letters() == []


async def test_versions_on_other_topics_leave_no_gap(consumer: Consumer, effects: Effects) -> None:
    story = Story()
    first = story.tell()
    story.skip()
    await consumer.deliver([first, story.tell()])
    assert await effects.versions(story.case_id) == [1, 3]


async def test_types_that_nobody_handles_are_skipped_and_keep_their_place(
    make_consumer: MakeConsumer, effects: Effects, counted: Counter[str]
) -> None:
    consumer = make_consumer({MediationOpened: note})
    story = Story()
    await consumer.deliver([story.tell(), story.tell(sought(story.case_id)), story.tell()])
    await consumer.deliver([story.tell(sought(story.case_id))])
    await consumer.deliver([story.tell()])
    assert await effects.versions(story.case_id) == [1, 3, 5]
    assert counted == Counter(applied=3, skipped=2)


async def test_shuffled_and_repeated_records_end_in_order(make_consumer: MakeConsumer, effects: Effects) -> None:
    seeded = random.Random(7)
    consumer = make_consumer(wait_seconds=30.0, batch=8)
    await consumer.start()
    stories = [Story() for _ in range(6)]
    records = [record for story in stories for record in story.tell_all(8)] * 2
    seeded.shuffle(records)
    for start in range(0, len(records), 11):
        await consumer.deliver(records[start : start + 11])

    async def settled() -> bool:
        return await effects.count() == 48 and await effects.letters() == []

    await eventually(settled)
    for story in stories:
        assert await effects.versions(story.case_id) == list(range(1, 9))


async def test_a_gap_holds_its_own_case_only(make_consumer: MakeConsumer, effects: Effects) -> None:
    consumer = make_consumer()
    await consumer.start()
    gapped, other = Story(), Story()
    first, *later = gapped.tell_all(4)
    await consumer.deliver([*later, *other.tell_all(3)])
    assert await effects.versions(gapped.case_id) == []
    assert await effects.versions(other.case_id) == [1, 2, 3]
    assert await effects.states() == Counter(waiting=1, parked=2)
    await consumer.deliver([first])
    await eventually(lambda: _has(effects, gapped, [1, 2, 3, 4]))
    assert await effects.letters() == []


async def test_a_gap_is_told_of_after_its_time_and_closes_when_the_missing_fact_comes_after_all(
    make_consumer: MakeConsumer, effects: Effects, counted: Counter[str]
) -> None:
    """A broker may have lost it, and its owner publishes it again, minutes or days later."""
    consumer = make_consumer(wait_seconds=0.2)
    await consumer.start()
    story = Story()
    first, second, *later = story.tell_all(4)
    await consumer.deliver(later)
    await eventually(lambda: _states(effects, Counter(dead=1, parked=1)))
    assert counted["dead"] == 1
    await consumer.deliver([second])
    await asyncio.sleep(0.3)
    assert await effects.states() == Counter(dead=1, parked=2), "that was not the one"
    await consumer.deliver([first])
    await eventually(lambda: _has(effects, story, [1, 2, 3, 4]))
    assert await effects.letters() == []
    assert counted["dead"] == 1, "nobody is told twice"


async def test_a_gap_that_closed_while_nobody_attended_is_found_at_the_next_start(
    make_consumer: MakeConsumer, effects: Effects
) -> None:
    killed = make_consumer(wait_seconds=0.2)
    await killed.start()
    story = Story()
    first, *later = story.tell_all(3)
    await killed.deliver(later)
    await eventually(lambda: _states(effects, Counter(dead=1, parked=1)))
    await killed.stop()
    consumer = make_consumer(wait_seconds=0.2)
    await consumer.deliver([first])  # parked; and this one ends as well, before it has looked at its letters
    assert await effects.states() == Counter(dead=1, parked=2)
    await make_consumer(wait_seconds=0.2).start()
    await eventually(lambda: _has(effects, story, [1, 2, 3]))


async def test_many_gaps_are_no_fault_of_the_consumer(make_consumer: MakeConsumer, effects: Effects) -> None:
    """A broker that has lost what was published, or a service that is away, must not stop those who listen to it."""
    consumer = make_consumer(wait_seconds=0.2, flood_cases=5)
    await consumer.start()
    stories = [Story() for _ in range(12)]
    records = [story.tell_all(2) for story in stories]
    await consumer.deliver([second for _, second in records])
    await eventually(lambda: _states(effects, Counter(dead=12)))
    assert consumer.alive
    await consumer.deliver([first for first, _ in records])
    await eventually(lambda: _states(effects, Counter()))
    assert [await effects.versions(story.case_id) for story in stories] == [[1, 2]] * 12


async def test_a_handler_may_wait_for_another_fact(make_consumer: MakeConsumer, effects: Effects) -> None:
    ready = asyncio.Event()

    async def wait(session: Session, delivery: Delivery[Any]) -> None:
        await note(session, delivery)
        if not ready.is_set():
            raise NotYet

    consumer = make_consumer({MediationOpened: note, MediationConsentSought: wait})
    await consumer.start()
    story, other = Story(), Story()
    await consumer.deliver([story.tell(), story.tell(sought(story.case_id)), story.tell(), other.tell()])
    assert await effects.versions(story.case_id) == [1]
    assert await effects.versions(other.case_id) == [1]
    ready.set()
    await eventually(lambda: _has(effects, story, [1, 2, 3]))


async def test_a_handler_that_fails_now_and_then_is_tried_again(make_consumer: MakeConsumer, effects: Effects) -> None:
    failures = iter([True, True, False, True, True, False])  # three alike in a row would be believed

    async def sometimes(session: Session, delivery: Delivery[Any]) -> None:
        await note(session, delivery)
        if next(failures):
            raise KeyError

    consumer = make_consumer({MediationOpened: sometimes})
    story = Story()
    await consumer.deliver([story.tell()])
    await consumer.deliver([story.tell()])
    assert await effects.versions(story.case_id) == [1, 2]
    assert await effects.letters() == []


async def test_one_bad_record_fails_alone_and_its_case_is_parked_behind_it(
    make_consumer: MakeConsumer, effects: Effects, counted: Counter[str]
) -> None:
    bad = Story()
    tries = Counter[str]()

    async def refuse(session: Session, delivery: Delivery[Any]) -> None:
        tries[str(delivery.envelope.id)] += 1
        await note(session, delivery)
        if delivery.envelope.subject == bad.case_id and delivery.envelope.sequence == 2:
            raise IllegalTransition(delivery.envelope.subject)

    consumer = make_consumer({MediationOpened: refuse})
    others = [Story() for _ in range(20)]
    records = [story.tell() for _ in range(4) for story in (*others[:10], bad, *others[10:])]
    await consumer.deliver(records)
    assert await effects.versions(bad.case_id) == [1]
    for story in others:
        assert await effects.versions(story.case_id) == [1, 2, 3, 4]
    assert await effects.letters() == [
        ("dead", "refused", "IllegalTransition illegal_transition"),
        ("parked", "behind", ""),
        ("parked", "behind", ""),
    ]
    assert (counted["applied"], counted["dead"], counted["parked"]) == (81, 1, 2)
    await consumer.deliver(records)
    assert await effects.count() == 81
    assert await effects.states() == Counter(dead=1, parked=2)


async def test_when_every_case_fails_the_consumer_stops_before_it_drains_the_topic(
    make_consumer: MakeConsumer, effects: Effects, bus: InProcessBus
) -> None:
    async def broken(session: Session, delivery: Delivery[Any]) -> None:
        raise AttributeError

    consumer = make_consumer({MediationOpened: broken})
    await consumer.start()
    with pytest.raises(Unavailable):
        await bus.publish([Story().tell() for _ in range(30)])
    assert consumer.failed is not None
    assert await effects.states() == Counter(dead=5)
    with pytest.raises(Unavailable):
        await bus.publish([Story().tell()])
    again = make_consumer({MediationOpened: broken})  # a supervisor that restarts it drains nothing either
    with pytest.raises(Unavailable):
        await again.deliver([Story().tell()])
    assert await effects.states() == Counter(dead=5)


async def test_a_flood_of_what_cannot_be_read_parks_none_of_it(make_consumer: MakeConsumer, effects: Effects) -> None:
    consumer = make_consumer()
    records = [record_of(Story().envelope()) for _ in range(6)]
    with pytest.raises(Unavailable):
        await consumer.deliver([type(record)(record.topic, record.key, b"{}") for record in records])
    assert consumer.failed is not None
    assert await effects.letters() == []


async def test_an_outage_of_the_database_parks_nothing(
    consumer: Consumer, effects: Effects, postgres: Server, database: Database, owner: asyncpg.Connection
) -> None:
    name = await owner.fetchval("SELECT current_database()")
    stories = [Story() for _ in range(20)]
    records = [record for story in stories for record in story.tell_all(5)]
    superuser = await asyncpg.connect(postgres.superuser_dsn)
    await superuser.execute(f'ALTER DATABASE "{name}" CONNECTION LIMIT 0')
    await superuser.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1 AND usename = 'chassis'", name
    )
    delivering = asyncio.create_task(consumer.deliver(records))
    await asyncio.sleep(0.5)
    assert not delivering.done()
    await superuser.execute(f'ALTER DATABASE "{name}" CONNECTION LIMIT -1')
    await superuser.close()
    async with asyncio.timeout(30):
        await delivering
    for story in stories:
        assert await effects.versions(story.case_id) == [1, 2, 3, 4, 5]
    assert await effects.letters() == []


async def test_backends_killed_in_the_middle_cost_and_double_nothing(
    make_consumer: MakeConsumer, effects: Effects, owner: asyncpg.Connection, postgres: Server
) -> None:
    consumer = make_consumer(batch=5)
    stories = [Story() for _ in range(10)]
    records = [story.tell() for _ in range(20) for story in stories]
    superuser = await asyncpg.connect(postgres.superuser_dsn)
    delivering = asyncio.create_task(consumer.deliver(records))
    for _ in range(10):
        await asyncio.sleep(0.03)
        await superuser.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'chassis' AND datname = $1",
            await owner.fetchval("SELECT current_database()"),
        )
    async with asyncio.timeout(60):
        await delivering
    await superuser.close()
    for story in stories:
        assert await effects.versions(story.case_id) == list(range(1, 21))
    assert await effects.letters() == []


async def test_two_consumers_of_one_partition_have_one_effect_in_order(
    make_consumer: MakeConsumer, effects: Effects
) -> None:
    stories = [Story() for _ in range(8)]
    records = [story.tell() for _ in range(12) for story in stories]
    consumers = [make_consumer(batch=size, bus=InProcessBus()) for size in (7, 5)]
    for consumer in consumers:
        await consumer.start()
    await asyncio.gather(*(consumer.deliver(records) for consumer in consumers))
    await eventually(lambda: _states(effects, Counter()))
    for story in stories:
        assert await effects.versions(story.case_id) == list(range(1, 13))


async def test_what_a_handler_records_names_the_service_and_the_cause(
    make_consumer: MakeConsumer, effects: Effects
) -> None:
    committed = asyncio.Event()

    async def answer(session: Session, delivery: Delivery[MediationOpened]) -> None:
        await record(session, opened(delivery.event.case_id), division=delivery.event.division)

    consumer = make_consumer({MediationOpened: answer}, committed=committed.set)
    story = Story()
    envelope = story.envelope()
    await consumer.deliver([record_of(envelope)])
    entry = await effects.owner.fetchrow("SELECT actor, correlation_id, causation_id FROM journal")
    assert entry is not None
    assert tuple(entry) == ("service:chassis", envelope.correlationid, envelope.id)
    assert committed.is_set()


async def test_a_batched_handler_gets_each_run_of_its_type_at_once(
    make_consumer: MakeConsumer, effects: Effects
) -> None:
    sizes: list[int] = []

    async def keep(session: Session, deliveries: Any) -> None:
        sizes.append(len(deliveries))
        await note_all(session, deliveries)

    consumer = make_consumer({MediationOpened: Batched(keep), MediationConsentSought: note})
    story = Story()
    await consumer.deliver([*story.tell_all(4), story.tell(sought(story.case_id)), *story.tell_all(3)])
    assert sizes == [4, 3]
    assert await effects.versions(story.case_id) == list(range(1, 9))


async def test_batch_handlers_get_their_facts_at_once_one_after_the_other(
    database: Database, bus: InProcessBus, effects: Effects
) -> None:
    """One takes all types and one only some: neither cuts up what the other is given."""
    runs: list[tuple[str, list[int]]] = []

    def keeping(name: str) -> Batched:
        async def keep(_session: Session, deliveries: Sequence[Delivery[Any]]) -> None:
            runs.append((name, [delivery.envelope.sequence for delivery in deliveries]))

        return Batched(keep)

    everything, opened_only = keeping("everything"), keeping("opened only")
    tables: list[Handlers] = [
        {MediationConsentSought: everything, MediationOpened: everything},
        {MediationOpened: opened_only},
    ]
    story = Story()
    records = [story.tell(), story.tell(sought(story.case_id)), story.tell(), story.tell(sought(story.case_id))]
    await Consumer("chassis", database, tables, bus).deliver(records)
    assert runs == [("everything", [1, 2, 3, 4]), ("opened only", [1, 3])]


async def test_several_nouns_may_react_to_one_fact(database: Database, bus: InProcessBus, effects: Effects) -> None:
    consumer = Consumer("chassis", database, [{MediationOpened: note}, {MediationOpened: Batched(note_all)}], bus)
    story = Story()
    await consumer.deliver(story.tell_all(2))
    assert await effects.versions(story.case_id) == [1, 1, 2, 2]


async def test_stopping_in_an_outage_does_not_wait_for_its_end(
    consumer: Consumer, bus: InProcessBus, postgres: Server, owner: asyncpg.Connection
) -> None:
    await consumer.start()
    name = await owner.fetchval("SELECT current_database()")
    superuser = await asyncpg.connect(postgres.superuser_dsn)
    await superuser.execute(f'ALTER DATABASE "{name}" CONNECTION LIMIT 0')
    await superuser.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1 AND usename = 'chassis'", name
    )
    publishing = asyncio.create_task(bus.publish([Story().tell()]))
    await asyncio.sleep(0.3)
    async with asyncio.timeout(5):
        await consumer.stop()
    with pytest.raises(Unavailable):
        await publishing
    await superuser.execute(f'ALTER DATABASE "{name}" CONNECTION LIMIT -1')
    await superuser.close()


async def _has(effects: Effects, story: Story, versions: list[int]) -> bool:
    return await effects.versions(story.case_id) == versions


async def _states(effects: Effects, states: Counter[str]) -> bool:
    return await effects.states() == states
