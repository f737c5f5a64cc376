"""What a mediation case can be asked to do, by a person, by the bus or by the clock.

Each command locks the case's row before it decides anything. `expected` is the version that the caller last saw, None
where nobody looked.
"""

from datetime import date, datetime
from typing import Final
from uuid import UUID

from chassis.database.scope import SYSTEM, Scope
from chassis.database.session import Session
from chassis.deadlines import commands as deadlines
from chassis.deadlines.queries import of_case
from chassis.deadlines.tables import DeadlineState
from chassis.journal.entries import Entry
from chassis.journal.record import VersionMismatch, record
from chassis.journal.timeline import version_of
from chassis.rules.clock import shanghai_date
from chassis.security.sealing import Sealer
from contracts.codes import (
    ConsentStand,
    DisputeType,
    MediationState,
    MediatorChoice,
    TerminationReason,
)
from contracts.intake.handovers import HandoverParticulars, MediationRequested
from contracts.mediation.cases import (
    MediationAccepted,
    MediationConsentRecorded,
    MediationConsentSought,
    MediationDeadlineMissed,
    MediationOpened,
    MediationTerminated,
    MediatorAssigned,
)
from services.mediation.cases import domain, queries, tables
from services.mediation.cases.domain import Action
from services.mediation.directory import queries as directory
from services.mediation.parties import commands as people
from services.mediation.parties import queries as party_queries
from services.mediation.parties.domain import outstanding_of
from services.mediation.regimes import domain as regimes

NOTE: Final = "mediation.cases.termination_note_sealed"


async def open_case(
    session: Session, request: MediationRequested, particulars: HandoverParticulars, sealer: Sealer
) -> Entry | None:
    """Take a case that intake handed over; None when it is on the books already. Raises ClockNotMediations."""
    if await queries.is_known(session, request.case_id):
        return None
    regimes.must_be_known(request.clock)
    session.add(
        tables.Case(
            id=request.case_id,
            number=request.number,
            county=domain.county_of(request.division),
            division=request.division,
            tier=request.tier,
            category=request.category,
            channel=request.channel,
            named_clock=request.clock,
            people_involved=request.people_involved,
            amount_fen=request.amount_fen,
            narrative=particulars.narrative,
            registered_at=request.registered_at,
            opened_at=now_of(session),
            state=MediationState.REGISTERED,
            sessions=0,
        )
    )
    await session.flush()
    people.hand_over(session, request.case_id, request.division, particulars.parties, sealer)
    fact = MediationOpened(
        case_id=request.case_id,
        division=request.division,
        tier=request.tier,
        category=request.category,
        number=request.number,
    )
    return await record(session, fact, division=request.division)


async def seek_consent(
    session: Session, case_id: UUID, *, scope: Scope, expected: int | None, notice: domain.NoticeForm
) -> Entry:
    """The parties were told of their rights (R75§30) and asked whether they agree (RM§17)."""
    case = await case_to_change(session, case_id, scope, expected)
    state = domain.advance(case.state, Action.SEEK_CONSENT)
    parties = await party_queries.parties_of(session, case_id)
    domain.may_seek_consent(len(parties))
    case.state = state
    case.rights_notice = notice
    case.consent_sought_at = now_of(session)
    fact = MediationConsentSought(case_id=case_id, division=case.division, parties=len(parties))
    return await record(session, fact, division=case.division)


async def record_consent(
    session: Session, case_id: UUID, *, scope: Scope, expected: int | None, party_id: UUID, stand: ConsentStand
) -> Entry:
    """One party's answer. A refusal ends the case (RM§17): then the fact that is returned is its end."""
    case = await case_to_change(session, case_id, scope, expected)
    domain.advance(case.state, Action.RECORD_CONSENT)
    parties = await party_queries.parties_of(session, case_id)
    party = party_queries.party_of(parties, party_id)
    now = now_of(session)
    people.answer(party, stand, now)
    fact = MediationConsentRecorded(
        case_id=case_id,
        division=case.division,
        party_id=party_id,
        role=party.role,
        stand=stand,
        outstanding=outstanding_of(party_queries.stands_of(parties)),
    )
    entry = await record(session, fact, division=case.division)
    if stand is ConsentStand.REFUSED:
        entry = await _end(session, case, TerminationReason.REFUSED, now)
    return entry


async def accept(
    session: Session,
    case_id: UUID,
    *,
    scope: Scope,
    expected: int | None,
    category: DisputeType | None,
    clock_started_at: datetime | None,
) -> Entry:
    """Accept the case: it gets its dossier number and the clock of its regime starts."""
    case = await case_to_change(session, case_id, scope, expected)
    state = domain.advance(case.state, Action.ACCEPT)
    domain.may_accept(party_queries.stands_of(await party_queries.parties_of(session, case_id)))
    category = domain.classified(case.category, category)
    clock = regimes.clock_of(category, case.channel, case.named_clock)
    now = now_of(session)
    if clock_started_at is not None:
        domain.happened(clock_started_at, now=now, field="clock_started_at")
    started_at = regimes.start_of(clock, accepted_at=now, applied_at=case.registered_at, stated=clock_started_at)
    year = shanghai_date(now).year
    county = await directory.division_name(session, f"{case.county}000000")
    number = await queries.next_in_dossier(session, case.county, year)
    deadline = await deadlines.start(session, clock, case_id=case_id, division=case.division, started_at=started_at)
    case.state, case.category, case.clock, case.accepted_at = state, category, clock, now
    case.dossier_number = domain.dossier_number(year, county, number)
    fact = MediationAccepted(
        case_id=case_id,
        division=case.division,
        tier=case.tier,
        category=category,
        clock=clock,
        due_date=deadline.due_date,
        accepted_at=now,
        dossier_number=case.dossier_number,
    )
    return await record(session, fact, division=case.division)


async def assign_mediator(
    session: Session,
    case_id: UUID,
    *,
    scope: Scope,
    expected: int | None,
    mediator_id: UUID,
    chosen_by: MediatorChoice,
) -> Entry:
    """Say who mediates, appointed or chosen by the parties (RM§19); a later assignment replaces the earlier."""
    case = await case_to_change(session, case_id, scope, expected)
    state = domain.advance(case.state, Action.ASSIGN_MEDIATOR)
    now = now_of(session)
    staff = await directory.staff(session, mediator_id)
    post = None
    if staff is not None:
        covers = Scope.of(staff.division).holds(case.division)
        post = domain.Post(
            roles=frozenset(staff.roles), covers=covers, valid_from=staff.valid_from, valid_to=staff.valid_to
        )
    domain.may_mediate(post, shanghai_date(now))
    case.state, case.mediator_id, case.mediator_chosen_by = state, mediator_id, chosen_by
    fact = MediatorAssigned(
        case_id=case_id, division=case.division, mediator_id=mediator_id, chosen_by=chosen_by, assigned_at=now
    )
    return await record(session, fact, division=case.division)


async def terminate(
    session: Session,
    case_id: UUID,
    *,
    scope: Scope,
    expected: int | None,
    reason: TerminationReason,
    note: str | None,
    sealer: Sealer,
) -> Entry:
    """End the case without an agreement; the note is sealed, the fact has the reason's code alone."""
    case = await case_to_change(session, case_id, scope, expected)
    now = now_of(session)
    domain.may_terminate(
        case.state,
        reason,
        stands=party_queries.stands_of(await party_queries.parties_of(session, case_id)),
        due_at=await _due_at(session, case),
        now=now,
    )
    note_sealed = None if note is None else sealer.seal(note, NOTE, case_id)
    return await _end(session, case, reason, now, note_sealed)


async def miss(session: Session, case_id: UUID, clock: str, due_date: date) -> None:
    """The clock ran out. The case stays open, for people to end it, unless the law deems it failed (YL§38)."""
    case = await queries.case_for_update(session, case_id, SYSTEM)
    if case.state not in domain.OPEN:
        return
    await _record_missed(session, case, clock, due_date)
    if clock in regimes.DEEMED_FAILED and case.state in domain.UNDER_WAY:
        await _end(session, case, TerminationReason.EXPIRED, now_of(session))


def hold_session(case: tables.Case) -> int:
    """The parties sat down with the mediator: for the session, which owns its notes. Returns its number in the case."""
    case.state = domain.advance(case.state, Action.RECORD_SESSION)
    case.sessions += 1
    return case.sessions


def agree(case: tables.Case) -> None:
    """The parties agreed on terms: for the agreement, which owns them. Raises IllegalTransition."""
    case.state = domain.advance(case.state, Action.AGREE)


async def take_effect(session: Session, case: tables.Case, effective_at: datetime) -> None:
    """The agreement binds from `effective_at`: the mediation's clock is met, late or in time."""
    state = domain.advance(case.state, Action.TAKE_EFFECT)
    await _stop_clock(session, case, effective_at)
    case.state, case.effective_at = state, effective_at


async def case_to_change(session: Session, case_id: UUID, scope: Scope, expected: int | None) -> tables.Case:
    """The case, locked, if it still has the version that the caller saw; raises CaseUnknown and VersionMismatch."""
    case = await queries.case_for_update(session, case_id, scope)
    if expected is not None and expected != await version_of(session, case_id):
        raise VersionMismatch(case_id)
    return case


def now_of(session: Session) -> datetime:
    """The present, by the service's clock."""
    now: datetime = session.info["clock"].now()
    return now


async def _end(
    session: Session, case: tables.Case, reason: TerminationReason, now: datetime, note_sealed: bytes | None = None
) -> Entry:
    accepted = domain.was_accepted(case.state)
    state = domain.advance(case.state, Action.TERMINATE)
    await _stop_clock(session, case, now)
    await deadlines.close_all(session, case.id)
    case.state, case.termination_reason, case.terminated_at = state, reason, now
    case.termination_note_sealed = note_sealed
    fact = MediationTerminated(
        case_id=case.id,
        division=case.division,
        tier=case.tier,
        category=case.category,
        reason=reason,
        accepted=accepted,
        terminated_at=now,
    )
    return await record(session, fact, division=case.division, reason_code=reason.value)


async def _stop_clock(session: Session, case: tables.Case, at: datetime) -> None:
    """The mediation ended at `at`. Where that is too late and the sweep has not been by, the miss is recorded here."""
    if case.clock is None:
        return
    for deadline in await of_case(session, case.id):
        overdue = deadline.state is DeadlineState.OPEN and deadline.due_at is not None and at >= deadline.due_at
        if deadline.rule == case.clock and overdue and deadline.due_date is not None:
            await _record_missed(session, case, case.clock, deadline.due_date)
    await deadlines.meet(session, case.id, case.clock, at)


async def _record_missed(session: Session, case: tables.Case, clock: str, due_date: date) -> None:
    fact = MediationDeadlineMissed(case_id=case.id, division=case.division, clock=clock, due_date=due_date)
    await record(session, fact, division=case.division)


async def _due_at(session: Session, case: tables.Case) -> datetime | None:
    ends = [deadline.due_at for deadline in await of_case(session, case.id) if deadline.rule == case.clock]
    return ends[-1] if ends else None
