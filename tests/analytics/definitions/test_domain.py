"""Every number that is shown is defined, and no rate mixes units."""

from services.analytics.definitions.domain import FIGURES, RATES, UNITS_IN_ENGLISH, Unit
from services.analytics.indicators.queries import COUNTED, STRIDE
from services.analytics.indicators.schemas import IndicatorView

OTHER_FIELDS = {"id", "group", "rates"}


def test_what_is_shown_is_counted_and_defined() -> None:
    assert set(IndicatorView.model_fields) - OTHER_FIELDS == set(FIGURES) == set(COUNTED)
    assert len(FIGURES) < STRIDE


def test_the_unit_stands_behind_each_field() -> None:
    for figure in FIGURES.values():
        described = IndicatorView.model_fields[figure.id].description
        assert described == f"{figure.name.zh} {figure.unit}", figure.id


def test_no_rate_divides_different_units() -> None:
    for rate in RATES.values():
        assert FIGURES[rate.numerator].unit is FIGURES[rate.denominator].unit, rate.id
        assert rate.source


def test_both_habits_of_the_success_rate_are_published_each_under_its_name() -> None:
    habits = {rate.denominator: rate for rate in RATES.values() if rate.numerator == "succeeded"}
    assert set(habits) == {"accepted", "mediated"}
    assert "占受理" in habits["accepted"].name.zh
    assert "占调解完毕" in habits["mediated"].name.zh


def test_every_unit_has_its_word() -> None:
    assert set(UNITS_IN_ENGLISH) == set(Unit)
    assert FIGURES["petition_visitors"].unit is Unit.PERSON_TIMES
    assert FIGURES["collective_visits"].unit is Unit.VISITS
