"""What arrives on the bus: matters handed over by intake, from sealed bytes to rows sealed again."""

import base64
from datetime import UTC, datetime
from pathlib import Path

from fastapi import FastAPI
from sqlalchemy import text

from chassis.bus.protocol import Record
from chassis.database.scope import SYSTEM
from chassis.journal.entries import new_id
from chassis.security.keys import Keyring, master_key
from chassis.security.parcels import seal_parcel
from contracts.codes import PartyRole, PetitionCategory, PetitionState
from contracts.envelope import Parcel, envelope_bytes
from contracts.intake.handovers import HandoverParticulars, PetitionRequested
from services.petition.parties import commands as parties
from services.petition.parties import queries
from tests.petition.story import (
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
TRIO = (PartyRole.PETITIONER, PartyRole.REPRESENTATIVE, PartyRole.RESPONDENT)


def handover(
    home: Path, event: PetitionRequested, inside: HandoverParticulars | None, *, sequence: int = 2, previous: int = 0
) -> Record:
    """The record that intake's relay would publish."""
    entry_id, parcel = new_id(), None
    if inside is not None:
        keyring = Keyring.from_master(master_key(home), "intake", frozenset({"petition"}))
        sealed = seal_parcel(keyring, inside.to_bytes(), sender="intake", receiver="petition", entry_id=entry_id)
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


async def test_a_handover_delivered_twice_registers_one_matter(app: FastAPI, story: Story, home: Path) -> None:
    event = requested()
    record = handover(home, event, particulars())
    await app.state.service.consumer.deliver([record])
    await app.state.service.consumer.deliver([record, record])
    matter = await story.matter(event.case_id)
    assert (matter.state, matter.number, matter.narrative) == (PetitionState.REGISTERED, event.number, NARRATIVE)
    assert await story.facts(event.case_id) == ["petition.registered"]
    assert await story.published(event.case_id) == ["petition.registered"]
    assert [await story.count(table) for table in ("matters", "parties", "deadlines")] == [1, 1, 1]
    assert await story.letters() == []


async def test_a_second_handover_of_the_same_matter_changes_nothing(app: FastAPI, story: Story, home: Path) -> None:
    event = requested()
    await app.state.service.consumer.deliver([handover(home, event, particulars())])
    await app.state.service.consumer.deliver([handover(home, event, particulars(*TRIO), sequence=5, previous=2)])
    assert [await story.count(table) for table in ("parties", "deadlines", "journal")] == [1, 1, 1]
    assert await story.letters() == []


async def test_particulars_are_sealed_again_under_our_own_key(app: FastAPI, story: Story, home: Path) -> None:
    event, inside = requested(), particulars(*TRIO)
    await app.state.service.consumer.deliver([handover(home, event, inside)])
    sealer = app.state.service.sealer
    async with story.database.transaction(SYSTEM) as session:
        rows = await queries.parties_of(session, event.case_id)
        petitioners = await queries.petitioners_of(session, event.case_id)
    assert [row.id for row in rows] == [party.party_id for party in inside.parties]
    assert petitioners == [rows[0].id, rows[1].id]
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
    assert len({row.phone_index for row in rows}) == len({row.identity_index for row in rows}) == 3


async def test_the_matter_knows_what_caused_it(app: FastAPI, story: Story, home: Path) -> None:
    await app.state.service.consumer.deliver([handover(home, requested(), particulars())])
    async with story.database.transaction(SYSTEM) as session:
        row = (await session.execute(text("SELECT actor, causation_id, data::text AS data FROM journal"))).one()
        applied = await session.scalar(text("SELECT event_id FROM inbox"))
    assert (row.actor, row.causation_id) == ("service:petition", applied)
    assert not [word for word in CANARIES if word in row.data]


async def test_without_particulars_no_matter_can_be_registered(app: FastAPI, story: Story, home: Path) -> None:
    await app.state.service.consumer.deliver([handover(home, requested(), None)])
    assert await story.letters() == ["ParticularsGone particulars_gone"]
    assert await story.count("matters") == 0


async def test_an_accusation_that_got_this_far_is_a_dead_letter(app: FastAPI, story: Story, home: Path) -> None:
    event = requested(category=PetitionCategory.ACCUSATION)
    await app.state.service.consumer.deliver([handover(home, event, particulars())])
    assert await story.letters() == ["AccusationNotTakenHere accusation_not_taken_here"]
    assert [await story.count(table) for table in ("matters", "parties", "deadlines", "journal")] == [0, 0, 0, 0]


async def test_a_matter_that_arrived_can_be_carried_on(app: FastAPI, story: Story, home: Path) -> None:
    event = requested(visitors=5)
    await app.state.service.consumer.deliver([handover(home, event, particulars())])
    for act in ("accept", "issue", "deliver", "conclude"):
        await getattr(story, act)(event.case_id)
    assert (await story.matter(event.case_id)).state is PetitionState.CONCLUDED
    assert (await story.matter(event.case_id)).collective
