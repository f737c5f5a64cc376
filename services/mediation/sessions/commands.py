"""What can be done with sessions: record one that was held."""

from datetime import datetime
from typing import Final
from uuid import UUID

from chassis.database.scope import Scope
from chassis.database.session import Session
from chassis.journal.entries import Entry, new_id
from chassis.journal.record import record
from chassis.security.sealing import Sealer
from contracts.codes import SessionOutcome
from contracts.mediation.cases import MediationSessionHeld
from services.mediation.cases import commands as cases
from services.mediation.cases import domain
from services.mediation.sessions import tables

NOTES: Final = "mediation.sessions.notes_sealed"


async def record_session(
    session: Session,
    case_id: UUID,
    *,
    scope: Scope,
    expected: int | None,
    outcome: SessionOutcome,
    held_at: datetime | None,
    notes: str | None,
    sealer: Sealer,
) -> Entry:
    """Record a session that was held, now or at `held_at`. Its notes are sealed in their row and nowhere else."""
    case = await cases.case_to_change(session, case_id, scope, expected)
    number = cases.hold_session(case)
    now = cases.now_of(session)
    held = domain.happened(held_at, earliest=case.registered_at, now=now, field="held_at")
    row_id = new_id()
    session.add(
        tables.MediationSession(
            id=row_id,
            case_id=case_id,
            number=number,
            division=case.division,
            held_at=held,
            outcome=outcome,
            mediator_id=case.mediator_id,
            notes_sealed=None if notes is None else sealer.seal(notes, NOTES, row_id),
            recorded_at=now,
        )
    )
    fact = MediationSessionHeld(case_id=case_id, division=case.division, session=number, outcome=outcome, held_at=held)
    return await record(session, fact, division=case.division, occurred_at=held)
