"""Recording the directory: many divisions at once, and organisations, posts and grids one by one."""

import asyncio
from dataclasses import replace
from datetime import date
from typing import Any

import asyncpg
import orjson
import pytest

from chassis.database.scope import SYSTEM, Scope
from chassis.database.session import Database
from chassis.journal.entries import Entry
from chassis.journal.verify import verify
from chassis.rules.clock import FixedClock
from chassis.rules.refusals import Refusal
from chassis.security.sealing import Sealer
from contracts.codes import DivisionLevel, OrganisationKind
from contracts.intake.directory import division_id
from contracts.roles import Role
from services.intake.directory import commands, domain
from services.intake.directory.commands import Outcome
from services.intake.directory.queries import Divisions
from tests.intake.places import DIRECTORY, LESHOU, NOON, SHANGCUN, SUNING, WOBEI, division
from tests.intake.stories import one


async def put(database: Database, *divisions: domain.Division, scope: str = SUNING) -> list[Outcome]:
    async with database.transaction(Scope.of(scope)) as session:
        return await commands.record_divisions(session, divisions, Scope.of(scope))


async def facts(owner: asyncpg.Connection, code: str) -> list[asyncpg.Record]:
    statement = "SELECT j.*, o.position AS pointed FROM journal j JOIN outbox o ON o.entry_id = j.id"
    return await owner.fetch(f"{statement} WHERE case_id = $1 ORDER BY version", division_id(code))


async def test_a_division_is_a_row_a_fact_and_a_pointer(database: Database, owner: asyncpg.Connection) -> None:
    row = await one(owner, "SELECT * FROM divisions WHERE code = $1", WOBEI)
    assert (row["name"], row["parent_code"], row["level"], row["kind"]) == ("窝北镇", SUNING, "TOWNSHIP", "TOWN")
    (fact,) = await facts(owner, WOBEI)
    assert (fact["version"], fact["topic"], fact["division"]) == (1, "onewindow.intake.directory.v1", WOBEI)
    assert orjson.loads(fact["data"])["kind"] == "TOWN"


async def test_a_repeat_records_nothing_and_a_change_one_fact(database: Database, owner: asyncpg.Connection) -> None:
    renamed = division(WOBEI, "窝北新镇")
    outcomes = await put(database, *DIRECTORY, scope="130000000000")
    assert {outcome.status for outcome in outcomes} == {"unchanged"}
    assert [outcome.status for outcome in await put(database, renamed)] == ["recorded"]
    assert [fact["version"] for fact in await facts(owner, WOBEI)] == [1, 2]
    assert (await facts(owner, WOBEI))[1]["previous"] == 1
    connection = await database.raw()
    checked = await verify(connection)
    await connection.close()
    assert (checked.entries, checked.broken) == (len(DIRECTORY) + 1, [])


async def test_what_is_refused_is_refused_alone_and_the_first_of_two_is_kept(
    database: Database, owner: asyncpg.Connection
) -> None:
    dongguan = domain.Division(
        code="441900000000",
        name="东莞市",
        parent_code="440000000000",
        level=DivisionLevel.PREFECTURE,
        kind=domain.kind_of("441900000000", DivisionLevel.PREFECTURE),
    )
    twice = replace(dongguan, level=DivisionLevel.COUNTY, kind=domain.kind_of(dongguan.code, DivisionLevel.COUNTY))
    outcomes = await put(
        database, dongguan, twice, replace(division(WOBEI), parent_code=LESHOU), division(LESHOU, "别的名字")
    )
    assert [(outcome.status, getattr(outcome.refusal, "code", None)) for outcome in outcomes] == [
        ("recorded", None),
        ("refused", "division_conflict"),
        ("refused", "parent_does_not_fit"),
        ("refused", "outside_jurisdiction"),
    ]
    assert len(await facts(owner, dongguan.code)) == 1
    assert (await put(database, twice))[0].status == "refused"


async def test_imports_side_by_side_record_each_division_once(database: Database, owner: asyncpg.Connection) -> None:
    villages = [division(f"130926102{number:03}", f"村{number}") for number in range(300, 360)]
    both = await asyncio.gather(put(database, *villages), put(database, *reversed(villages)))
    assert sorted(outcome.status for outcomes in both for outcome in outcomes) == ["recorded"] * 60 + ["unchanged"] * 60
    assert await owner.fetchval("SELECT count(*) FROM divisions") == len(DIRECTORY) + 60


async def test_one_division_is_added_within_the_jurisdiction(database: Database, owner: asyncpg.Connection) -> None:
    async with database.transaction(Scope.of(SUNING)) as session:
        entry = await commands.record_division(session, division("130926102202", "新村"), Scope.of(SUNING))
    assert (entry.case_id, entry.version) == (division_id("130926102202"), 1)
    refused: list[tuple[domain.Division, type[Refusal]]] = [
        (division("130926102202", "新村"), domain.AlreadyRecorded),
        (replace(division("130926102202", "新村"), level=DivisionLevel.COUNTY), domain.LevelDoesNotFit),
        (division("130929100201", "献县的村"), domain.OutsideJurisdiction),
    ]
    for given, refusal in refused:
        with pytest.raises(refusal):
            async with database.transaction(Scope.of(SUNING)) as session:
                await commands.record_division(session, given, Scope.of(SUNING))
    assert len(await facts(owner, "130926102202")) == 1


async def organisation(database: Database, **changes: Any) -> Entry:
    given: dict[str, Any] = {
        "name": "窝北镇诉前调解中心",
        "kind": OrganisationKind.TOWNSHIP_MEDIATION_CENTER,
        "division": WOBEI,
    } | changes
    async with database.transaction(Scope.of(SUNING)) as session:
        return await commands.record_organisation(session, Scope.of(SUNING), **given)


async def test_a_post_names_nobody_in_its_fact(database: Database, owner: asyncpg.Connection, sealer: Sealer) -> None:
    where = (await organisation(database)).case_id
    async with database.transaction(Scope.of(SUNING)) as session:
        entry = await commands.record_staff(
            session,
            Scope.of(SUNING),
            sealer,
            organisation_id=where,
            division=WOBEI,
            post="专职调解员",
            roles=[Role.MEDIATOR],
            name="赵公正",
        )
    assert entry.fact["roles"] == ["MEDIATOR"]
    assert "赵公正" not in entry.data
    row = await one(owner, "SELECT * FROM staff")
    assert sealer.unseal(row["name_sealed"], commands.STAFF_NAME, row["id"]) == "赵公正"


async def test_what_does_not_fit_the_directory_is_refused(database: Database, sealer: Sealer) -> None:
    with pytest.raises(domain.OutsideJurisdiction):
        await organisation(database, division=LESHOU)
    with pytest.raises(domain.DivisionUnknown):
        await organisation(database, division="130926999000")
    with pytest.raises(domain.ValidityReversed):
        await organisation(database, valid_from=date(2026, 2, 1), valid_to=date(2026, 1, 1))
    with pytest.raises(domain.OrganisationUnknown):
        async with database.transaction(Scope.of(SUNING)) as session:
            await commands.record_staff(
                session,
                Scope.of(SUNING),
                sealer,
                organisation_id=division_id(WOBEI),
                division=WOBEI,
                post="专职调解员",
                roles=[Role.MEDIATOR],
            )


async def test_a_grid_stands_under_its_division_once(database: Database, owner: asyncpg.Connection) -> None:
    async def grid(code: str, division: str = WOBEI) -> Entry:
        async with database.transaction(Scope.of(SUNING)) as session:
            return await commands.record_grid(
                session, Scope.of(SUNING), code=code, name="第一网格", division=division, households=260
            )

    assert (await grid("130926102001")).fact["households"] == 260
    with pytest.raises(domain.AlreadyRecorded):
        await grid("130926102001")
    with pytest.raises(domain.GridDoesNotFit):
        await grid("130926102002", SHANGCUN)
    assert await owner.fetchval("SELECT count(*) FROM grids") == 1


async def test_found_divisions_are_remembered_for_a_minute(
    database: Database, owner: asyncpg.Connection, clock: FixedClock
) -> None:
    divisions = Divisions(database)
    assert (await divisions.find(WOBEI, NOON)).name == "窝北镇"
    with pytest.raises(domain.DivisionUnknown):
        await divisions.find("130926102777", NOON)
    await put(database, division(WOBEI, "新名"), division("130926102777", "新村"))
    assert (await divisions.find("130926102777", NOON)).name == "新村"
    assert (await divisions.find(WOBEI, NOON)).name == "窝北镇"
    assert (await divisions.find(WOBEI, NOON + Divisions.LIFETIME)).name == "新名"
    await put(database, replace(division(SHANGCUN), valid_to=date(2026, 3, 1)))
    with pytest.raises(domain.DivisionUnknown):
        await divisions.find(SHANGCUN, NOON)


async def test_a_batch_that_fails_leaves_nothing(database: Database, owner: asyncpg.Connection) -> None:
    async def interrupted() -> None:
        async with database.transaction(SYSTEM) as session:
            await commands.record_divisions(session, [division("130926102888", "村")], SYSTEM)
            raise RuntimeError("stop")

    with pytest.raises(RuntimeError, match="stop"):
        await interrupted()
    assert await facts(owner, "130926102888") == []
