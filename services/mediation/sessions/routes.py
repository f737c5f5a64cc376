"""HTTP edge of sessions."""

from typing import Annotated, Final

from fastapi import APIRouter

from chassis.http.acknowledgements import Acknowledgement
from chassis.http.acting import Act, reads, writes
from chassis.http.bodies import Id
from chassis.http.dependencies import CursorKey, SealerOf
from chassis.http.examples import openapi_example, refuses
from chassis.http.lists import Page, Paged
from chassis.http.ordinary import Ordinary
from chassis.journal.record import VersionMismatch
from chassis.rules.refusals import IllegalTransition
from contracts.codes import SessionOutcome
from contracts.demonstration import CASES
from contracts.roles import Permission
from services.mediation.cases import queries as case_queries
from services.mediation.cases.domain import TimeInFuture, TimeTooEarly
from services.mediation.demonstration import example
from services.mediation.sessions import commands, queries
from services.mediation.sessions.schemas import SessionRequest, SessionView

router = APIRouter(prefix="/cases", tags=["sessions"], route_class=Ordinary)

LIST: Final = "mediation.sessions"


@router.get("/{case_id}/sessions", openapi_extra=openapi_example(case_id=CASES["mediation.cases.terminate"]))
async def list_sessions(
    case_id: Id, act: Annotated[Act, reads(Permission.MEDIATION_CASES_READ)], paged: Paged, key: CursorKey
) -> Page[SessionView]:
    """The sessions of a case in their order, without their notes."""
    scope = act.principal.scope
    case = await case_queries.case(act.session, case_id, scope)
    after = paged.after(key, LIST)
    rows = await queries.sessions_of(
        act.session, case_id, scope, after=int(after[0]) if after else None, limit=paged.rows
    )
    return paged.page(
        rows,
        key=key,
        name=LIST,
        position=lambda row: [row.number],
        view=lambda row: SessionView.model_validate(row, from_attributes=True),
        counted=case.sessions if paged.total else None,
    )


@router.post(
    "/{case_id}/sessions",
    status_code=201,
    openapi_extra=example("mediation.cases.record_session", {"outcome": SessionOutcome.ADJOURNED}),
    responses=refuses(IllegalTransition, TimeInFuture, TimeTooEarly, VersionMismatch),
)
async def record_session(
    case_id: Id,
    body: SessionRequest,
    act: Annotated[Act, writes(Permission.MEDIATION_CASES_RECORD_SESSION, if_match=True)],
    sealer: SealerOf,
) -> Acknowledgement:
    """Record a session that was held. Its notes are confidential and are sealed in their row."""
    entry = await commands.record_session(
        act.session,
        case_id,
        scope=act.principal.scope,
        expected=act.expected,
        outcome=body.outcome,
        held_at=body.held_at,
        notes=body.notes,
        sealer=sealer,
    )
    return act.acknowledge(entry)
