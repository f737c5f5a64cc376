"""HTTP edge of cases: registering on plain routes, everything else on ordinary ones."""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Annotated, Any, Final
from uuid import UUID

import orjson
from fastapi import APIRouter, Query
from fastapi.exceptions import RequestValidationError
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route as PlainRoute

from chassis.deadlines.queries import of_case
from chassis.http.acknowledgements import Acknowledgement
from chassis.http.acting import Act, Look, looks, reads, writes
from chassis.http.authentication import principal_of
from chassis.http.bodies import Day, Id
from chassis.http.dependencies import CursorKey, SealerOf, Subtree
from chassis.http.examples import Operation, describes, openapi_example, refuses
from chassis.http.failures import problem_of
from chassis.http.idempotency import IdempotencyKeyMissing, IdempotencyKeyReused, claim_of, request_hash
from chassis.http.lists import Page, Paged
from chassis.http.ordinary import Ordinary
from chassis.http.permissions import declares
from chassis.http.plain import read
from chassis.http.strict_json import raw
from chassis.http.timelines import timeline_page
from chassis.http.tracing import begin_trace
from chassis.http.views import DeadlineView, EntryView
from chassis.journal.context import Acting
from chassis.journal.record import VersionMismatch
from chassis.journal.timeline import record_access, version_of
from chassis.rules.clock import SHANGHAI
from chassis.security import masking
from contracts.codes import (
    AccessPurpose,
    CaseKind,
    CaseState,
    DisputeType,
    EvaluatedUnit,
    IntakeChannel,
    Route,
    Tier,
)
from contracts.demonstration import CASES
from contracts.roles import Permission
from services.intake.cases import commands, domain, queries
from services.intake.cases.commands import Registered, Registration
from services.intake.cases.queries import OPERATION
from services.intake.cases.schemas import (
    BatchAnswer,
    BatchRequest,
    CaseItem,
    CaseReceipt,
    CaseView,
    EvaluationView,
    ParticularsView,
    PartyView,
    RegisterRequest,
    SatisfactionRequest,
)
from services.intake.directory.domain import DivisionUnknown

router = APIRouter(prefix="/cases", tags=["cases"], route_class=Ordinary)

ADDRESS: Final = "/v1/cases"
LIST: Final = "intake.cases"
READ_IN_CLEAR: Final = ("name", "phone", "identity_number", "address")
REFUSALS: Final = (
    DivisionUnknown,
    domain.AccusationNotTakenHere,
    domain.PetitionCategoryMissing,
    domain.NotForThisKind,
    domain.TierDoesNotFit,
    domain.FewerThanParties,
    domain.InTheFuture,
    domain.AlreadyRegistered,
    IdempotencyKeyReused,
)


@declares(Permission.INTAKE_CASES_REGISTER)
@describes(
    Operation(
        request=RegisterRequest,
        response=CaseReceipt,
        status=201,
        tags=("cases",),
        extra=openapi_example(key="example:intake.cases.register"),
        responses=refuses(*REFUSALS),
    )
)
async def register(request: Request) -> Response:
    """Register a case.

    Whatever is brought is registered; registering is not accepting (登记不等于受理). The same key and body get the
    first answer again.
    """
    claim = claim_of(request, OPERATION)
    if claim is None:  # for the type checker: claim_of has refused
        raise IdempotencyKeyMissing
    body = read(RegisterRequest, raw(request.scope))
    registration = _registration(request, claim.key, claim.body_hash, body)
    (result,) = await commands.register(request.app.state.window, [registration])
    match result:
        case Registered():
            where = f"{request.scope.get('root_path', '')}{ADDRESS}/{result.case_id}"
            headers = {"ETag": '"1"', "Location": where}
            return Response(orjson.dumps(_receipt(result)), 201, headers, "application/json")
        case domain.AlreadyRegistered(case_id=UUID() as case_id):
            answer = problem_of(result).response(request.scope)
            answer.headers["Location"] = f"{request.scope.get('root_path', '')}{ADDRESS}/{case_id}"
            return answer
        case _:
            raise result


@declares(Permission.INTAKE_CASES_REGISTER)
@describes(
    Operation(
        request=BatchRequest,
        response=BatchAnswer,
        tags=("cases",),
        extra=openapi_example(),
        responses={},
        keyed=False,
    )
)
async def register_batch(request: Request) -> Response:
    """Register cases that were collected offline.

    At most 200; each under its own key, each succeeding or failing alone, with the answer it would have had alone. A
    batch may be repeated as it is: what was registered gets its first answer again.
    """
    body = read(BatchRequest, raw(request.scope))
    trace_id = begin_trace(request.scope).trace_id
    results: list[commands.Result | None] = [None] * len(body.items)
    sound: list[tuple[int, Registration]] = []
    for place, item in enumerate(body.items):
        try:
            told = read(RegisterRequest, item.case)
        except RequestValidationError as error:
            results[place] = error
            continue
        hashed = request_hash(OPERATION, ADDRESS, item.case)
        sound.append((place, _registration(request, item.key, hashed, told)))
    written = await commands.register(request.app.state.window, [registration for _, registration in sound])
    for (place, _), result in zip(sound, written, strict=True):
        results[place] = result
    items = [
        _item(item.key, result, trace_id)
        for item, result in zip(body.items, results, strict=True)
        if result is not None
    ]
    return Response(orjson.dumps({"items": items}), 200, None, "application/json")


PLAIN: Final = (
    PlainRoute(ADDRESS, register, methods=["POST"]),
    PlainRoute(f"{ADDRESS}/batch", register_batch, methods=["POST"]),
)
"""The hot routes; the router looks for them first."""


def _registration(request: Request, key: str, body_hash: bytes, body: RegisterRequest) -> Registration:
    principal = principal_of(request)
    return Registration(
        principal=principal.key,
        key=key,
        body_hash=body_hash,
        who=Acting(actor=principal.subject, correlation_id=begin_trace(request.scope).correlation_id),
        scope=principal.scope,
        case=body.told(),
    )


def _receipt(registered: Registered) -> dict[str, Any]:
    return {
        "id": str(registered.case_id),  # a repeat's comes from asyncpg, whose UUID orjson does not know
        "number": registered.number,
        "receipt_code": registered.receipt_code,
        "receipt": registered.receipt,
        "registered": orjson.Fragment(registered.data),
    }


def _item(key: str, result: commands.Result, trace_id: str) -> Mapping[str, Any]:
    if isinstance(result, Registered):
        return {"key": key, "status": 201, "repeated": result.repeated, "case": _receipt(result)}
    problem = problem_of(result)
    item = {"key": key, "status": int(problem.status), "problem": problem.content(trace_id)}
    if isinstance(result, domain.AlreadyRegistered) and result.case_id is not None:
        item["id"] = result.case_id
    return item


@router.get("")
async def list_cases(
    *,
    look: Annotated[Look, looks(Permission.INTAKE_CASES_READ)],
    paged: Paged,
    key: CursorKey,
    sealer: SealerOf,
    division: Subtree,
    state: Annotated[CaseState | None, Query()] = None,
    kind: Annotated[CaseKind | None, Query()] = None,
    category: Annotated[DisputeType | None, Query()] = None,
    tier: Annotated[Tier | None, Query()] = None,
    channel: Annotated[IntakeChannel | None, Query()] = None,
    registered_from: Annotated[Day | None, Query(description="first day of registration, Shanghai")] = None,
    registered_to: Annotated[Day | None, Query(description="last day of registration, Shanghai")] = None,
) -> Page[CaseItem]:
    """Cases of the caller's jurisdiction, the latest registration first."""
    database, scope = look.database, look.principal.scope
    matching = queries.matching(
        scope,
        queries.Filters(
            division=division,
            state=state,
            kind=kind,
            category=category,
            tier=tier,
            channel=channel,
            registered_from=None if registered_from is None else _midnight(registered_from),
            registered_before=None if registered_to is None else _midnight(registered_to + timedelta(days=1)),
        ),
    )
    after = paged.after(key, LIST)
    before = None if after is None else (datetime.fromisoformat(str(after[0])), UUID(str(after[1])))
    rows = await queries.newest(database, scope, matching, before=before, limit=paged.rows)

    def item(row: queries.ListedRow) -> CaseItem:
        sealed = row["name_sealed"]
        name = None if sealed is None else masking.mask_name(sealer.unseal(sealed, queries.NAME, row["party_id"]))
        return CaseItem.model_validate({**row, "first_party": name})

    return paged.page(
        rows,
        key=key,
        name=LIST,
        position=lambda row: [row["registered_at"].isoformat(), str(row["id"])],
        view=item,
        counted=await queries.count(database, scope, matching) if paged.total else None,
    )


@router.get("/{case_id}", openapi_extra=openapi_example(case_id=CASES["intake.cases.read"]))
async def read_case(
    case_id: Id, act: Annotated[Act, reads(Permission.INTAKE_CASES_READ)], sealer: SealerOf
) -> CaseView:
    """One case: particulars masked, what the caller may do next, deadlines with their lamp."""
    case = await queries.case(act.session, act.principal.scope, case_id)
    evaluations = await queries.evaluations(act.session, case_id)
    version = await version_of(act.session, case_id)
    act.tag(version)
    now = act.session.info["clock"].now()
    return CaseView.of(
        case,
        version=version,
        parties=[PartyView.masked(party) for party in await queries.particulars(act.session, case_id, sealer)],
        evaluations=[EvaluationView.of_row(one) for one in evaluations],
        actions=domain.actions(
            CaseState(case.state),
            None if case.route is None else Route(case.route),
            {EvaluatedUnit(one.unit) for one in evaluations},
            act.principal.permissions,
        ),
        deadlines=[DeadlineView.of(deadline, now) for deadline in await of_case(act.session, case_id)],
    )


@router.get("/{case_id}/timeline", openapi_extra=openapi_example(case_id=CASES["intake.cases.read"]))
async def read_timeline(
    case_id: Id, act: Annotated[Act, reads(Permission.INTAKE_CASES_TIMELINE)], paged: Paged, key: CursorKey
) -> Page[EntryView]:
    """Everything that happened to the case at the window, in its order, with who did it and why."""
    await queries.case(act.session, act.principal.scope, case_id)
    return await timeline_page(act, case_id, paged, key)


@router.get(
    "/{case_id}/particulars",
    openapi_extra=openapi_example(case_id=CASES["intake.cases.read"], purpose=AccessPurpose.CONTACT),
)
async def read_particulars(
    case_id: Id,
    act: Annotated[Act, reads(Permission.INTAKE_CASES_READ_PARTICULARS)],
    sealer: SealerOf,
    purpose: Annotated[AccessPurpose, Query(description="for what they are read; recorded before they leave")],
) -> ParticularsView:
    """Names, telephone and identity numbers and addresses in clear, for a stated purpose that is recorded."""
    case = await queries.case(act.session, act.principal.scope, case_id)
    await record_access(act.session, case_id, division=case.division, fields=READ_IN_CLEAR, purpose=purpose.value)
    parties = await queries.particulars(act.session, case_id, sealer)
    return ParticularsView(
        id=case_id,
        receipt_code=case.receipt_code,
        parties=[PartyView.model_validate(party, from_attributes=True) for party in parties],
    )


@router.post(
    "/{case_id}/satisfaction",
    status_code=201,
    openapi_extra=openapi_example(
        case_id=CASES["intake.cases.record_satisfaction"],
        if_match=4,  # registered, handed over, routed, concluded
        key="example:intake.cases.record_satisfaction",
        body={"of": "RESPONSIBLE_UNIT", "satisfaction": "SATISFIED"},
    ),
    responses=refuses(
        domain.NotConcluded,
        domain.AlreadyEvaluated,
        domain.UnitTookNoPart,
        domain.ReasonWithoutDissatisfaction,
        VersionMismatch,
    ),
)
async def record_satisfaction(
    case_id: Id,
    body: SatisfactionRequest,
    act: Annotated[Act, writes(Permission.INTAKE_CASES_RECORD_SATISFACTION, if_match=True)],
) -> Acknowledgement:
    """Record what the person said of one unit's handling (满意度评价), once for each unit, after the outcome."""
    entry = await commands.record_satisfaction(
        act.session,
        act.principal.scope,
        case_id,
        of=body.of,
        satisfaction=body.satisfaction,
        reason_code=body.reason_code,
        expected=act.expected,
    )
    return act.acknowledge(entry)


def _midnight(day: date) -> datetime:
    """When a day begins in Shanghai."""
    return datetime.combine(day, time(), SHANGHAI)
