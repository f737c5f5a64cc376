"""The copy of the directory follows its facts: each record as the last of them says."""

from datetime import UTC, date, datetime

from fastapi import FastAPI
from sqlalchemy import text

from chassis.bus.protocol import Record
from chassis.database.scope import SYSTEM
from chassis.journal.entries import new_id
from contracts.codes import DivisionKind, DivisionLevel, OrganisationKind
from contracts.envelope import Event, envelope_bytes
from contracts.intake.directory import (
    DivisionRecorded,
    GridRecorded,
    OrganisationRecorded,
    StaffRecorded,
    division_id,
)
from contracts.roles import Role
from services.petition.directory import queries
from tests.petition.story import COUNTY, WOBEI, Story

AT = datetime(2026, 3, 1, 1, 0, tzinfo=UTC)


def published(event: Event, sequence: int) -> Record:
    value = envelope_bytes(
        id=new_id(),
        type=event.type,
        version=1,
        subject=event.subject_id,
        time=AT,
        sequence=sequence,
        previous=sequence - 1,
        recordedat=AT,
        correlationid=new_id(),
        causationid=None,
        division=COUNTY,
        data_text=event.canonical(),
    )
    return Record(event.topic.name, str(event.subject_id), value)


def division(name: str) -> DivisionRecorded:
    return DivisionRecorded(
        record_id=division_id(WOBEI),
        code=WOBEI,
        name=name,
        parent_code=COUNTY,
        level=DivisionLevel.TOWNSHIP,
        kind=DivisionKind.TOWN,
        valid_from=date(2012, 1, 1),
    )


async def test_the_last_fact_of_a_division_stands(app: FastAPI, story: Story) -> None:
    consumer = app.state.service.consumer
    second = published(division("窝北镇"), 2)
    await consumer.deliver([published(division("窝北乡"), 1), second])
    await consumer.deliver([second])
    async with story.database.transaction(SYSTEM) as session:
        rows = await queries.divisions(session, queries.Filters(), after=None, limit=10)
        assert [(row.code, row.name, row.version, row.valid_from) for row in rows] == [
            (WOBEI, "窝北镇", 2, date(2012, 1, 1))
        ]


async def test_organisations_posts_and_grids_are_kept_too(app: FastAPI, story: Story) -> None:
    organisation, post, grid = new_id(), new_id(), new_id()
    await app.state.service.consumer.deliver(
        [
            published(
                OrganisationRecorded(
                    record_id=organisation,
                    name="窝北镇诉前调解中心",
                    kind=OrganisationKind.TOWNSHIP_MEDIATION_CENTER,
                    division=WOBEI,
                ),
                1,
            ),
            published(
                StaffRecorded(
                    record_id=post,
                    organisation_id=organisation,
                    division=WOBEI,
                    post="人民调解员",
                    roles=(Role.MEDIATOR, Role.COMMITTEE_DIRECTOR),
                ),
                1,
            ),
            published(
                GridRecorded(record_id=grid, code=f"{WOBEI}001", name="一网格", division=WOBEI, households=260), 1
            ),
        ]
    )
    async with story.database.transaction(SYSTEM) as session:
        roles = await session.scalar(text("SELECT roles FROM staff WHERE record_id = :id"), {"id": post})
        assert sorted(roles or ()) == ["COMMITTEE_DIRECTOR", "MEDIATOR"]
        assert await session.scalar(text("SELECT name FROM organisations")) == "窝北镇诉前调解中心"
        assert await session.scalar(text("SELECT households FROM grids")) == 260
        assert await session.scalar(text("SELECT count(*) FROM dead_letters")) == 0
