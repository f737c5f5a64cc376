from datetime import UTC, datetime, timedelta
from itertools import permutations

import pytest

from chassis.journal.entries import new_id
from services.mediation.agreements import domain

NOW = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)
A, B = new_id(), new_id()


@pytest.mark.parametrize("hours", list(permutations([1, 2, 3, 4])))
def test_it_binds_from_the_last_of_signatures_and_seal(hours: tuple[int, int, int, int]) -> None:
    one, other, mediator, seal = (NOW + timedelta(hours=hour) for hour in hours)
    assert domain.effect_of([A, B], [(A, one), (B, other)], mediator, seal) == NOW + timedelta(hours=4)


def test_a_party_who_has_not_signed_is_missed() -> None:
    with pytest.raises(domain.SignatureMissing):
        domain.effect_of([A, B], [(A, NOW)], NOW, NOW)


def test_one_party_cannot_sign_for_two() -> None:
    with pytest.raises(domain.SignedTwice):
        domain.effect_of([A, B], [(A, NOW), (A, NOW), (B, NOW)], NOW, NOW)


def test_the_mediator_has_to_sign() -> None:
    with pytest.raises(domain.MediatorSignatureMissing):
        domain.effect_of([A], [(A, NOW)], None, NOW)


def test_the_seal_has_to_be_on_it() -> None:
    with pytest.raises(domain.SealMissing):
        domain.effect_of([A], [(A, NOW)], NOW, None)
