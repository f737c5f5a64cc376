"""What arrives on the bus: cases handed over by intake, from sealed bytes to rows sealed again."""

import base64
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import pytest
from fastapi import FastAPI
from sqlalchemy import text

from chassis.bus.protocol import Record
from chassis.database.scope import SYSTEM
from chassis.journal.entries import new_id
from chassis.security.keys import Keyring, master_key
from chassis.security.parcels import seal_parcel
from contracts.codes import ConsentStand, MediationState
from contracts.envelope import Parcel, envelope_bytes
from contracts.intake.handovers import HandoverParticulars, MediationRequested
from services.mediation.parties import commands as parties
from services.mediation.parties import queries
from tests.mediation.story import (
    ADDRESSES,
    CANARIES,
    IDENTITIES,
    NAMES,
    NARRATIVE,
    PHONES,
    WOBEI,
    Story,
    particulars,
    requested,
)

AT = datetime(2026, 3, 1, 1, 0, tzinfo=UTC)


def handover(
    home: Path, event: MediationRequested, inside: HandoverParticulars | None, *, sequence: int = 2, previous: int = 0
) -> Record:
    """The record that intake's relay would publish."""
    entry_id, parcel = new_id(), None
    if inside is not None:
        keyring = Keyring.from_master(master_key(home), "intake", frozenset({"mediation"}))
        sealed = seal_parcel(keyring, inside.to_bytes(), sender="intake", receiver="mediation", entry_id=entry_id)
        parcel = Parcel(keyid=sealed.key_id, sealed=base64.b64encode(sealed.sealed).decode())
    value = envelope_bytes(
        id=entry_id,
        type=event.type,
        version=1,
        subject=event.case_id,
        time=AT,
        sequence=sequence,
        previous=previous,
        recordedat=AT,
        correlationid=new_id(),
        causationid=None,
        division=WOBEI,
        data_text=event.canonical(),
        parcel=parcel,
    )
    return Record(event.topic.name, str(event.case_id), value)


async def letters(story: Story) -> list[str]:
    async with story.database.transaction(SYSTEM) as session:
        return list(await session.scalars(text("SELECT detail FROM dead_letters ORDER BY id")))


async def count(story: Story, table: str) -> int:
    async with story.database.transaction(SYSTEM) as session:
        return await session.scalar(text(f"SELECT count(*) FROM {table}")) or 0


async def test_a_handover_delivered_twice_opens_one_case(app: FastAPI, story: Story, home: Path) -> None:
    event, inside = requested(), particulars()
    record = handover(home, event, inside)
    await app.state.service.consumer.deliver([record])
    await app.state.service.consumer.deliver([record, record])
    case = await story.case(event.case_id)
    assert (case.state, case.number, case.narrative) == (MediationState.REGISTERED, event.number, NARRATIVE)
    assert await story.facts(event.case_id) == ["mediation.opened"]
    assert await story.published(event.case_id) == ["mediation.opened"]
    assert await count(story, "parties") == 2
    assert await letters(story) == []


async def test_a_second_handover_of_the_same_case_changes_nothing(app: FastAPI, story: Story, home: Path) -> None:
    event = requested()
    first, second = particulars(), particulars()
    await app.state.service.consumer.deliver([handover(home, event, first)])
    await app.state.service.consumer.deliver([handover(home, event, second, sequence=5, previous=2)])
    assert await count(story, "parties") == 2
    assert await story.facts(event.case_id) == ["mediation.opened"]
    assert await letters(story) == []


async def test_particulars_are_sealed_again_under_our_own_key(app: FastAPI, story: Story, home: Path) -> None:
    event, inside = requested(), particulars()
    await app.state.service.consumer.deliver([handover(home, event, inside)])
    sealer = app.state.service.sealer
    async with story.database.transaction(SYSTEM) as session:
        rows = await queries.parties_of(session, event.case_id)
    assert [row.id for row in rows] == [party.party_id for party in inside.parties]
    for row, name, phone, number, address in zip(rows, NAMES, PHONES, IDENTITIES, ADDRESSES, strict=True):
        columns = (
            (row.name_sealed, parties.NAME, name),
            (row.phone_sealed, parties.PHONE, phone),
            (row.identity_number_sealed, parties.IDENTITY, number),
            (row.address_sealed, parties.ADDRESS, address),
        )
        for sealed, column, value in columns:
            assert sealed is not None
            assert sealer.unseal(sealed, column, row.id) == value
            assert value.encode() not in sealed
    assert rows[0].stand is None
    assert len({row.phone_index for row in rows}) == 2


async def test_the_case_opened_knows_what_caused_it(app: FastAPI, story: Story, home: Path) -> None:
    event = requested()
    await app.state.service.consumer.deliver([handover(home, event, particulars())])
    async with story.database.transaction(SYSTEM) as session:
        row = (await session.execute(text("SELECT actor, causation_id, data::text AS data FROM journal"))).one()
        applied = await session.scalar(text("SELECT event_id FROM inbox"))
    assert (row.actor, row.causation_id) == ("service:mediation", applied)
    assert not [word for word in CANARIES if word in row.data]


async def test_without_particulars_no_case_can_be_opened(app: FastAPI, story: Story, home: Path) -> None:
    event = requested()
    await app.state.service.consumer.deliver([handover(home, event, None)])
    assert await letters(story) == ["ParticularsGone particulars_gone"]
    assert await count(story, "cases") == 0


@pytest.mark.parametrize("named", ["PET_HANDLE", "MED_ONLINE_CONFIRM"])
async def test_a_clock_of_something_else_is_a_dead_letter(app: FastAPI, story: Story, home: Path, named: str) -> None:
    await app.state.service.consumer.deliver([handover(home, requested(clock=named), particulars())])
    assert await letters(story) == ["ClockNotMediations clock_not_mediations"]
    assert await count(story, "cases") == 0


async def test_a_case_that_arrived_can_be_carried_on(app: FastAPI, story: Story, home: Path) -> None:
    event, inside = requested(), particulars()
    await app.state.service.consumer.deliver([handover(home, event, inside)])
    await story.seek(event.case_id)
    ids: list[UUID] = [party.party_id for party in inside.parties]
    await story.answer(event.case_id, ids[0])
    entry = await story.answer(event.case_id, ids[1], ConsentStand.REFUSED)
    assert entry.type == "mediation.terminated"
