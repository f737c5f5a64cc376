"""HTTP edge of the directory: everybody of the staff reads it, its keepers change it."""

from collections.abc import Callable
from typing import Annotated, Any, Final, TypeVar
from uuid import UUID

import orjson
from fastapi import APIRouter, Query
from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route as PlainRoute

from chassis.database.scope import Scope
from chassis.http.acknowledgements import Acknowledgement
from chassis.http.acting import Act, reads, writes
from chassis.http.authentication import principal_of
from chassis.http.bodies import Code12
from chassis.http.dependencies import CursorKey, SealerOf, Subtree
from chassis.http.examples import Operation, describes, openapi_example, refuses
from chassis.http.lists import Page, Paged, Paging
from chassis.http.ordinary import Ordinary
from chassis.http.permissions import declares
from chassis.http.plain import read
from chassis.http.strict_json import raw
from chassis.http.tracing import begin_trace
from chassis.journal.context import Acting, acting_as
from contracts.codes import DivisionKind, DivisionLevel
from contracts.demonstration import COUNTY
from contracts.intake.directory import division_id
from contracts.roles import Permission
from services.intake.directory import commands, domain, queries
from services.intake.directory.queries import GridRow, OrganisationRow, StaffRow
from services.intake.directory.schemas import (
    DivisionBatch,
    DivisionBody,
    DivisionResults,
    DivisionView,
    GridBody,
    GridView,
    OrganisationBody,
    OrganisationView,
    StaffBody,
    StaffView,
)

router = APIRouter(tags=["directory"], route_class=Ordinary)

DIVISIONS: Final = "intake.divisions"
Item = TypeVar("Item", bound=BaseModel)
Reading = Annotated[Act, reads(Permission.INTAKE_DIRECTORY_READ)]
Keeping = Annotated[Act, writes(Permission.INTAKE_DIRECTORY_MANAGE)]


@declares(Permission.INTAKE_DIRECTORY_MANAGE)
@describes(
    Operation(
        request=DivisionBatch,
        response=DivisionResults,
        tags=("directory",),
        extra=openapi_example(),
        responses=refuses(),
        keyed=False,
    )
)
async def record_divisions(request: Request) -> Response:
    """Record many divisions at once.

    At most 1,000, in order, all in one transaction; what is refused is refused alone. Safe to repeat: a division that
    stands so already is left alone. Places outside the caller's jurisdiction may be added, not changed.
    """
    body = read(DivisionBatch, raw(request.scope))
    principal = principal_of(request)
    who = Acting(actor=principal.subject, correlation_id=begin_trace(request.scope).correlation_id)
    with acting_as(who):
        async with request.app.state.service.database.transaction(principal.scope) as session:
            outcomes = await commands.record_divisions(session, [one.told() for one in body.items], principal.scope)
    return Response(orjson.dumps({"items": [_result(outcome) for outcome in outcomes]}), 200, None, "application/json")


PLAIN: Final = (PlainRoute("/v1/divisions/batch", record_divisions, methods=["POST"]),)


def _result(outcome: commands.Outcome) -> dict[str, Any]:
    result: dict[str, Any] = {"id": division_id(outcome.code), "code": outcome.code, "status": outcome.status}
    if outcome.refusal is not None:
        refusal = outcome.refusal
        result["problem"] = {"code": refusal.code, "zh": refusal.zh, "en": refusal.en}
    return result


@router.get("/divisions")
async def list_divisions(
    *,
    act: Reading,
    paged: Paged,
    key: CursorKey,
    division: Subtree,
    level: Annotated[DivisionLevel | None, Query()] = None,
    kind: Annotated[list[DivisionKind] | None, Query(description="may be given more than once")] = None,
    parent: Annotated[Code12 | None, Query(description="directly below this division")] = None,
) -> Page[DivisionView]:
    """Divisions in the order of their codes."""
    matching = queries.matching_divisions(under=division, level=level, kinds=kind or (), parent=parent)
    after = paged.after(key, DIVISIONS)
    rows = await queries.divisions(act.session, matching, after=str(after[0]) if after else "", limit=paged.rows)
    return paged.page(
        rows,
        key=key,
        name=DIVISIONS,
        position=lambda row: [row.code],
        view=DivisionView.of,
        counted=await queries.count(act.session, matching) if paged.total else None,
    )


@router.get("/divisions/{code}", openapi_extra=openapi_example(code=COUNTY), responses=refuses(domain.RecordUnknown))
async def read_division(code: Code12, act: Reading) -> DivisionView:
    """One division."""
    return DivisionView.of(await queries.division(act.session, code))


@router.post(
    "/divisions",
    status_code=201,
    openapi_extra=openapi_example(key="example:intake.divisions"),
    responses=refuses(
        domain.AlreadyRecorded,
        domain.DivisionConflict,
        domain.OutsideJurisdiction,
        domain.LevelDoesNotFit,
        domain.KindDoesNotFit,
        domain.ParentDoesNotFit,
        domain.ValidityReversed,
    ),
)
async def record_division(body: DivisionBody, act: Keeping) -> Acknowledgement:
    """Add a division of the caller's jurisdiction."""
    return act.acknowledge(await commands.record_division(act.session, body.told(), act.principal.scope))


@router.get("/organisations")
async def list_organisations(act: Reading, paged: Paged, key: CursorKey, division: Subtree) -> Page[OrganisationView]:
    """Organisations in the order in which they were recorded."""
    return await _page(act, paged, key, table=OrganisationRow, division=division, view=OrganisationView.of)


@router.post(
    "/organisations",
    status_code=201,
    openapi_extra=openapi_example(key="example:intake.organisations"),
    responses=refuses(domain.DivisionUnknown, domain.OutsideJurisdiction, domain.ValidityReversed),
)
async def record_organisation(body: OrganisationBody, act: Keeping) -> Acknowledgement:
    """Add an organisation."""
    entry = await commands.record_organisation(
        act.session,
        act.principal.scope,
        name=body.name,
        kind=body.kind,
        division=body.division,
        valid_from=body.valid_from,
        valid_to=body.valid_to,
    )
    return act.acknowledge(entry)


@router.get("/staff")
async def list_staff(
    act: Reading, paged: Paged, key: CursorKey, sealer: SealerOf, division: Subtree
) -> Page[StaffView]:
    """Posts in the order in which they were recorded; who holds them is masked."""
    return await _page(act, paged, key, table=StaffRow, division=division, view=lambda row: StaffView.of(row, sealer))


@router.post(
    "/staff",
    status_code=201,
    openapi_extra=openapi_example(key="example:intake.staff"),
    responses=refuses(
        domain.DivisionUnknown, domain.OrganisationUnknown, domain.OutsideJurisdiction, domain.ValidityReversed
    ),
)
async def record_staff(body: StaffBody, act: Keeping, sealer: SealerOf) -> Acknowledgement:
    """Add a post; the name of whoever holds it is sealed."""
    entry = await commands.record_staff(
        act.session,
        act.principal.scope,
        sealer,
        organisation_id=body.organisation_id,
        division=body.division,
        post=body.post,
        roles=body.roles,
        name=body.name,
        valid_from=body.valid_from,
        valid_to=body.valid_to,
    )
    return act.acknowledge(entry)


@router.get("/grids")
async def list_grids(act: Reading, paged: Paged, key: CursorKey, division: Subtree) -> Page[GridView]:
    """Grids in the order in which they were recorded."""
    return await _page(act, paged, key, table=GridRow, division=division, view=GridView.of)


@router.post(
    "/grids",
    status_code=201,
    openapi_extra=openapi_example(key="example:intake.grids"),
    responses=refuses(
        domain.DivisionUnknown,
        domain.AlreadyRecorded,
        domain.GridDoesNotFit,
        domain.OutsideJurisdiction,
        domain.ValidityReversed,
    ),
)
async def record_grid(body: GridBody, act: Keeping) -> Acknowledgement:
    """Add a grid; its number of households is taken as it is."""
    entry = await commands.record_grid(
        act.session,
        act.principal.scope,
        code=body.code,
        name=body.name,
        division=body.division,
        households=body.households,
        valid_from=body.valid_from,
        valid_to=body.valid_to,
    )
    return act.acknowledge(entry)


async def _page(
    act: Act,
    paged: Paging,
    key: bytes,
    *,
    table: type[queries.Kept],
    division: Scope | None,
    view: Callable[[queries.Kept], Item],
) -> Page[Item]:
    """A page of organisations, posts or grids."""
    name = f"intake.{table.__tablename__}"
    after = paged.after(key, name)
    rows = await queries.records(
        act.session, table, division, after=UUID(str(after[0])) if after else None, limit=paged.rows
    )
    counted = await queries.count(act.session, queries.matching(table, division)) if paged.total else None
    return paged.page(rows, key=key, name=name, position=lambda row: [str(row.id)], view=view, counted=counted)
