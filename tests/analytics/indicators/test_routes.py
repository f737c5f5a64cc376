"""Indicators as an analyst gets them: dated, named, paged, and of the own subtree only."""

from datetime import UTC, datetime
from typing import Any

import pytest

from contracts.codes import CaseKind, DivisionKind, DivisionLevel, Tier
from contracts.demonstration import COUNTY
from contracts.intake.directory import DivisionRecorded, division_id
from services.analytics.indicators.domain import GroupBy
from tests.analytics.conftest import Ask, Learn
from tests.analytics.facts_of_cases import SHANGCUN, WOBEI, WOBEI_VILLAGE, XIAN, Case
from tests.callers import AsRole

PATH = "/v1/indicators"
EMPTY_TOWN = "130926104000"
NAMES = {COUNTY: "肃宁县", WOBEI: "窝北镇", SHANGCUN: "尚村镇", EMPTY_TOWN: "万里镇"}


@pytest.fixture
async def directory(learn: Learn) -> None:
    """The places as intake has told of them."""
    places = []
    for code, name in NAMES.items():
        place = Case(code, case_id=division_id(code))
        place.tell(
            DivisionRecorded(
                record_id=place.case_id,
                code=code,
                name=name,
                level=DivisionLevel.COUNTY if code == COUNTY else DivisionLevel.TOWNSHIP,
                kind=DivisionKind.COUNTY if code == COUNTY else DivisionKind.TOWN,
            )
        )
        places.append(place)
    await learn(places)


def figures(answer: dict[str, Any], name: str) -> dict[str, int]:
    return {item["id"]: item[name] for item in answer["items"]}


async def test_an_answer_says_when_of_what_and_how_it_counts(ask: Ask, learn: Learn, directory: None) -> None:
    await learn([Case().registered()])
    answer = await ask(from_="2026-03-01", to="2026-03-31", basis="event")
    assert answer["as_of"] == "2026-08-03T04:00:00Z"
    assert answer["period"] == {"from": "2026-03-01", "to": "2026-03-31"}
    assert (answer["basis"]["code"], answer["division"]) == ("event", {"code": COUNTY, "zh": "肃宁县", "en": None})
    assert "按事件日期" in answer["basis"]["zh"]
    assert "按登记日期" in (await ask())["basis"]["zh"]
    (item,) = answer["items"]
    assert (item["id"], item["group"], item["registered"], answer["next_cursor"]) == ("all", {}, 1, None)
    assert item["rates"]["success_of_accepted"] == {"numerator": 0, "denominator": 0, "value": None, "text": "n/a"}
    assert "total" not in answer
    assert (await ask(total="true"))["total"] == 1


async def test_the_two_bases_answer_different_questions(ask: Ask, learn: Learn) -> None:
    """Registered on 2 March, settled 40 days later: whose month is the success?"""
    await learn([Case().registered().opened().accepted(1).effective(40)])
    march, april = {"from_": "2026-03-01", "to": "2026-03-31"}, {"from_": "2026-04-01", "to": "2026-04-30"}
    assert figures(await ask(**march), "succeeded") == {"all": 1}
    assert figures(await ask(**april), "succeeded") == {"all": 0}
    assert figures(await ask(**march, basis="event"), "succeeded") == {"all": 0}
    assert figures(await ask(**april, basis="event"), "succeeded") == {"all": 1}
    assert figures(await ask(**april, basis="event"), "accepted") == {"all": 0}


async def test_groups_are_named_and_stand_in_the_order_of_their_codes(ask: Ask, learn: Learn, directory: None) -> None:
    await learn([Case(SHANGCUN).registered() for _ in range(3)] + [Case(WOBEI_VILLAGE, category=None).registered()])
    answer = await ask(group_by=["township", "category"])
    assert figures(answer, "registered") == {
        f"township:{WOBEI},category:-": 1,
        f"township:{SHANGCUN},category:NEIGHBOR": 3,
    }
    assert [item["group"] for item in answer["items"]] == [
        {
            "township": {"code": WOBEI, "zh": "窝北镇", "en": None},
            "category": {"code": None, "zh": "未分类", "en": "not classified, or no dispute"},
        },
        {
            "township": {"code": SHANGCUN, "zh": "尚村镇", "en": None},
            "category": {"code": "NEIGHBOR", "zh": "邻里纠纷", "en": "02 neighbours"},
        },
    ]
    assert answer["group_by"] == ["township", "category"]


@pytest.mark.parametrize("name", list(GroupBy))
@pytest.mark.parametrize("basis", ["registration", "event"])
async def test_groups_of_each_kind_add_up_to_the_whole(ask: Ask, learn: Learn, name: str, basis: str) -> None:
    petition = Case(SHANGCUN, CaseKind.PETITION, None).registered().petitioned(6).petition_accepted().delivered()
    moved = Case(WOBEI).registered().routed(tier=Tier.VILLAGE).opened(Tier.VILLAGE).accepted(tier=Tier.TOWNSHIP)
    await learn([petition, moved.routed(tier=Tier.COUNTY, after=4).effective(9, Tier.COUNTY), Case().registered()])
    (whole,) = (await ask(basis=basis))["items"]
    groups = (await ask(basis=basis, group_by=name))["items"]
    for figure in ("registered", "routed", "accepted", "succeeded", "petitions_registered", "opinions_delivered"):
        assert sum(group[figure] for group in groups) == whole[figure] > 0, figure


async def test_a_case_that_was_moved_between_tiers_counts_once_where_it_was_settled(ask: Ask, learn: Learn) -> None:
    case = Case().registered().routed(tier=Tier.VILLAGE).opened(Tier.VILLAGE).accepted(tier=Tier.TOWNSHIP)
    await learn([case.routed(tier=Tier.TOWNSHIP, after=4).effective(9, Tier.TOWNSHIP)])
    assert figures(await ask(group_by="tier"), "succeeded") == {"tier:TOWNSHIP": 1}
    assert figures(await ask(tier="TOWNSHIP"), "registered") == {"all": 1}
    assert figures(await ask(tier="VILLAGE"), "registered") == {"all": 0}


async def test_a_day_begins_at_midnight_in_shanghai(ask: Ask, learn: Learn) -> None:
    before, after = datetime(2026, 3, 31, 15, 59, 59, tzinfo=UTC), datetime(2026, 3, 31, 16, 0, tzinfo=UTC)
    await learn([Case(at=before).registered(), Case(at=after).registered()])
    assert figures(await ask(group_by="day"), "registered") == {"day:2026-03-31": 1, "day:2026-04-01": 1}
    assert figures(await ask(group_by="month", basis="event"), "registered") == {"month:2026-03": 1, "month:2026-04": 1}
    assert figures(await ask(from_="2026-04-01"), "registered") == {"all": 1}
    assert figures(await ask(to="2026-03-31"), "registered") == {"all": 1}


@pytest.mark.parametrize("basis", ["registration", "event"])
async def test_the_first_and_the_last_day_belong_to_a_period(ask: Ask, learn: Learn, basis: str) -> None:
    await learn([Case().registered()])
    for period in (("2026-03-02", "2026-03-02"), ("2026-03-02", "2026-03-09"), ("2026-02-01", "2026-03-02")):
        answer = await ask(from_=period[0], to=period[1], basis=basis, group_by="day")
        assert figures(answer, "registered") == {"day:2026-03-02": 1}, period
    for period in (("2026-03-03", "2026-03-09"), ("2026-02-01", "2026-03-01")):
        assert (await ask(from_=period[0], to=period[1], basis=basis, group_by="day"))["items"] == []


async def test_filters_narrow(ask: Ask, learn: Learn) -> None:
    await learn([Case(WOBEI).registered(), Case(WOBEI_VILLAGE, CaseKind.PETITION, None).registered()])
    assert figures(await ask(kind="PETITION"), "registered") == {"all": 1}
    assert figures(await ask(category="NEIGHBOR"), "registered") == {"all": 1}
    assert figures(await ask(division=WOBEI), "registered") == {"all": 2}
    assert figures(await ask(division=WOBEI_VILLAGE), "registered") == {"all": 1}


async def test_people_and_matters_are_counted_apart(ask: Ask, learn: Learn) -> None:
    await learn([Case(kind=CaseKind.PETITION, category=None).registered(people=8).petitioned(6)])
    (item,) = (await ask())["items"]
    counts = (item["registered"], item["petitions_registered"], item["petition_visitors"], item["collective_visits"])
    assert counts == (1, 1, 6, 1)
    assert item["people_involved"] == 8


async def test_a_list_goes_on_where_it_stopped_and_its_cursor_fits_no_other(
    ask: Ask, learn: Learn, as_role: AsRole
) -> None:
    await learn([Case(f"130926102{number}").registered() for number in range(201, 206)])
    seen: list[str] = []
    cursor: dict[str, str] = {}
    while True:
        page = await ask(group_by="division", limit=2, **cursor)
        seen += [item["id"] for item in page["items"]]
        if page["next_cursor"] is None:
            break
        cursor = {"cursor": page["next_cursor"]}
    assert seen == [f"division:130926102{number}" for number in range(201, 206)]
    async with as_role() as client:
        for other in ({"group_by": "township"}, {"group_by": "division", "basis": "event"}, {}):
            answer = await client.get(PATH, params={**other, **cursor})
            assert (answer.status_code, answer.json()["code"]) == (422, "bad_cursor"), other


async def test_outside_ones_own_place_nothing_exists(ask: Ask, learn: Learn, directory: None) -> None:
    await learn([Case(WOBEI).registered(), Case(SHANGCUN).registered(), Case(XIAN).registered()])
    missing = await ask(SHANGCUN, division="130926999000", total="true")
    for place in (WOBEI, WOBEI_VILLAGE, XIAN, COUNTY, "130000000000"):
        answer = await ask(SHANGCUN, division=place, total="true")
        given = {"code": place, "zh": place, "en": None}
        assert answer == missing | {"division": given}, place
        assert (await ask(SHANGCUN, division=place, group_by="day"))["items"] == []
    assert (missing["items"], missing["total"]) == ([], 0)
    assert figures(await ask(SHANGCUN), "registered") == {"all": 1}
    assert figures(await ask(SHANGCUN, group_by="division"), "registered") == {f"division:{SHANGCUN}": 1}


async def test_a_place_without_cases_answers_zeros_and_one_that_does_not_exist_nothing(
    ask: Ask, learn: Learn, directory: None
) -> None:
    await learn([Case(WOBEI).registered()])
    assert figures(await ask(division=EMPTY_TOWN), "registered") == {"all": 0}
    assert (await ask(division="130926999000"))["items"] == []
    assert figures(await ask(EMPTY_TOWN), "registered") == {"all": 0}


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ({"from": "2026-04-01", "to": "2026-03-31"}, "period_reversed"),
        ({"from": "2026-13-01"}, "validation_failed"),
        ({"from": "1600000000"}, "validation_failed"),
        ({"group_by": "person"}, "validation_failed"),
        ({"basis": "volume"}, "validation_failed"),
        ({"tier": "PROVINCE"}, "validation_failed"),
        ({"division": "13"}, "validation_failed"),
        ({"division": "000000000000"}, "division_malformed"),
        ({"cursor": "x"}, "bad_cursor"),
        ({"order_by": "registered"}, "unknown_parameter"),
    ],
)
async def test_a_question_that_cannot_be_answered_is_refused(as_role: AsRole, query: dict[str, str], code: str) -> None:
    async with as_role() as client:
        answer = await client.get(PATH, params=query)
    assert (answer.status_code, answer.json()["code"]) == (422, code)
    for value in query.values():
        assert value not in answer.text or value in ("x", "13")


@pytest.mark.parametrize(("role", "status"), [("ANALYST", 200), ("DISPATCHER", 200), ("WINDOW_CLERK", 403)])
async def test_only_those_who_may_read_indicators_do(as_role: AsRole, role: str, status: int) -> None:
    async with as_role(role) as client:
        assert (await client.get(PATH)).status_code == status
