import pytest

from chassis.journal.entries import new_id
from services.petition.opinions import domain
from services.petition.parties.domain import PetitionerNotNamed, PetitionerUnknown

ONE, OTHER = new_id(), new_id()


def test_the_only_petitioner_need_not_be_named() -> None:
    assert domain.recipient([ONE], None) == ONE
    assert domain.recipient([ONE], ONE) == ONE


def test_among_several_one_has_to_be_named() -> None:
    assert domain.recipient([ONE, OTHER], OTHER) == OTHER
    with pytest.raises(PetitionerNotNamed):
        domain.recipient([ONE, OTHER], None)


@pytest.mark.parametrize("petitioners", [[ONE], [ONE, OTHER], []])
def test_who_is_no_petitioner_gets_nothing(petitioners: list[object]) -> None:
    with pytest.raises(PetitionerUnknown):
        domain.recipient(petitioners, new_id())  # type: ignore[arg-type]


def test_nobody_gets_it_twice() -> None:
    domain.may_deliver(ONE, [OTHER])
    with pytest.raises(domain.AlreadyDelivered):
        domain.may_deliver(ONE, [OTHER, ONE])


def test_who_has_yet_to_get_it() -> None:
    assert domain.outstanding_of([ONE, OTHER], []) == 2
    assert domain.outstanding_of([ONE, OTHER], [OTHER]) == 1
    assert domain.outstanding_of([ONE, OTHER], [OTHER, ONE]) == 0
