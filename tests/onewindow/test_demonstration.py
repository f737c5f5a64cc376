"""The demonstration county: what it holds, that it settles, and that it is whole however often it was begun."""

import asyncio

import httpx
import pytest

from chassis.bus import dead_letters
from chassis.bus.relay import BACKLOG
from chassis.database.scope import SYSTEM
from chassis.security.issuer import DevelopmentIssuer
from contracts.demonstration import CASES, COUNTY
from onewindow.demonstration import load, matters, places
from onewindow.embedded import county
from onewindow.embedded.county import County
from services.mediation.demonstration import DEMONSTRATION_VERSIONS as MEDIATIONS
from services.petition.demonstration import DEMONSTRATION_VERSIONS as PETITIONS
from tests.onewindow.conftest import new_home, remove_home

COUNTED = "SELECT (SELECT count(*) FROM journal) AS entries, (SELECT count(*) FROM heads) AS chains"


async def counted(opened: County) -> dict[str, tuple[int, int]]:
    found = {}
    for service in opened.services:
        connection = await service.database.raw()
        row = await connection.fetchrow(COUNTED)
        await connection.close()
        assert row is not None
        found[service.name] = (row["entries"], row["chains"])
    return found


async def test_it_settles_with_nothing_pending_and_no_dead_letter(demonstrated: County) -> None:
    assert await load.is_loaded(demonstrated)
    for service in demonstrated.services:
        connection = await service.database.raw()
        assert await connection.fetchval(BACKLOG) == 0
        await connection.close()
        async with service.database.transaction(SYSTEM) as session:
            assert await dead_letters.count(session) == dead_letters.Counts(0, 0, 0)


async def test_each_case_of_an_example_has_the_version_that_the_example_names(demonstrated: County) -> None:
    for name, versions in (("mediation", MEDIATIONS), ("petition", PETITIONS)):
        connection = await demonstrated.apps[name].state.service.database.raw()
        for act, version in versions.items():
            found = await connection.fetchval(
                "SELECT version FROM heads WHERE case_id = $1 AND stream = 'facts'", CASES[act]
            )
            assert found == version, act
        await connection.close()


async def test_its_townships_are_those_of_the_two_counties(demonstrated: County) -> None:
    issuer = DevelopmentIssuer.at(demonstrated.home, clock=demonstrated.services[0].clock)
    headers = {"Authorization": f"Bearer {issuer.mint('WINDOW_CLERK', COUNTY)}"}
    transport = httpx.ASGITransport(demonstrated.app)
    async with httpx.AsyncClient(transport=transport, base_url="http://county", headers=headers) as caller:
        for code, townships in ((COUNTY, 9), (places.XIAN, 18)):
            query = [("division", code), ("level", "TOWNSHIP"), ("total", "true")]
            kinds = [("kind", "TOWN"), ("kind", "TOWNSHIP"), ("kind", "STREET")]
            answer = await caller.get("/intake/v1/divisions", params=[*query, *kinds])
            assert answer.json()["total"] == townships
        villages = (await caller.get("/intake/v1/divisions", params={"level": "VILLAGE"})).json()["items"]
    assert villages
    assert all("示范" in village["name"] for village in villages), "no invented village may pass for a real one"


async def test_there_are_cases_of_every_kind_and_at_every_stage(demonstrated: County) -> None:
    connection = await demonstrated.apps["intake"].state.service.database.raw()
    states = {row["state"] for row in await connection.fetch("SELECT DISTINCT state FROM cases")}
    kinds = {row["kind"] for row in await connection.fetch("SELECT DISTINCT kind FROM cases")}
    await connection.close()
    assert states == {"REGISTERED", "ROUTED", "CONCLUDED"}
    assert {"DISPUTE", "PETITION", "CONSULTATION", "LEGAL_AID", "GRID_EVENT"} <= kinds


def test_data_are_consistent() -> None:
    everything = [*matters.examples(), *matters.ordinary()]
    ids = [matter.id for matter in everything] + [party.id for matter in everything for party in matter.parties]
    ids += [one.id for one in places.ORGANISATIONS]
    ids += [one.id for one in places.POSTS]
    ids += [one.id for one in places.GRIDS]
    assert len(set(ids)) == len(ids)
    assert set(matters.EXAMPLE_ACTS) == set(CASES)
    known = {division["code"] for division in places.divisions()}
    assert {matter.division for matter in everything} <= known
    for grid in places.GRIDS:
        roles = [post.role for post in places.POSTS if post.title.startswith(grid.name)]
        assert len(set(roles)) == 5, "one grid, five posts"


async def test_loading_it_again_changes_nothing(demonstrated: County) -> None:
    before = await counted(demonstrated)
    await load.load(demonstrated)
    assert await counted(demonstrated) == before


@pytest.mark.slow
async def test_an_interrupted_loading_is_completed_by_the_next_run(demonstrated: County) -> None:
    """Cut off after ever longer times in one home, each time followed by a new start of everything."""
    whole = await counted(demonstrated)
    home = new_home()
    try:
        for pause in (0.05, 0.2, 0.45, 0.8, 1.2):
            async with county.opened(home) as opened:
                loading = asyncio.ensure_future(load.load(opened))
                await asyncio.wait([loading], timeout=pause)
                loading.cancel()
                await asyncio.gather(loading, return_exceptions=True)
        async with county.opened(home) as opened:
            await load.load(opened)
            assert await load.is_loaded(opened)
            assert await counted(opened) == whole
    finally:
        remove_home(home)
