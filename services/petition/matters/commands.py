"""What a petition matter can be asked to do, by a person, by the bus or by the clock.

Each command locks the matter's row before it decides anything. `expected` is the version that the caller last saw, None
where nobody looked.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import cast
from uuid import UUID

from chassis.database.scope import SYSTEM, Scope
from chassis.database.session import Session
from chassis.deadlines import commands as deadlines
from chassis.deadlines.queries import Deadline, of_case
from chassis.deadlines.tables import DeadlineState
from chassis.journal.entries import Entry
from chassis.journal.record import VersionMismatch, record
from chassis.journal.timeline import version_of
from chassis.security.sealing import Sealer
from contracts.codes import ExtensionReason, OpinionConclusion, PetitionRoute
from contracts.intake.handovers import HandoverParticulars, PetitionRequested
from contracts.petition.matters import (
    PetitionAccepted,
    PetitionConcluded,
    PetitionDeadlineMissed,
    PetitionExtended,
    PetitionRegistered,
)
from services.petition.matters import domain, queries, tables
from services.petition.matters.domain import Action, NoticeWay
from services.petition.parties import commands as people
from services.petition.parties import domain as party_rules
from services.petition.parties import queries as party_queries


@dataclass(frozen=True, slots=True)
class Notice:
    """The petitioner was told in writing; `given_at` None: when the matter was accepted."""

    way: NoticeWay
    given_at: datetime | None = None


async def register(
    session: Session, request: PetitionRequested, particulars: HandoverParticulars, sealer: Sealer
) -> Entry | None:
    """Take a matter that intake handed over; None when it is on the books already. Raises AccusationNotTakenHere."""
    domain.may_register(request.category)
    if await queries.is_known(session, request.case_id):
        return None
    petitioners = [party for party in particulars.parties if party.role in party_rules.PETITIONERS]
    reachable = party_rules.reachable(party.phone or party.address for party in petitioners)
    clock = domain.notice_clock(request.channel, reachable=reachable)
    collective = domain.is_collective(request.visitors)
    session.add(
        tables.Matter(
            id=request.case_id,
            number=request.number,
            division=request.division,
            category=request.category,
            channel=request.channel,
            visitors=request.visitors,
            collective=collective,
            narrative=particulars.narrative,
            registered_at=request.registered_at,
            opened_at=now_of(session),
            state=domain.START,
            notice_clock=clock,
        )
    )
    await session.flush()
    people.hand_over(session, request.case_id, request.division, particulars.parties, sealer)
    if clock is not None:
        await deadlines.start(
            session,
            clock,
            case_id=request.case_id,
            division=request.division,
            started_at=request.received_at or request.registered_at,
            missed=request.notice_missed,
        )
    fact = PetitionRegistered(
        case_id=request.case_id,
        division=request.division,
        number=request.number,
        category=request.category,
        channel=request.channel,
        visitors=request.visitors,
        collective=collective,
        registered_at=request.registered_at,
    )
    return await record(session, fact, division=request.division)


async def accept(
    session: Session,
    matter_id: UUID,
    *,
    scope: Scope,
    expected: int | None,
    route: PetitionRoute,
    accepted_at: datetime | None,
    notice: Notice | None,
) -> Entry:
    """Accept the matter on a route and tell the petitioner, which meets the clock of the notice; 60 days on R31_6."""
    matter = await matter_to_change(session, matter_id, scope, expected)
    state = domain.accepted_into(matter.state, route)
    petitioners = await party_queries.petitioners_of(session, matter_id)
    domain.may_take(route, matter.category, petitioners=len(petitioners))
    now, registered = now_of(session), matter.registered_at
    accepted = domain.happened(accepted_at, now=now, earliest=registered, field="accepted_at")
    if notice is None:
        domain.may_leave_untold(matter.notice_clock)
    else:
        stated = notice.given_at or accepted
        matter.notice = notice.way
        matter.notice_given_at = domain.happened(stated, now=now, earliest=registered, field="notice.given_at")
    if matter.notice_clock is not None and matter.notice_given_at is not None:
        await stop_clock(session, matter, matter.notice_clock, matter.notice_given_at)
    clock = domain.handling_clock(route)
    deadline = None
    if clock is not None:
        deadline = await deadlines.start(
            session, clock, case_id=matter_id, division=matter.division, started_at=accepted
        )
    matter.state, matter.route, matter.accepted_at = state, route, accepted
    fact = PetitionAccepted(
        case_id=matter_id,
        division=matter.division,
        route=route,
        clock=clock,
        due_date=None if deadline is None else deadline.due_date,
        accepted_at=accepted,
    )
    return await record(session, fact, division=matter.division, occurred_at=accepted)


async def extend(
    session: Session, matter_id: UUID, *, scope: Scope, expected: int | None, days: int, reason: ExtensionReason
) -> Entry:
    """Grant more time to handle the matter, once and before the 60 days are over (XF§34).

    Refusals of the days are those of `chassis.rules.extensions`.
    """
    matter = await matter_to_change(session, matter_id, scope, expected)
    state = domain.advance(matter.state, Action.EXTEND)
    now = now_of(session)
    deadline = await deadlines.extend(session, matter_id, domain.HANDLE, days, now)
    matter.state, matter.extension_reason, matter.extended_at = state, reason, now
    fact = PetitionExtended(
        case_id=matter_id,
        division=matter.division,
        clock=deadline.rule,
        days=days,
        due_date=cast("date", deadline.due_date),  # never empty: no pause stops this clock
        reason_code=reason,
        extended_at=now,
    )
    return await record(session, fact, division=matter.division, reason_code=reason.value)


async def conclude(
    session: Session,
    matter_id: UUID,
    *,
    scope: Scope,
    expected: int | None,
    resolved: bool,
    carried_out_at: datetime | None,
) -> Entry:
    """The procedure is finished 办结, and said apart from it whether the substance is settled 化解.

    A review window that is open stays open: it is the petitioner's.
    """
    matter = await matter_to_change(session, matter_id, scope, expected)
    domain.may_conclude(matter.state, carried_out_at)
    now = now_of(session)
    if carried_out_at is not None:
        earliest = matter.opinion_issued_at
        matter.carried_out_at = domain.happened(carried_out_at, now=now, earliest=earliest, field="carried_out_at")
    matter.state = domain.advance(matter.state, Action.CONCLUDE)
    matter.concluded_at, matter.resolved = now, resolved
    fact = PetitionConcluded(
        case_id=matter_id,
        division=matter.division,
        resolved=resolved,
        on_time=await _handled_in_time(session, matter_id),
        concluded_at=now,
    )
    return await record(session, fact, division=matter.division)


async def miss(session: Session, matter_id: UUID, clock: str, due_date: date) -> None:
    """A duty's clock ran out unmet: a fact. The matter goes on, since being late excuses from nothing."""
    matter = await queries.matter_for_update(session, matter_id, SYSTEM)
    await _record_missed(session, matter, clock, due_date)


def issue_opinion(matter: tables.Matter, conclusion: OpinionConclusion, issued_at: datetime) -> None:
    """The organ made out its opinion: for the opinion, which owns its text. Raises IllegalTransition."""
    matter.state = domain.advance(matter.state, Action.ISSUE_OPINION)
    matter.conclusion, matter.opinion_issued_at = conclusion, issued_at


async def finish_handling(
    session: Session, matter: tables.Matter, conclusion: OpinionConclusion, delivered_at: datetime
) -> None:
    """The opinion has reached every petitioner, the last at `delivered_at`: the handling is finished.

    XF§34 wants a matter finished (办结) within 60 days and does not say by which act. An opinion in a drawer finishes
    nothing for whoever waits for it, and their own window runs from its receipt (XF§35): so the clock is met by the
    delivery, to the last of them. That is the strict reading; it costs an organ nothing but an earlier letter [D].
    """
    state = domain.delivered_into(matter.state, conclusion)
    await stop_clock(session, matter, domain.HANDLE, delivered_at)
    matter.state, matter.opinion_delivered_at = state, delivered_at


async def stop_clock(session: Session, matter: tables.Matter, clock: str, at: datetime) -> None:
    """The act that the clock asks for was done at `at`; if late and the sweep has not been by, the miss is recorded."""
    for deadline in await _of_rule(session, matter.id, clock):
        overdue = deadline.state is DeadlineState.OPEN and deadline.due_at is not None and at >= deadline.due_at
        if overdue and deadline.due_date is not None:
            await _record_missed(session, matter, clock, deadline.due_date)
    await deadlines.meet(session, matter.id, clock, at)


async def matter_to_change(session: Session, matter_id: UUID, scope: Scope, expected: int | None) -> tables.Matter:
    """The matter, locked, if it has the version that the caller saw; raises MatterUnknown and VersionMismatch."""
    matter = await queries.matter_for_update(session, matter_id, scope)
    if expected is not None and expected != await version_of(session, matter_id):
        raise VersionMismatch(matter_id)
    return matter


def now_of(session: Session) -> datetime:
    """The present, by the service's clock."""
    now: datetime = session.info["clock"].now()
    return now


async def _handled_in_time(session: Session, matter_id: UUID) -> bool | None:
    """Whether the 60 days were kept, a valid extension included; None on routes without them."""
    handling = await _of_rule(session, matter_id, domain.HANDLE)
    return handling[-1].state is DeadlineState.MET if handling else None


async def _of_rule(session: Session, matter_id: UUID, clock: str) -> list[Deadline]:
    return [deadline for deadline in await of_case(session, matter_id) if deadline.rule == clock]


async def _record_missed(session: Session, matter: tables.Matter, clock: str, due_date: date) -> None:
    fact = PetitionDeadlineMissed(case_id=matter.id, division=matter.division, clock=clock, due_date=due_date)
    await record(session, fact, division=matter.division)
