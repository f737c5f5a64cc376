"""A small service behind the whole edge, for tests: a desk that opens mediations and ends them."""

import asyncio
from dataclasses import dataclass
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, FastAPI
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import text
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from chassis.database.session import Database
from chassis.http.acknowledgements import Acknowledgement
from chassis.http.acting import Act, reads, writes
from chassis.http.bodies import Body, Code12, Id, Text
from chassis.http.examples import Operation, describes, openapi_example, refuses
from chassis.http.limits import Limits
from chassis.http.lists import Page, Paged
from chassis.http.middleware import guard
from chassis.http.openapi import customise
from chassis.http.operations import operations
from chassis.http.ordinary import Ordinary
from chassis.http.permissions import declares
from chassis.http.plain import read
from chassis.http.strict_json import raw
from chassis.journal.entries import new_id
from chassis.journal.record import ChainNotFound, VersionMismatch, record
from chassis.journal.timeline import version_of
from chassis.rules.refusals import IllegalTransition
from chassis.security.tokens import Verifier
from chassis.telemetry.health import Health
from chassis.telemetry.logs import AccessLog
from chassis.telemetry.metrics import Metrics
from contracts.codes import PartyRole, TerminationReason, Tier
from contracts.mediation.cases import MediationOpened, MediationTerminated

CURSOR_KEY = b"k" * 32
EXAMPLE_CASE = "0193e6a2-7c1e-7b3a-8f00-000000000001"


class Party(Body):
    role: PartyRole
    name: Annotated[str, Text(50)]
    phone: Annotated[str, Field(pattern=r"^1[0-9]{10}$")] | None = None


class OpenRequest(Body):
    model_config = ConfigDict(
        json_schema_extra={"examples": [{"division": "130926102000", "tier": "TOWNSHIP", "parties": []}]}
    )

    division: Code12
    tier: Tier
    people: Annotated[int, Field(ge=1, le=100)] = 1
    urgent: bool = False
    parties: Annotated[list[Party], Field(max_length=3, default_factory=list)]
    story: Annotated[str, Text(2000, lines=True)] | None = None


class EndRequest(Body):
    reason: TerminationReason


class CaseView(BaseModel):
    id: UUID
    version: int


@dataclass
class Desk:
    """What build_service keeps in app.state.service, as far as the edge needs it."""

    database: Database


router = APIRouter(prefix="/cases", tags=["cases"], route_class=Ordinary)


@router.post("", status_code=201)
async def open_case(body: OpenRequest, act: Annotated[Act, writes("mediation.cases.accept")]) -> Acknowledgement:
    """Open a mediation."""
    case_id = new_id()
    opened = MediationOpened(case_id=case_id, division=body.division, tier=body.tier, number="（2026）肃人调字第1号")
    return act.acknowledge(await record(act.session, opened, division=body.division))


@router.get("")
async def list_cases(act: Annotated[Act, reads("mediation.cases.read")], paged: Paged) -> Page[CaseView]:
    """Cases by id."""
    after = paged.after(CURSOR_KEY, "cases")
    rows = await act.session.execute(
        text(
            "SELECT case_id, version FROM heads WHERE :after = '' OR case_id::text > :after ORDER BY case_id LIMIT :n"
        ),
        {"after": str(after[0]) if after else "", "n": paged.rows},
    )
    counted = await act.session.scalar(text("SELECT count(*) FROM heads")) if paged.total else None
    return paged.page(
        rows.all(),
        key=CURSOR_KEY,
        name="cases",
        position=lambda row: [str(row.case_id)],
        view=lambda row: CaseView(id=row.case_id, version=row.version),
        counted=counted,
    )


@router.get("/{case_id}", openapi_extra=openapi_example(case_id=EXAMPLE_CASE))
async def read_case(case_id: Id, act: Annotated[Act, reads("mediation.cases.read")]) -> CaseView:
    """One case."""
    version = await version_of(act.session, case_id)
    if not version:
        raise ChainNotFound(case_id)
    act.tag(version)
    return CaseView(id=case_id, version=version)


@router.post(
    "/{case_id}/termination",
    openapi_extra=openapi_example(case_id=EXAMPLE_CASE, if_match=3, key="end-0001", body={"reason": "WITHDRAWN"}),
    responses=refuses(IllegalTransition, VersionMismatch),
)
async def end_case(
    case_id: Id, body: EndRequest, act: Annotated[Act, writes("mediation.cases.terminate", if_match=True)]
) -> Acknowledgement:
    """End a mediation without an agreement."""
    await read_case(case_id, act)
    now = act.session.info["clock"].now()
    ended = MediationTerminated(
        case_id=case_id,
        division=act.principal.division,
        tier=Tier.TOWNSHIP,
        reason=body.reason,
        accepted=False,
        terminated_at=now,
    )
    return act.acknowledge(await record(act.session, ended, division=act.principal.division, expected=act.expected))


@router.post("/forgotten")
async def forget(act: Annotated[Act, writes("mediation.cases.accept")]) -> dict[str, str]:
    """Records nothing, which is a fault."""
    await act.session.execute(text("SELECT 1"))
    return {}


@router.get("/faults/{kind}")
async def fail(kind: str, act: Annotated[Act, reads("mediation.cases.read")]) -> dict[str, Any]:
    """Fails in the way that is asked for."""
    statements = {
        "slow": "SELECT pg_sleep(10)",
        "ended": "SELECT pg_terminate_backend(pg_backend_pid())",
        "syntax": "SELEC 1",
        "value": "SELECT 99999999999::int",
        "nul": "SELECT chr(0)",
    }
    if kind == "bug":
        raise ZeroDivisionError("13800138000")
    if kind == "waiting":
        await asyncio.sleep(30)
    await act.session.execute(text(statements[kind]))
    return {}


@declares("mediation.cases.accept")
@describes(
    Operation(
        request=EndRequest,
        response=CaseView,
        status=201,
        tags=("cases",),
        extra=openapi_example(key="plain-0001", body={"reason": "WITHDRAWN"}),
        responses=refuses(IllegalTransition),
    )
)
async def plain(request: Request) -> Response:
    """Answer a plain route.

    Validated from the bytes.
    """
    body = read(EndRequest, raw(request.scope))
    return JSONResponse({"reason": body.reason}, 201)


def make_desk(
    database: Database | None, verifier: Verifier, *, limits: Limits | None = None, access: AccessLog | None = None
) -> FastAPI:
    app = FastAPI(title="desk", version="1", docs_url=None, redoc_url=None)
    metrics, health = Metrics("desk"), Health()
    app.state.metrics = metrics
    if database is not None:
        app.state.service = Desk(database)
        health.probe("database", database.ping)
    app.router.routes.extend(operations(health, metrics))
    app.add_route("/v1/plain", plain, methods=["POST"])
    app.include_router(router, prefix="/v1")
    guard(app, verifier, metrics, limits=limits, access=access)
    customise(app)
    return app
