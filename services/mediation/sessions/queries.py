"""Every SQL statement about sessions."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select
from sqlmodel import col

from chassis.database import columns
from chassis.database.scope import Scope
from chassis.database.session import Session
from services.mediation.sessions.tables import MediationSession


async def sessions_of(
    session: Session, case_id: UUID, scope: Scope, *, after: int | None, limit: int
) -> Sequence[MediationSession]:
    """A page of the sessions of a case in their order, behind number `after`."""
    statement = select(MediationSession).where(
        col(MediationSession.case_id) == case_id, columns.within(MediationSession.division, scope)
    )
    if after is not None:
        statement = statement.where(col(MediationSession.number) > after)
    return (await session.scalars(statement.order_by(col(MediationSession.number)).limit(limit))).all()
