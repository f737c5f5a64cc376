"""HTTP edge of mediation cases."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from types import MappingProxyType
from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Query

from chassis.deadlines.queries import of_case
from chassis.http.acknowledgements import Acknowledgement
from chassis.http.acting import Act, reads, writes
from chassis.http.bodies import Day, Id
from chassis.http.dependencies import CursorKey, SealerOf, Subtree
from chassis.http.examples import openapi_example, refuses
from chassis.http.lists import EXACT_UP_TO, Page, Paged
from chassis.http.ordinary import Ordinary
from chassis.http.timelines import timeline_page
from chassis.http.views import DeadlineView, EntryView
from chassis.journal.record import VersionMismatch
from chassis.journal.timeline import version_of
from chassis.rules.clock import SHANGHAI
from chassis.rules.refusals import IllegalTransition
from contracts.codes import (
    ConsentStand,
    DisputeType,
    MediationState,
    MediatorChoice,
    TerminationReason,
    Tier,
)
from contracts.demonstration import CASES, MEDIATOR, party_id
from contracts.roles import Permission
from services.mediation.cases import commands, domain, queries
from services.mediation.cases.domain import Action, NoticeForm
from services.mediation.cases.schemas import (
    AcceptanceRequest,
    CaseSummary,
    CaseView,
    ConsentAnswer,
    ConsentRequest,
    MediatorRequest,
    Notice,
    PartyView,
    TerminationRequest,
)
from services.mediation.demonstration import example
from services.mediation.parties import queries as party_queries
from services.mediation.parties.commands import masked
from services.mediation.parties.domain import AlreadyAnswered, PartyUnknown
from services.mediation.regimes import domain as regimes

router = APIRouter(prefix="/cases", tags=["cases"], route_class=Ordinary)

LIST: Final = "mediation.cases"
PERMISSION_OF: Final[Mapping[Action, Permission]] = MappingProxyType(
    {
        Action.SEEK_CONSENT: Permission.MEDIATION_CASES_SEEK_CONSENT,
        Action.RECORD_CONSENT: Permission.MEDIATION_CASES_RECORD_CONSENT,
        Action.ACCEPT: Permission.MEDIATION_CASES_ACCEPT,
        Action.ASSIGN_MEDIATOR: Permission.MEDIATION_CASES_ASSIGN_MEDIATOR,
        Action.RECORD_SESSION: Permission.MEDIATION_CASES_RECORD_SESSION,
        Action.AGREE: Permission.MEDIATION_AGREEMENTS_RECORD,
        Action.TAKE_EFFECT: Permission.MEDIATION_AGREEMENTS_MAKE_EFFECTIVE,
        Action.TERMINATE: Permission.MEDIATION_CASES_TERMINATE,
    }
)
"""What a caller needs for each act."""


@router.get("")
async def list_cases(
    *,
    act: Annotated[Act, reads(Permission.MEDIATION_CASES_READ)],
    paged: Paged,
    key: CursorKey,
    division: Subtree,
    state: Annotated[MediationState | None, Query()] = None,
    category: Annotated[DisputeType | None, Query()] = None,
    tier: Annotated[Tier | None, Query()] = None,
    registered_from: Annotated[Day | None, Query(description="first day of registration, Shanghai")] = None,
    registered_to: Annotated[Day | None, Query(description="last day of registration, Shanghai")] = None,
) -> Page[CaseSummary]:
    """Mediation cases of the caller's jurisdiction, the latest registration first."""
    filters = queries.Filters(
        division=division,
        state=state,
        category=category,
        tier=tier,
        registered_from=None if registered_from is None else _midnight(registered_from),
        registered_before=None if registered_to is None else _midnight(registered_to + timedelta(days=1)),
    )
    scope = act.principal.scope
    rows = await queries.cases(act.session, scope, filters, after=_position(paged.after(key, LIST)), limit=paged.rows)
    counted = await queries.total(act.session, scope, filters, at_most=EXACT_UP_TO + 1) if paged.total else None
    return paged.page(
        rows,
        key=key,
        name=LIST,
        position=lambda case: [case.registered_at.isoformat(), str(case.id)],
        view=lambda case: CaseSummary.model_validate(case, from_attributes=True),
        counted=counted,
    )


@router.get("/{case_id}", openapi_extra=openapi_example(case_id=CASES["mediation.cases.read"]))
async def read_case(
    case_id: Id, act: Annotated[Act, reads(Permission.MEDIATION_CASES_READ)], sealer: SealerOf
) -> CaseView:
    """One mediation case: particulars masked, what the caller may do next, deadlines with their lamp."""
    case = await queries.case(act.session, case_id, act.principal.scope)
    parties = await party_queries.parties_of(act.session, case_id)
    version = await version_of(act.session, case_id)
    act.tag(version)
    now = commands.now_of(act.session)
    ended = case.state is MediationState.TERMINATED
    notice = Notice(zh=regimes.ROUTES_NOTICE_ZH, en=regimes.ROUTES_NOTICE_EN, ways=regimes.ways_after(case.category))
    summary = CaseSummary.model_validate(case, from_attributes=True)
    return CaseView(
        **summary.model_dump(),
        version=version,
        people_involved=case.people_involved,
        amount_fen=case.amount_fen,
        narrative=case.narrative,
        parties=[PartyView.model_validate(masked(party, sealer), from_attributes=True) for party in parties],
        clock=case.clock,
        mediator_id=case.mediator_id,
        mediator_chosen_by=case.mediator_chosen_by,
        sessions=case.sessions,
        effective_at=case.effective_at,
        termination_reason=case.termination_reason,
        terminated_at=case.terminated_at,
        notice=notice if ended else None,
        actions=[
            action
            for action in domain.possible(case.state, party_queries.stands_of(parties))
            if act.principal.permits(PERMISSION_OF[action])
        ],
        deadlines=[DeadlineView.of(deadline, now) for deadline in await of_case(act.session, case_id)],
    )


@router.get("/{case_id}/timeline", openapi_extra=openapi_example(case_id=CASES["mediation.cases.read"]))
async def read_timeline(
    case_id: Id, act: Annotated[Act, reads(Permission.MEDIATION_CASES_TIMELINE)], paged: Paged, key: CursorKey
) -> Page[EntryView]:
    """Everything that happened to the case here, in its order, with who did it and why."""
    await queries.case(act.session, case_id, act.principal.scope)
    return await timeline_page(act, case_id, paged, key)


@router.post(
    "/{case_id}/consent-request",
    status_code=201,
    openapi_extra=example("mediation.cases.seek_consent", {"rights_notice": NoticeForm.ORAL}),
    responses=refuses(IllegalTransition, domain.OtherSideMissing, VersionMismatch),
)
async def seek_consent(
    case_id: Id,
    body: ConsentRequest,
    act: Annotated[Act, writes(Permission.MEDIATION_CASES_SEEK_CONSENT, if_match=True)],
) -> Acknowledgement:
    """Tell the parties of their rights and ask them whether they agree to mediation."""
    entry = await commands.seek_consent(
        act.session, case_id, scope=act.principal.scope, expected=act.expected, notice=body.rights_notice
    )
    return act.acknowledge(entry)


@router.post(
    "/{case_id}/consents",
    status_code=201,
    openapi_extra=example(
        "mediation.cases.record_consent",
        {"party_id": str(party_id("mediation.cases.record_consent", 1)), "stand": ConsentStand.CONSENTED},
    ),
    responses=refuses(IllegalTransition, AlreadyAnswered, PartyUnknown, VersionMismatch),
)
async def record_consent(
    case_id: Id,
    body: ConsentAnswer,
    act: Annotated[Act, writes(Permission.MEDIATION_CASES_RECORD_CONSENT, if_match=True)],
) -> Acknowledgement:
    """Record one party's answer. A refusal ends the case, and the answer to the request is that end."""
    entry = await commands.record_consent(
        act.session,
        case_id,
        scope=act.principal.scope,
        expected=act.expected,
        party_id=body.party_id,
        stand=body.stand,
    )
    return act.acknowledge(entry)


@router.post(
    "/{case_id}/acceptance",
    status_code=201,
    openapi_extra=example("mediation.cases.accept", {"category": DisputeType.NEIGHBOR}),
    responses=refuses(
        IllegalTransition,
        domain.ConsentMissing,
        domain.CategoryMissing,
        regimes.ClockStartMissing,
        regimes.ClockStartNotAsked,
        domain.TimeInFuture,
        VersionMismatch,
    ),
)
async def accept(
    case_id: Id,
    body: AcceptanceRequest,
    act: Annotated[Act, writes(Permission.MEDIATION_CASES_ACCEPT, if_match=True)],
) -> Acknowledgement:
    """Accept the case: it gets its dossier number, and the statutory clock of its type and channel starts."""
    entry = await commands.accept(
        act.session,
        case_id,
        scope=act.principal.scope,
        expected=act.expected,
        category=body.category,
        clock_started_at=body.clock_started_at,
    )
    return act.acknowledge(entry)


@router.post(
    "/{case_id}/mediator",
    status_code=201,
    openapi_extra=example(
        "mediation.cases.assign_mediator",
        {"mediator_id": str(MEDIATOR), "chosen_by": MediatorChoice.CHOSEN_BY_PARTIES},
    ),
    responses=refuses(IllegalTransition, domain.MediatorUnknown, domain.MediatorNotFit, VersionMismatch),
)
async def assign_mediator(
    case_id: Id,
    body: MediatorRequest,
    act: Annotated[Act, writes(Permission.MEDIATION_CASES_ASSIGN_MEDIATOR, if_match=True)],
) -> Acknowledgement:
    """Say who mediates, appointed by the committee or chosen by the parties; a later one replaces the earlier."""
    entry = await commands.assign_mediator(
        act.session,
        case_id,
        scope=act.principal.scope,
        expected=act.expected,
        mediator_id=body.mediator_id,
        chosen_by=body.chosen_by,
    )
    return act.acknowledge(entry)


@router.post(
    "/{case_id}/termination",
    status_code=201,
    openapi_extra=example("mediation.cases.terminate", {"reason": TerminationReason.NO_AGREEMENT}),
    responses=refuses(
        IllegalTransition,
        domain.ReasonNotPossible,
        domain.RefusalNotRecorded,
        domain.NotExpired,
        VersionMismatch,
    ),
)
async def terminate(
    case_id: Id,
    body: TerminationRequest,
    act: Annotated[Act, writes(Permission.MEDIATION_CASES_TERMINATE, if_match=True)],
    sealer: SealerOf,
) -> Acknowledgement:
    """End the case without an agreement. The case then carries the notice of the ways that stay open (RM§26)."""
    entry = await commands.terminate(
        act.session,
        case_id,
        scope=act.principal.scope,
        expected=act.expected,
        reason=body.reason,
        note=body.note,
        sealer=sealer,
    )
    return act.acknowledge(entry)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), SHANGHAI)


def _position(values: Sequence[str | int] | None) -> tuple[datetime, UUID] | None:
    return None if values is None else (datetime.fromisoformat(str(values[0])), UUID(str(values[1])))
