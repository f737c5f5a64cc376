"""HTTP edge of petition matters."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from types import MappingProxyType
from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Query

from chassis.deadlines.commands import NoSuchDeadline
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
from chassis.rules.deadline_refusals import ExtensionOverLimit, ExtensionTooLate
from chassis.rules.refusals import IllegalTransition
from contracts.codes import ExtensionReason, PetitionCategory, PetitionRoute, PetitionState
from contracts.demonstration import CASES
from contracts.roles import Permission
from services.petition.demonstration import example
from services.petition.matters import commands, domain, queries
from services.petition.matters.domain import Action, NoticeWay
from services.petition.matters.schemas import (
    AcceptanceRequest,
    ConclusionRequest,
    ExtensionRequest,
    MatterSummary,
    MatterView,
    PartyView,
)
from services.petition.parties import queries as party_queries
from services.petition.parties.commands import masked

router = APIRouter(prefix="/matters", tags=["matters"], route_class=Ordinary)

LIST: Final = "petition.matters"
PERMISSION_OF: Final[Mapping[Action, Permission]] = MappingProxyType(
    {
        Action.ACCEPT: Permission.PETITION_MATTERS_ACCEPT,
        Action.EXTEND: Permission.PETITION_MATTERS_EXTEND,
        Action.ISSUE_OPINION: Permission.PETITION_OPINIONS_ISSUE,
        Action.DELIVER_OPINION: Permission.PETITION_OPINIONS_DELIVER,
        Action.CONCLUDE: Permission.PETITION_MATTERS_CONCLUDE,
    }
)
"""What a caller needs for each act."""


@router.get("")
async def list_matters(
    *,
    act: Annotated[Act, reads(Permission.PETITION_MATTERS_READ)],
    paged: Paged,
    key: CursorKey,
    division: Subtree,
    state: Annotated[PetitionState | None, Query()] = None,
    category: Annotated[PetitionCategory | None, Query()] = None,
    route: Annotated[PetitionRoute | None, Query()] = None,
    collective: Annotated[bool | None, Query(description="collective visits only, or all others")] = None,
    registered_from: Annotated[Day | None, Query(description="first day of registration, Shanghai")] = None,
    registered_to: Annotated[Day | None, Query(description="last day of registration, Shanghai")] = None,
) -> Page[MatterSummary]:
    """Petition matters of the caller's jurisdiction, the latest registration first."""
    filters = queries.Filters(
        division=division,
        state=state,
        category=category,
        route=route,
        collective=collective,
        registered_from=None if registered_from is None else _midnight(registered_from),
        registered_before=None if registered_to is None else _midnight(registered_to + timedelta(days=1)),
    )
    scope = act.principal.scope
    after = _position(paged.after(key, LIST))
    rows = await queries.matters(act.session, scope, filters, after=after, limit=paged.rows)
    counted = await queries.total(act.session, scope, filters, at_most=EXACT_UP_TO + 1) if paged.total else None
    return paged.page(
        rows,
        key=key,
        name=LIST,
        position=lambda matter: [matter.registered_at.isoformat(), str(matter.id)],
        view=lambda matter: MatterSummary.model_validate(matter, from_attributes=True),
        counted=counted,
    )


@router.get("/{matter_id}", openapi_extra=openapi_example(matter_id=CASES["petition.matters.read"]))
async def read_matter(
    matter_id: Id, act: Annotated[Act, reads(Permission.PETITION_MATTERS_READ)], sealer: SealerOf
) -> MatterView:
    """One petition matter: particulars masked, what the caller may do next, deadlines with their lamp."""
    matter = await queries.matter(act.session, matter_id, act.principal.scope)
    parties = await party_queries.parties_of(act.session, matter_id)
    version = await version_of(act.session, matter_id)
    act.tag(version)
    now = commands.now_of(act.session)
    return MatterView(
        **MatterSummary.model_validate(matter, from_attributes=True).model_dump(),
        version=version,
        narrative=matter.narrative,
        parties=[PartyView.model_validate(masked(party, sealer), from_attributes=True) for party in parties],
        notice=matter.notice,
        notice_given_at=matter.notice_given_at,
        extension_reason=matter.extension_reason,
        extended_at=matter.extended_at,
        conclusion=matter.conclusion,
        opinion_issued_at=matter.opinion_issued_at,
        opinion_delivered_at=matter.opinion_delivered_at,
        carried_out_at=matter.carried_out_at,
        actions=[action for action in domain.possible(matter.state) if act.principal.permits(PERMISSION_OF[action])],
        deadlines=[DeadlineView.of(deadline, now) for deadline in await of_case(act.session, matter_id)],
    )


@router.get("/{matter_id}/timeline", openapi_extra=openapi_example(matter_id=CASES["petition.matters.read"]))
async def read_timeline(
    matter_id: Id, act: Annotated[Act, reads(Permission.PETITION_MATTERS_TIMELINE)], paged: Paged, key: CursorKey
) -> Page[EntryView]:
    """Everything that happened to the matter here, in its order, with who did it and why."""
    await queries.matter(act.session, matter_id, act.principal.scope)
    return await timeline_page(act, matter_id, paged, key)


@router.post(
    "/{matter_id}/acceptance",
    status_code=201,
    openapi_extra=example(
        "petition.matters.accept", {"route": PetitionRoute.R31_6, "notice": {"way": NoticeWay.ON_THE_SPOT}}
    ),
    responses=refuses(
        IllegalTransition,
        domain.RouteNotOfCategory,
        domain.AccusationNotTakenHere,
        domain.PetitionerMissing,
        domain.NoticeOwed,
        domain.TimeInFuture,
        domain.TimeTooEarly,
        VersionMismatch,
    ),
)
async def accept(
    matter_id: Id,
    body: AcceptanceRequest,
    act: Annotated[Act, writes(Permission.PETITION_MATTERS_ACCEPT, if_match=True)],
) -> Acknowledgement:
    """Accept the matter on a route and tell the petitioner; on R31_6 alone the 60 days of handling start."""
    notice = None if body.notice is None else commands.Notice(body.notice.way, body.notice.given_at)
    entry = await commands.accept(
        act.session,
        matter_id,
        scope=act.principal.scope,
        expected=act.expected,
        route=body.route,
        accepted_at=body.accepted_at,
        notice=notice,
    )
    return act.acknowledge(entry)


@router.post(
    "/{matter_id}/extension",
    status_code=201,
    openapi_extra=example("petition.matters.extend", {"days": 20, "reason_code": ExtensionReason.APPRAISAL}),
    responses=refuses(IllegalTransition, NoSuchDeadline, ExtensionOverLimit, ExtensionTooLate, VersionMismatch),
)
async def extend(
    matter_id: Id,
    body: ExtensionRequest,
    act: Annotated[Act, writes(Permission.PETITION_MATTERS_EXTEND, if_match=True)],
) -> Acknowledgement:
    """Grant more time, as the head of the organ: once, at most 30 days, before the 60 days are over."""
    entry = await commands.extend(
        act.session,
        matter_id,
        scope=act.principal.scope,
        expected=act.expected,
        days=body.days,
        reason=body.reason_code,
    )
    return act.acknowledge(entry)


@router.post(
    "/{matter_id}/conclusion",
    status_code=201,
    openapi_extra=example("petition.matters.conclude", {"resolved": True}),
    responses=refuses(
        IllegalTransition,
        domain.NotCarriedOut,
        domain.NothingToCarryOut,
        domain.TimeInFuture,
        domain.TimeTooEarly,
        VersionMismatch,
    ),
)
async def conclude(
    matter_id: Id,
    body: ConclusionRequest,
    act: Annotated[Act, writes(Permission.PETITION_MATTERS_CONCLUDE, if_match=True)],
) -> Acknowledgement:
    """Conclude the matter, and say whether its substance is settled. An open review window stays open."""
    entry = await commands.conclude(
        act.session,
        matter_id,
        scope=act.principal.scope,
        expected=act.expected,
        resolved=body.resolved,
        carried_out_at=body.carried_out_at,
    )
    return act.acknowledge(entry)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), SHANGHAI)


def _position(values: Sequence[str | int] | None) -> tuple[datetime, UUID] | None:
    return None if values is None else (datetime.fromisoformat(str(values[0])), UUID(str(values[1])))
