import pytest

from contracts.codes import ConsentStand
from services.mediation.parties import domain

YES, NO = ConsentStand.CONSENTED, ConsentStand.REFUSED


@pytest.mark.parametrize("earlier", [YES, NO])
def test_a_party_never_answers_twice(earlier: ConsentStand) -> None:
    with pytest.raises(domain.AlreadyAnswered):
        domain.may_answer(earlier)


def test_who_has_not_answered_may() -> None:
    domain.may_answer(None)


def test_whoever_has_not_agreed_is_outstanding() -> None:
    assert domain.outstanding_of([YES, None, NO]) == 2
    assert domain.outstanding_of([YES, YES]) == 0
