"""Every service that keeps a copy of the directory keeps it alike: each record as the last of its facts says."""

from datetime import UTC, date, datetime

import pytest

from chassis.bus.protocol import Record
from chassis.journal.entries import new_id
from contracts.codes import DivisionKind, DivisionLevel, OrganisationKind
from contracts.demonstration import COUNTY
from contracts.envelope import Event, envelope_bytes
from contracts.intake.directory import (
    DivisionRecorded,
    GridRecorded,
    OrganisationRecorded,
    StaffRecorded,
    division_id,
)
from contracts.roles import Role
from tests.county import County

COPIES = {"mediation": "MEDIATOR", "petition": "PETITION_HANDLER", "analytics": "ANALYST"}
"""Each service that keeps a copy, and a role that may read it there."""
WOBEI, NEIGHBOUR = "130926102000", "130929000000"
AT = datetime(2026, 3, 1, 1, 0, tzinfo=UTC)


def published(event: Event, sequence: int = 1) -> Record:
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


def division(code: str, name: str) -> DivisionRecorded:
    township = code == WOBEI
    return DivisionRecorded(
        record_id=division_id(code),
        code=code,
        name=name,
        parent_code=COUNTY if township else None,
        level=DivisionLevel.TOWNSHIP if township else DivisionLevel.COUNTY,
        kind=DivisionKind.TOWN if township else DivisionKind.COUNTY,
        valid_from=date(2012, 1, 1),
    )


@pytest.mark.parametrize(("service", "role"), COPIES.items())
async def test_the_last_fact_of_a_division_stands_and_is_listed(county: County, service: str, role: str) -> None:
    consumer = county.service(service).consumer
    second = published(division(WOBEI, "窝北镇"), 2)
    others = [published(division(COUNTY, "肃宁县")), published(division(NEIGHBOUR, "献县"))]
    await consumer.deliver([published(division(WOBEI, "窝北乡")), *others])
    await consumer.deliver([second])
    await consumer.deliver([second])
    async with county.client(service, role) as client:
        first = (await client.get("/v1/divisions", params={"limit": 1, "total": "true"})).json()
        rest = (await client.get("/v1/divisions", params={"cursor": first["next_cursor"]})).json()
        counties = (await client.get("/v1/divisions", params={"level": "COUNTY"})).json()
        below = (await client.get("/v1/divisions", params={"division": WOBEI})).json()
    assert first["total"] == 3
    assert [item["code"] for item in [*first["items"], *rest["items"]]] == [COUNTY, WOBEI, NEIGHBOUR]
    assert [item["name"] for item in counties["items"]] == ["肃宁县", "献县"]
    assert below["items"] == [
        {
            "id": str(division_id(WOBEI)),
            "code": WOBEI,
            "name": "窝北镇",
            "parent_code": COUNTY,
            "level": "TOWNSHIP",
            "kind": "TOWN",
            "valid_from": "2012-01-01",
            "valid_to": None,
        }
    ]
    assert await versions(county, service) == {COUNTY: 1, WOBEI: 2, NEIGHBOUR: 1}


@pytest.mark.parametrize("service", COPIES)
async def test_organisations_posts_and_grids_are_kept_too(county: County, service: str) -> None:
    organisation, post, grid = new_id(), new_id(), new_id()
    center = OrganisationRecorded(
        record_id=organisation,
        name="窝北镇诉前调解中心",
        kind=OrganisationKind.TOWNSHIP_MEDIATION_CENTER,
        division=WOBEI,
    )
    mediator = StaffRecorded(
        record_id=post,
        organisation_id=organisation,
        division=WOBEI,
        post="人民调解员",
        roles=(Role.MEDIATOR, Role.COMMITTEE_DIRECTOR),
    )
    first = GridRecorded(record_id=grid, code=f"{WOBEI}001", name="一网格", division=WOBEI, households=260)
    await county.service(service).consumer.deliver([published(one) for one in (center, mediator, first)])
    kept = await county.fetch(
        service,
        "SELECT o.name, s.roles, g.households FROM organisations o, staff s, grids g"
        " WHERE o.record_id = $1 AND s.record_id = $2 AND s.organisation_id = $1 AND g.record_id = $3",
        organisation,
        post,
        grid,
    )
    assert [(row["name"], sorted(row["roles"]), row["households"]) for row in kept] == [
        ("窝北镇诉前调解中心", ["COMMITTEE_DIRECTOR", "MEDIATOR"], 260)
    ]
    assert await county.fetch(service, "SELECT 1 FROM dead_letters") == []


async def versions(county: County, service: str) -> dict[str, int]:
    rows = await county.fetch(service, "SELECT code, version FROM divisions")
    return {row["code"]: row["version"] for row in rows}
