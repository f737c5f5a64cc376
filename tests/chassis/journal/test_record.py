import asyncio

import pytest
from sqlalchemy import text

from chassis.database.scope import SYSTEM
from chassis.database.session import Database
from chassis.journal.context import Acting, acting_as
from chassis.journal.entries import GENESIS, HASHED, entry_hash, new_id
from chassis.journal.record import ENVELOPE_BYTES, EntryTooLarge, VersionMismatch, record
from chassis.journal.tables import ACCESS
from chassis.journal.timeline import entry, record_access, timeline, version_of
from chassis.security.parcels import SealedParcel
from contracts.codes import TerminationReason, Tier
from contracts.envelope import MAX_BYTES
from contracts.mediation.cases import MediationTerminated
from tests.chassis.conftest import NOON, WOBEI, MakeFact


async def test_a_fact_is_written_with_its_head_and_its_pointer(
    database: Database, opened: MakeFact, actor: Acting
) -> None:
    case_id = new_id()
    async with database.transaction(SYSTEM) as session:
        written = await record(session, opened(case_id), division=WOBEI)
    async with database.transaction(SYSTEM) as session:
        assert await entry(session, written.id) == written
        pointers = (await session.execute(text("SELECT entry_id FROM outbox"))).scalars().all()
        head = (await session.execute(text("SELECT version, hash, topics FROM heads"))).one()
    assert pointers == [written.id]
    assert tuple(head) == (1, written.hash, {"onewindow.mediation.case.v1": 1})
    assert (written.version, written.previous, written.previous_hash) == (1, 0, GENESIS)
    assert written.hash == entry_hash(*(getattr(written, name) for name in HASHED))
    assert (written.actor, written.correlation_id) == (actor.actor, actor.correlation_id)
    assert written.occurred_at == written.recorded_at == NOON
    assert written.fact == opened(case_id).model_dump(mode="json")


async def test_facts_of_a_case_form_a_chain(database: Database, opened: MakeFact) -> None:
    case_id = new_id()
    ended = MediationTerminated(
        case_id=case_id,
        division=WOBEI,
        tier=Tier.TOWNSHIP,
        reason=TerminationReason.WITHDRAWN,
        accepted=False,
        terminated_at=NOON,
    )
    async with database.transaction(SYSTEM) as session:
        first = await record(session, opened(case_id), division=WOBEI)
        second = await record(session, ended, division=WOBEI, expected=1, reason_code="WITHDRAWN")
        assert [second.version, second.previous, second.previous_hash] == [2, 1, first.hash]
        assert list(await timeline(session, case_id, within="*")) == [first, second]
        assert list(await timeline(session, case_id, within="*", after=1)) == [second]
        assert await version_of(session, case_id) == 2


async def test_what_no_broker_would_carry_is_refused_before_it_is_true(database: Database, opened: MakeFact) -> None:
    case_id = new_id()
    data = len(opened(case_id).canonical().encode())

    def parcel(published: int) -> SealedParcel:
        sealed = b"s" * ((published - ENVELOPE_BYTES - data) // 4 * 3)
        return SealedParcel(receiver="petition", key_id="k", sealed=sealed, salt=b"s", commitment=b"c")

    with pytest.raises(EntryTooLarge) as refused:
        async with database.transaction(SYSTEM) as session:
            await record(session, opened(case_id), division=WOBEI, parcel=parcel(MAX_BYTES + 4))
    assert (refused.value.kind, refused.value.code) == ("invalid", "entry_too_large")
    async with database.transaction(SYSTEM) as session:
        assert not await timeline(session, case_id, within="*")
        await record(session, opened(case_id), division=WOBEI, parcel=parcel(MAX_BYTES))


async def test_a_stale_version_is_refused_and_nothing_is_written(database: Database, opened: MakeFact) -> None:
    case_id = new_id()
    async with database.transaction(SYSTEM) as session:
        await record(session, opened(case_id), division=WOBEI)
    with pytest.raises(VersionMismatch):
        async with database.transaction(SYSTEM) as session:
            await record(session, opened(case_id), division=WOBEI, expected=0)
    async with database.transaction(SYSTEM) as session:
        assert await session.scalar(text("SELECT count(*) FROM journal")) == 1


async def test_racing_commands_are_numbered_without_gap(database: Database, opened: MakeFact) -> None:
    case_id = new_id()

    async def one() -> None:
        async with database.transaction(SYSTEM) as session:
            await record(session, opened(case_id), division=WOBEI)

    await asyncio.gather(*(one() for _ in range(8)))
    async with database.transaction(SYSTEM) as session:
        entries = await timeline(session, case_id, within="*")
    assert [(e.version, e.previous) for e in entries] == [(n, n - 1) for n in range(1, 9)]


async def test_a_read_of_particulars_moves_no_version(database: Database, opened: MakeFact) -> None:
    case_id = new_id()
    async with database.transaction(SYSTEM) as session:
        await record(session, opened(case_id), division=WOBEI)
        await record_access(session, case_id, division=WOBEI, fields=["phone", "name"], purpose="CONTACT")
        assert await version_of(session, case_id) == 1
        reads = await timeline(session, case_id, within="*", stream=ACCESS)
        assert [(read.fact, read.topic) for read in reads] == [
            ({"fields": ["name", "phone"], "purpose": "CONTACT"}, None)
        ]
        assert await session.scalar(text("SELECT count(*) FROM outbox")) == 1


async def test_a_parcel_stands_beside_the_journal_and_not_in_it(database: Database, opened: MakeFact) -> None:
    parcel = SealedParcel(receiver="petition", key_id="k1", sealed=b"sealed", salt=b"salt", commitment=b"c" * 32)
    async with database.transaction(SYSTEM) as session:
        written = await record(session, opened(new_id()), division=WOBEI, parcel=parcel)
        row = (await session.execute(text("SELECT entry_id, sealed, salt FROM parcels"))).one()
    assert tuple(row) == (written.id, b"sealed", b"salt")
    assert written.commitment == b"c" * 32


async def test_nothing_is_recorded_without_an_actor(database: Database, opened: MakeFact) -> None:
    async def unsaid() -> None:
        async with database.transaction(SYSTEM) as session:
            await record(session, opened(new_id()), division=WOBEI)

    import contextvars

    with pytest.raises(LookupError):
        await asyncio.get_running_loop().create_task(unsaid(), context=contextvars.Context())


async def test_who_acts_on_behalf_of_whom_is_kept(database: Database, opened: MakeFact) -> None:
    with acting_as(Acting("substitute", correlation_id=new_id(), on_behalf_of="director")):
        async with database.transaction(SYSTEM) as session:
            written = await record(session, opened(new_id()), division=WOBEI)
    assert (written.actor, written.on_behalf_of) == ("substitute", "director")
