"""The copy of the directory follows its facts, and is shown as a list."""

import asyncpg

from contracts.codes import DivisionKind, DivisionLevel, OrganisationKind
from contracts.intake.directory import (
    DivisionRecorded,
    GridRecorded,
    OrganisationRecorded,
    StaffRecorded,
    division_id,
)
from contracts.roles import Role
from tests.analytics.conftest import AsRole, Learn
from tests.analytics.facts_of_cases import COUNTY, SHANGCUN, WOBEI, Case


def place(code: str, *names: str) -> Case:
    """A division that was recorded under each of these names, one after the other."""
    told = Case(code, case_id=division_id(code))
    for name in names:
        told.tell(
            DivisionRecorded(
                record_id=told.case_id,
                code=code,
                name=name,
                parent_code=None if code == COUNTY else COUNTY,
                level=DivisionLevel.COUNTY if code == COUNTY else DivisionLevel.TOWNSHIP,
                kind=DivisionKind.COUNTY if code == COUNTY else DivisionKind.TOWN,
            )
        )
    return told


async def test_the_last_fact_of_a_division_stands(learn: Learn, as_role: AsRole) -> None:
    await learn([place(WOBEI, "窝北乡", "窝北镇"), place(COUNTY, "肃宁县"), place(SHANGCUN, "尚村镇")])
    async with as_role() as client:
        page = (await client.get("/v1/divisions", params={"limit": 2, "total": "true"})).json()
        rest = (await client.get("/v1/divisions", params={"cursor": page["next_cursor"]})).json()
        below = (await client.get("/v1/divisions", params={"division": WOBEI, "level": "TOWNSHIP"})).json()
    assert [(item["code"], item["name"]) for item in page["items"]] == [(COUNTY, "肃宁县"), (WOBEI, "窝北镇")]
    assert page["total"] == 3
    assert [item["code"] for item in rest["items"]] == [SHANGCUN]
    assert [item["id"] for item in below["items"]] == [str(division_id(WOBEI))]


async def test_organisations_posts_and_grids_are_kept_too(learn: Learn, owner: asyncpg.Connection) -> None:
    organisation, post, grid = Case(), Case(), Case()
    organisation.tell(
        OrganisationRecorded(
            record_id=organisation.case_id,
            name="窝北镇诉前调解中心",
            kind=OrganisationKind.TOWNSHIP_MEDIATION_CENTER,
            division=WOBEI,
        )
    )
    post.tell(
        StaffRecorded(
            record_id=post.case_id,
            organisation_id=organisation.case_id,
            division=WOBEI,
            post="人民调解员",
            roles=(Role.MEDIATOR,),
        )
    )
    grid.tell(GridRecorded(record_id=grid.case_id, code=f"{WOBEI}001", name="一网格", division=WOBEI, households=260))
    await learn([organisation, post, grid])
    assert await owner.fetchval("SELECT name FROM organisations") == "窝北镇诉前调解中心"
    assert await owner.fetchval("SELECT roles FROM staff") == ["MEDIATOR"]
    assert await owner.fetchval("SELECT households FROM grids") == 260


async def test_a_clerk_asks_intake_instead(as_role: AsRole) -> None:
    async with as_role("WINDOW_CLERK") as client:
        assert (await client.get("/v1/divisions")).status_code == 403
