"""The statements against a second reading of the same rows, and the walls round a township."""

import random
from datetime import date, timedelta
from itertools import combinations

import asyncpg
import pytest
from fastapi import FastAPI

from chassis.database.scope import SYSTEM, Scope
from chassis.database.session import Database
from contracts.codes import CaseKind, DisputeType, EvaluatedUnit, IntakeChannel, Route, Satisfaction, Tier
from services.analytics.definitions.domain import FIGURES
from services.analytics.indicators import queries
from services.analytics.indicators.domain import Basis, GroupBy, Question
from services.analytics.indicators.queries import Group
from tests.analytics.conftest import Learn
from tests.analytics.facts_of_cases import MORNING, SHANGCUN, WOBEI, WOBEI_VILLAGE, XIAN, Case, told
from tests.analytics.indicators.reference import counted

EVERYTHING = 10_000
PLACES = [WOBEI, WOBEI_VILLAGE, SHANGCUN, XIAN, "130926000000"]


def made_up(choose: random.Random) -> Case:
    """A case that went some way, from a random day of three months on."""
    kind = choose.choice([CaseKind.DISPUTE, CaseKind.DISPUTE, CaseKind.PETITION, CaseKind.CONSULTATION])
    category = choose.choice([*list(DisputeType)[:3], None]) if kind is CaseKind.DISPUTE else None
    at = MORNING + timedelta(days=choose.randrange(90), hours=choose.randrange(24))
    case = Case(choose.choice(PLACES), kind, category, at)
    if choose.random() < 0.95:
        case.registered(choose.randrange(1, 9), choose.choice(list(IntakeChannel)[:4]))
    acts = {CaseKind.DISPUTE: _mediate, CaseKind.PETITION: _petition}
    if kind in acts:
        acts[kind](case, choose)
    if choose.random() < 0.5:
        case.concluded(choose.randrange(5, 60), resolved=choose.choice([True, False, None]))
    if choose.random() < 0.4:
        case.evaluated(choose.choice(list(Satisfaction)), choose.choice(list(EvaluatedUnit)), choose.randrange(9, 70))
    return case


def _mediate(case: Case, choose: random.Random) -> None:
    case.routed(after=choose.randrange(3)).opened(choose.choice(list(Tier)))
    if choose.random() < 0.8:
        case.accepted(choose.randrange(1, 9), choose.choice(list(Tier)))
        end = choose.choice(["effective", "terminated", "missed", "nothing"])
        if end == "effective":
            case.effective(choose.randrange(9, 60), choose.choice(list(Tier)))
        elif end == "terminated":
            case.terminated(choose.randrange(9, 60))
        elif end == "missed":
            case.missed("MED_GENERAL", 32)
    elif choose.random() < 0.5:
        case.terminated(2, accepted=False)


def _petition(case: Case, choose: random.Random) -> None:
    case.routed(Route.PETITION).petitioned(choose.randrange(1, 9)).petition_accepted(choose.randrange(1, 9))
    if choose.random() < 0.7:
        case.answered().delivered(outstanding=choose.randrange(2))
    if choose.random() < 0.3:
        case.missed()
    if choose.random() < 0.5:
        case.petition_concluded(70, resolved=choose.random() < 0.5, on_time=choose.choice([True, False, None]))


QUESTIONS = [
    Question(basis=basis, group_by=names, first=first, last=last, **narrowed)  # type: ignore[arg-type]
    for basis in Basis
    for names in [(), *((name,) for name in GroupBy), *combinations(GroupBy, 2)]
    for first, last in [(None, None), (date(2026, 3, 15), date(2026, 4, 30)), (None, date(2026, 4, 1))]
    for narrowed in [{}, {"division": Scope.of(WOBEI), "kind": CaseKind.DISPUTE}]
]


@pytest.fixture
async def county(app: FastAPI) -> list[Case]:
    choose = random.Random(20260302)
    cases = [made_up(choose) for _ in range(300)]
    await app.state.service.consumer.deliver(told(cases))
    return cases


async def test_every_figure_of_every_group_is_what_counting_by_hand_gives(
    county: list[Case], database: Database, owner: asyncpg.Connection
) -> None:
    rows = [dict(row) for row in await owner.fetch("SELECT * FROM case_facts")]
    assert len(rows) == sum(bool(case.records) for case in county)
    seen: set[str] = set()
    async with database.transaction(SYSTEM, seconds=60) as session:
        for question in QUESTIONS:
            answer = await queries.groups(session, SYSTEM, question, after=None, limit=EVERYTHING)
            found = {group.codes: {name: n for name, n in group.figures.items() if n} for group in answer.groups}
            expected = {codes: {k: n for k, n in c.items() if n} for codes, c in counted(rows, question).items()}
            assert found == (expected if question.group_by else {(): expected.get((), {})}), question
            assert answer.total == len(answer.groups)
            ordered = [tuple(code or "" for code in group.codes) for group in answer.groups]
            assert ordered == sorted(ordered), "by code, never by count"
            seen |= {name for figures in found.values() for name in figures}
    assert seen == set(FIGURES), "a figure that is never counted here is not tested"


async def test_pages_are_the_whole_cut_up(county: list[Case], database: Database) -> None:
    assert county
    for group_by in [(GroupBy.DAY,), (GroupBy.MONTH, GroupBy.CATEGORY), (GroupBy.TOWNSHIP, GroupBy.KIND)]:
        for basis in Basis:
            question = Question(group_by=group_by, basis=basis)
            async with database.transaction(SYSTEM) as session:
                whole = await queries.groups(session, SYSTEM, question, after=None, limit=EVERYTHING)
                pages: list[Group] = []
                after: list[str] | None = None
                while len(pages) < len(whole.groups):
                    page = await queries.groups(session, SYSTEM, question, after=after, limit=4)
                    assert page.groups, "a page without progress"
                    assert page.total == whole.total
                    pages += page.groups
                    after = [code or "" for code in page.groups[-1].codes]
                beyond = await queries.groups(session, SYSTEM, question, after=after, limit=4)
                assert beyond.groups == []
            assert pages == whole.groups


@pytest.mark.parametrize(
    ("scope", "places"),
    [
        ("130926", {WOBEI, WOBEI_VILLAGE, SHANGCUN, "130926000000"}),
        (WOBEI[:9], {WOBEI, WOBEI_VILLAGE}),
        (WOBEI_VILLAGE, {WOBEI_VILLAGE}),
        (SHANGCUN[:9], {SHANGCUN}),
        ("1309", set(PLACES)),
        ("13", set(PLACES)),
        ("14", set()),
    ],
)
@pytest.mark.parametrize("walls", ["both", "query", "rows"])
async def test_a_scope_sees_its_own_places_through_either_wall_alone(
    learn: Learn, database: Database, scope: str, places: set[str], walls: str
) -> None:
    await learn([Case(place).registered().opened().accepted() for place in PLACES])
    rows = SYSTEM if walls == "query" else Scope(scope)
    asked = SYSTEM if walls == "rows" else Scope(scope)
    for basis in Basis:
        question = Question(group_by=(GroupBy.DIVISION,), basis=basis)
        async with database.transaction(rows) as session:
            answer = await queries.groups(session, asked, question, after=None, limit=EVERYTHING)
            whole = await queries.groups(session, asked, Question(basis=basis), after=None, limit=2)
            by_day = Question(basis=basis, group_by=(GroupBy.DAY,))
            days = await queries.groups(session, asked, by_day, after=None, limit=9)
        assert {group.codes[0] for group in answer.groups} == places
        assert whole.groups[0].figures["registered"] == len(places)
        assert sum(group.figures["accepted"] for group in days.groups) == len(places)
