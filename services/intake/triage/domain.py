"""Rules of triage, as data: which kinds of case may take which route, and what a route needs."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from chassis.rules.refusals import Kind, Refusal
from contracts.codes import CaseKind, Route

ELSEWHERE: Final = frozenset(
    {Route.LEGAL_AID, Route.ARBITRATION, Route.ADMINISTRATIVE_REVIEW, Route.LITIGATION, Route.POLICE}
)
"""Ways that the law opens to anybody at any time."""

ROUTES: Final[Mapping[CaseKind, frozenset[Route]]] = MappingProxyType(
    {
        CaseKind.DISPUTE: ELSEWHERE | {Route.MEDIATION, Route.NOTARY, Route.COUNSELLING},
        # A petition about a dispute between people may be mediated (访调对接); art. 30 names discipline inspection.
        CaseKind.PETITION: ELSEWHERE | {Route.PETITION, Route.MEDIATION, Route.DISCIPLINE_INSPECTION},
        CaseKind.LEGAL_AID: frozenset({Route.LEGAL_AID, Route.LITIGATION, Route.ARBITRATION, Route.CONSULTATION}),
        CaseKind.NOTARY: frozenset({Route.NOTARY, Route.CONSULTATION}),
        CaseKind.COUNSELLING: frozenset({Route.COUNSELLING, Route.POLICE, Route.CONSULTATION}),
        CaseKind.CONSULTATION: ELSEWHERE
        | {Route.CONSULTATION, Route.MEDIATION, Route.NOTARY, Route.COUNSELLING, Route.DISCIPLINE_INSPECTION},
        CaseKind.GRID_EVENT: frozenset({Route.POLICE, Route.MEDIATION, Route.CONSULTATION}),
    }
)
"""Which way a case of each kind may be sent."""


class RouteDoesNotFit(Refusal):
    """A case of this kind cannot take this way."""

    kind = Kind.CONFLICT
    code = "route_does_not_fit"
    zh = "此类事项不能分流到该途径"
    en = "A case of this kind cannot take this way"


class NobodyToMediate(Refusal):
    """Mediation needs parties to ask (People's Mediation Law art. 17)."""

    kind = Kind.CONFLICT
    code = "nobody_to_mediate"
    zh = "没有登记当事人，无法移交调解"
    en = "No party is recorded whom mediation could ask"


def check_route(kind: CaseKind, route: Route, parties: int) -> None:
    """Refuse a route that the kind of case does not have, and mediation between nobody."""
    if route not in ROUTES[kind]:
        raise RouteDoesNotFit(field="route")
    if route is Route.MEDIATION and not parties:
        raise NobodyToMediate
