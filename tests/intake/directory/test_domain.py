"""What codes say of divisions, and which divisions contradict themselves."""

from dataclasses import replace
from datetime import date

import pytest

from chassis.rules.refusals import Refusal
from contracts.codes import DivisionKind, DivisionLevel, Tier
from services.intake.directory import domain
from tests.intake.places import HEBEI, SUNING, VILLAGE, WOBEI, XIAN, division


@pytest.mark.parametrize(
    ("code", "level", "kind"),
    [
        ("130000000000", DivisionLevel.PROVINCE, DivisionKind.PROVINCE),
        ("130900000000", DivisionLevel.PREFECTURE, DivisionKind.PREFECTURE),
        ("130926000000", DivisionLevel.COUNTY, DivisionKind.COUNTY),
        ("110101001000", DivisionLevel.TOWNSHIP, DivisionKind.STREET),
        ("130929100000", DivisionLevel.TOWNSHIP, DivisionKind.TOWN),
        ("130929206000", DivisionLevel.TOWNSHIP, DivisionKind.TOWNSHIP),
        ("410100300000", DivisionLevel.TOWNSHIP, DivisionKind.TOWNSHIP),
        ("130929400000", DivisionLevel.TOWNSHIP, DivisionKind.TOWN_LIKE_UNIT),
        ("130929500000", DivisionLevel.TOWNSHIP, DivisionKind.TOWN_LIKE_UNIT),
        ("130926102001", DivisionLevel.VILLAGE, DivisionKind.RESIDENTS_COMMITTEE),
        ("130926102199", DivisionLevel.VILLAGE, DivisionKind.RESIDENTS_COMMITTEE),
        ("130926102200", DivisionLevel.VILLAGE, DivisionKind.VILLAGE_COMMITTEE),
        ("130926102399", DivisionLevel.VILLAGE, DivisionKind.VILLAGE_COMMITTEE),
        ("130926102498", DivisionLevel.VILLAGE, DivisionKind.OTHER),
    ],
)
def test_the_kind_is_in_the_code(code: str, level: DivisionLevel, kind: DivisionKind) -> None:
    assert domain.kind_of(code, level) is kind
    assert kind in domain.KINDS[level]


def test_every_level_has_digits_kinds_and_a_tier() -> None:
    assert domain.DIGITS.keys() == domain.KINDS.keys() == domain.TIERS.keys() == set(DivisionLevel)
    assert set(domain.ASCENDING) == set(Tier)


def test_a_division_that_holds_together_passes() -> None:
    for code in (HEBEI, SUNING, WOBEI, VILLAGE):
        domain.check(division(code))


@pytest.mark.parametrize(
    ("changed", "refusal"),
    [
        (replace(division(WOBEI), level=DivisionLevel.COUNTY), domain.LevelDoesNotFit),
        (replace(division(WOBEI), kind=DivisionKind.VILLAGE_COMMITTEE), domain.KindDoesNotFit),
        (replace(division(WOBEI), parent_code=None), domain.ParentDoesNotFit),
        (replace(division(WOBEI), parent_code=XIAN), domain.ParentDoesNotFit),
        (replace(division(WOBEI), parent_code=WOBEI), domain.ParentDoesNotFit),
        (replace(division(HEBEI), parent_code=SUNING), domain.ParentDoesNotFit),
        (
            replace(division(WOBEI), valid_from=date(2026, 1, 2), valid_to=date(2026, 1, 1)),
            domain.ValidityReversed,
        ),
    ],
)
def test_a_division_that_contradicts_itself_is_refused(changed: domain.Division, refusal: type[Refusal]) -> None:
    with pytest.raises(refusal):
        domain.check(changed)


@pytest.mark.parametrize(
    ("code", "own", "has"),
    [
        (VILLAGE, Tier.VILLAGE, {Tier.VILLAGE, Tier.TOWNSHIP, Tier.COUNTY}),
        (WOBEI, Tier.TOWNSHIP, {Tier.TOWNSHIP, Tier.COUNTY}),
        (SUNING, Tier.COUNTY, {Tier.COUNTY}),
        (HEBEI, Tier.COUNTY, {Tier.COUNTY}),
    ],
)
def test_a_division_has_its_own_tier_and_those_above(code: str, own: Tier, has: set[Tier]) -> None:
    assert domain.own_tier(division(code)) is own
    assert {tier for tier in Tier if domain.has_tier(division(code), tier)} == has


def test_a_code_is_valid_from_its_first_day_to_its_last() -> None:
    one = replace(division(WOBEI), valid_from=date(2026, 1, 2), valid_to=date(2026, 1, 3))
    assert [domain.is_valid(one, date(2026, 1, day)) for day in range(1, 5)] == [False, True, True, False]
    assert domain.is_valid(division(WOBEI), date(1990, 1, 1))
