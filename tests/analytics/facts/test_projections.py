"""One row a case, the same whatever the order: interleaved, doubled, split into any batches, or built anew."""

import random
from collections.abc import Sequence
from datetime import date
from typing import Any

import asyncpg
import pytest
from fastapi import FastAPI
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chassis.bus.handlers import Delivery
from chassis.bus.protocol import Record
from chassis.bus.reading import Reader
from chassis.database.scope import SYSTEM
from chassis.database.session import Database
from contracts.catalog import EVENTS
from contracts.codes import CaseKind, EvaluatedUnit, Route, Satisfaction, Tier
from contracts.intake.cases import IntakeDeadlineMissed
from contracts.mediation.cases import (
    AgreementReached,
    MediationConsentRecorded,
    MediationConsentSought,
    MediationSessionHeld,
    MediatorAssigned,
)
from contracts.topics import INTAKE_DIRECTORY, PersonalData
from services.analytics.facts import handlers, projections
from services.analytics.facts.tables import CASE_FACTS
from tests.analytics.conftest import Learn
from tests.analytics.facts_of_cases import SHANGCUN, WOBEI, WOBEI_VILLAGE, Case, interleaved, told

ROWS = "SELECT * FROM case_facts ORDER BY case_id"
FORGET = "TRUNCATE case_facts, inbox, positions"


def county() -> list[Case]:
    """Cases that between them have every fact that is projected, some more than once."""
    petition = {"kind": CaseKind.PETITION, "category": None}
    return [
        Case().registered().routed().opened().accepted().agreed().effective().concluded().evaluated(),
        Case(WOBEI_VILLAGE)
        .registered()
        .routed(tier=Tier.VILLAGE)
        .opened(Tier.VILLAGE)
        .accepted(tier=Tier.TOWNSHIP)
        .missed("MED_GENERAL", 32)
        .terminated(40)
        .routed(Route.LITIGATION, Tier.COUNTY, 41)
        .concluded(42, resolved=False)
        .evaluated(Satisfaction.DISSATISFIED)
        .evaluated(Satisfaction.BASICALLY_SATISFIED, after=20),
        Case(SHANGCUN).registered().routed().opened().terminated(2, accepted=False),
        Case(SHANGCUN, **petition)  # type: ignore[arg-type]
        .registered()
        .routed(Route.PETITION)
        .petitioned(6)
        .petition_accepted()
        .extended()
        .answered()
        .delivered(31, outstanding=2)
        .delivered(32, outstanding=1)
        .delivered(35)
        .missed("PET_REVIEW_REQUEST", 65)
        .petition_concluded()
        .concluded()
        .evaluated(of=EvaluatedUnit.PETITION_DEPARTMENT)
        .evaluated(),
        Case(WOBEI, **petition)  # type: ignore[arg-type]
        .registered()
        .missed("PET_NOTICE_DIRECT", 15)
        .petitioned()
        .petition_accepted()
        .missed()
        .missed("PET_HANDLE", 93)
        .petition_concluded(on_time=False, resolved=False),
    ]


def deliveries(records: Sequence[Record]) -> list[Delivery[Any]]:
    reader = Reader([handlers.HANDLERS], None)
    read = [reader.read(record).delivery for record in records]
    return [delivery for delivery in read if delivery is not None]


def batches(records: Sequence[Any], choose: random.Random) -> list[list[Any]]:
    """The same, cut into pieces anywhere."""
    found: list[list[Any]] = [[]]
    for record in records:
        found[-1].append(record)
        if choose.random() < 0.3:
            found.append([])
    return [batch for batch in found if batch]


async def rows(owner: asyncpg.Connection) -> list[dict[str, Any]]:
    return [dict(row) for row in await owner.fetch(ROWS)]


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 2**32))
async def test_any_interleaving_of_topics_with_repeats_gives_the_same_rows(
    app: FastAPI, owner: asyncpg.Connection, seed: int
) -> None:
    choose, cases = random.Random(seed), county()
    consumer = app.state.service.consumer
    await owner.execute(FORGET)
    await consumer.deliver(told(cases))
    expected = await rows(owner)
    assert len(expected) == len(cases)

    await owner.execute(FORGET)
    for batch in batches(list(interleaved(cases, choose)), choose):
        await consumer.deliver(batch)
        if choose.random() < 0.5:
            await consumer.deliver(batch)  # a crash before the offset was committed
    assert await rows(owner) == expected
    await consumer.deliver(told(cases))  # all of it once more, from the start
    assert await rows(owner) == expected
    assert await owner.fetchval("SELECT count(*) FROM dead_letters") == 0


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 2**32))
async def test_even_without_an_inbox_no_order_and_no_repeat_changes_a_row(
    database: Database, owner: asyncpg.Connection, seed: int
) -> None:
    choose, facts = random.Random(seed), deliveries(told(county()))
    await owner.execute(FORGET)
    async with database.transaction(SYSTEM) as session:
        for fact in facts:
            await projections.project(session, [fact])
    expected = await rows(owner)

    await owner.execute(FORGET)
    shuffled = [*facts, *choose.sample(facts, len(facts) // 2)]
    choose.shuffle(shuffled)
    async with database.transaction(SYSTEM) as session:
        for batch in batches(shuffled, choose):
            await projections.project(session, batch)
    assert await rows(owner) == expected


async def test_a_settled_dispute_is_one_row(learn: Learn, owner: asyncpg.Connection) -> None:
    case = Case(WOBEI_VILLAGE).registered(people=7).routed(after=1).opened().accepted(2).agreed(5).effective(6)
    await learn([case.concluded(7).evaluated(after=8)])
    (row,) = await rows(owner)
    expected = {
        "case_id": case.case_id,
        "county": "130926000000",
        "township": WOBEI,
        "division": WOBEI_VILLAGE,
        "kind": "DISPUTE",
        "tier": "TOWNSHIP",
        "category": "NEIGHBOR",
        "people_involved": 7,
        "registered_day": date(2026, 3, 2),
        "routed_day": date(2026, 3, 3),
        "route": "MEDIATION",
        "accepted_day": date(2026, 3, 4),
        "effective_day": date(2026, 3, 8),
        "form": "WRITTEN",
        "terminated_day": None,
        "concluded_day": date(2026, 3, 9),
        "outcome": "AGREEMENT_EFFECTIVE",
        "resolved": True,
        "unit_satisfaction": "SATISFIED",
        "department_satisfaction": None,
        "missed_clocks": [],
        "overdue_day": None,
    }
    assert {name: row[name] for name in expected} == expected


async def test_the_first_routing_dates_and_the_last_one_places(learn: Learn, owner: asyncpg.Connection) -> None:
    case = Case().registered().routed(Route.CONSULTATION, Tier.VILLAGE, 1).routed(Route.PETITION, Tier.COUNTY, 9)
    await learn([case])
    (row,) = await rows(owner)
    assert (row["routed_day"], row["route"], row["tier"]) == (date(2026, 3, 3), "PETITION", "COUNTY")


async def test_missed_clocks_are_collected_and_a_citizens_unused_window_is_no_delay(
    learn: Learn, owner: asyncpg.Connection
) -> None:
    late = Case().registered().petitioned().missed("PET_HANDLE", 63).missed("PET_HANDLE", 93).missed("PET_DISPATCH", 15)
    unused = Case(SHANGCUN).registered().petitioned().missed("PET_REVIEW_REQUEST", 30)
    await learn([late, unused])
    found = {row["case_id"]: row for row in await rows(owner)}
    row = found[late.case_id]
    assert row["missed_clocks"] == ["PET_DISPATCH 2026-03-17", "PET_HANDLE 2026-05-04", "PET_HANDLE 2026-06-03"]
    assert (row["overdue_day"], row["handling_missed_day"]) == (date(2026, 3, 17), date(2026, 5, 4))
    row = found[unused.case_id]
    assert (row["missed_clocks"], row["overdue_day"]) == (["PET_REVIEW_REQUEST 2026-04-01"], None)


async def test_an_opinion_is_delivered_when_the_last_petitioner_has_it(learn: Learn, owner: asyncpg.Connection) -> None:
    await learn([case := Case().registered().petitioned(3).answered().delivered(31, outstanding=1)])
    assert (await rows(owner))[0]["opinion_delivered_day"] is None
    await learn([case.delivered(33)])
    assert (await rows(owner))[0]["opinion_delivered_day"] == date(2026, 4, 4)


async def test_a_fact_about_a_case_not_registered_yet_waits_in_its_row(learn: Learn, owner: asyncpg.Connection) -> None:
    await learn([Case(SHANGCUN).opened().accepted()])
    (row,) = await rows(owner)
    assert (row["division"], row["tier"], row["kind"], row["registered_day"]) == (SHANGCUN, "TOWNSHIP", None, None)


def test_every_open_fact_about_a_case_is_projected_or_left_out_on_purpose() -> None:
    left_out = {
        MediationConsentSought,
        MediationConsentRecorded,
        MediatorAssigned,
        MediationSessionHeld,
        AgreementReached,  # terms agreed on are no success before they are in effect
    }
    open_facts = {
        event for event in EVENTS if event.topic.personal is PersonalData.OPEN and event.topic is not INTAKE_DIRECTORY
    }
    assert set(handlers.HANDLERS) == open_facts - left_out
    assert IntakeDeadlineMissed in handlers.HANDLERS


def test_every_column_has_one_place_in_the_projection() -> None:
    derived = {column.name for column in CASE_FACTS.c if column.computed is not None}
    grouped = [name for version, names in projections.GROUPS.items() for name in (version, *names)]
    assert len(grouped) == len(set(grouped))
    assert {*grouped, *projections.EARLIEST, "missed_clocks", "case_id"} == {*CASE_FACTS.c.keys()} - derived
    assert set(projections.GROUPS) > projections.FIRST_COUNTS


@pytest.mark.parametrize("word", ["name", "phone", "identity", "address", "narrative", "number", "note", "text"])
def test_no_column_could_hold_a_persons_particulars(word: str) -> None:
    assert [column.name for column in CASE_FACTS.c if word in column.name] == []
