"""HTTP edge of triage."""

from typing import Annotated

from fastapi import APIRouter

from chassis.http.acknowledgements import Acknowledgement
from chassis.http.acting import Act, writes
from chassis.http.bodies import Id
from chassis.http.dependencies import SealerOf
from chassis.http.examples import openapi_example, refuses
from chassis.http.ordinary import Ordinary
from chassis.journal.record import VersionMismatch
from chassis.rules.refusals import IllegalTransition
from contracts.demonstration import CASES
from contracts.roles import Permission
from services.intake.cases.domain import TierDoesNotFit
from services.intake.directory.domain import OrganisationUnknown
from services.intake.triage import commands, domain
from services.intake.triage.schemas import RoutingRequest

router = APIRouter(prefix="/cases", tags=["triage"], route_class=Ordinary)


@router.post(
    "/{case_id}/routing",
    status_code=201,
    openapi_extra=openapi_example(
        case_id=CASES["intake.cases.route"],
        if_match=1,
        key="example:intake.cases.route",
        body={"route": "MEDIATION", "tier": "TOWNSHIP", "reason_code": "CLASSIFIED"},
    ),
    responses=refuses(
        IllegalTransition,
        domain.RouteDoesNotFit,
        domain.NobodyToMediate,
        TierDoesNotFit,
        OrganisationUnknown,
        VersionMismatch,
    ),
)
async def route(
    case_id: Id,
    body: RoutingRequest,
    act: Annotated[Act, writes(Permission.INTAKE_CASES_ROUTE, if_match=True)],
    sealer: SealerOf,
) -> Acknowledgement:
    """Send a registered case on its way (分流); to mediation and petition it is handed over, particulars sealed."""
    entry = await commands.route(
        act.session,
        act.principal.scope,
        sealer,
        case_id,
        route=body.route,
        tier=body.tier,
        reason_code=body.reason_code,
        organisation_id=body.organisation_id,
        expected=act.expected,
    )
    return act.acknowledge(entry)
