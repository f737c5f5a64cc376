import pytest

from contracts.codes import PartyRole
from services.petition.parties import domain


@pytest.mark.parametrize("role", PartyRole)
def test_every_role_is_decided(role: PartyRole) -> None:
    brought_it = role in {PartyRole.PETITIONER, PartyRole.REPRESENTATIVE, PartyRole.APPLICANT}
    assert (role in domain.PETITIONERS) is brought_it


@pytest.mark.parametrize(("ways", "reachable"), [([], False), ([None], False), ([None, "138"], True)])
def test_one_way_is_enough_to_tell_somebody(ways: list[str | None], reachable: bool) -> None:  # noqa: FBT001
    assert domain.reachable(ways) is reachable
