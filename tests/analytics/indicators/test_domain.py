"""Rates as they are published, periods, and the names of groups."""

from datetime import date

import pytest

from services.analytics.indicators import domain
from services.analytics.indicators.domain import (
    BASES,
    CODE_TABLES,
    PLACES,
    Basis,
    GroupBy,
    PeriodReversed,
    Question,
    Quotient,
)


@pytest.mark.parametrize(
    ("numerator", "denominator", "value", "text"),
    [
        (305, 436, 0.6995, "69.95%"),  # the source article's own county, of accepted
        (842, 869, 0.9689, "96.89%"),  # Huangshi 2016, of accepted
        (7913, 8438, 0.9378, "93.78%"),  # Lishui 2016, of mediated
        (1, 3, 0.3333, "33.33%"),
        (2, 3, 0.6667, "66.67%"),
        (1, 16, 0.0625, "6.25%"),
        (1, 20_000, 0.0001, "0.01%"),  # half up, as the bureaus round
        (0, 5, 0.0, "0.00%"),
        (5, 5, 1.0, "100.00%"),
        (6, 5, 1.2, "120.00%"),
        (0, 0, None, "n/a"),
        (3, 0, None, "n/a"),
    ],
)
def test_a_rate_is_rounded_half_up_and_over_nothing_is_none(
    numerator: int, denominator: int, value: float | None, text: str
) -> None:
    rate = Quotient(numerator, denominator)
    assert (rate.value, rate.text) == (value, text)


def test_a_period_of_one_day_is_one() -> None:
    Question(first=date(2026, 3, 2), last=date(2026, 3, 2)).check()
    Question(first=date(2026, 3, 2)).check()
    Question(last=date(2026, 3, 2)).check()


def test_a_period_cannot_end_before_it_begins() -> None:
    with pytest.raises(PeriodReversed):
        Question(first=date(2026, 3, 3), last=date(2026, 3, 2)).check()


def test_the_id_of_a_group_says_which_it_is() -> None:
    assert domain.group_id({}) == "all"
    assert domain.group_id({GroupBy.TOWNSHIP: "130926102000", GroupBy.CATEGORY: None}) == (
        "township:130926102000,category:-"
    )


def test_every_way_to_group_is_explained() -> None:
    assert set(CODE_TABLES) | PLACES | domain.CALENDAR == set(GroupBy)
    assert set(domain.UNKNOWN) == set(CODE_TABLES)
    assert set(BASES) == set(Basis)
