"""Rules of triage as data: every kind has a way, and every way is somebody's."""

import pytest

from contracts.codes import CaseKind, Route
from services.intake.triage import domain


@pytest.mark.parametrize("kind", CaseKind)
@pytest.mark.parametrize("route", Route)
def test_every_pair_is_decided(kind: CaseKind, route: Route) -> None:
    if route in domain.ROUTES[kind]:
        domain.check_route(kind, route, parties=2)
    else:
        with pytest.raises(domain.RouteDoesNotFit):
            domain.check_route(kind, route, parties=2)


def test_every_kind_has_a_way_and_every_way_a_kind() -> None:
    assert domain.ROUTES.keys() == set(CaseKind)
    assert frozenset().union(*domain.ROUTES.values()) == set(Route)


def test_petitions_alone_go_to_the_petition_department() -> None:
    assert [kind for kind, routes in domain.ROUTES.items() if Route.PETITION in routes] == [CaseKind.PETITION]


def test_mediation_needs_somebody_to_ask() -> None:
    with pytest.raises(domain.NobodyToMediate):
        domain.check_route(CaseKind.DISPUTE, Route.MEDIATION, parties=0)
