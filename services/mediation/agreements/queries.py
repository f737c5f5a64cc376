"""Every SQL statement about agreements."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select
from sqlmodel import col

from chassis.database import columns
from chassis.database.scope import Scope
from chassis.database.session import Session
from services.mediation.agreements.domain import AgreementUnknown
from services.mediation.agreements.tables import Agreement, Signature


async def agreement(session: Session, case_id: UUID, scope: Scope) -> Agreement:
    """The agreement of a case; under the lock of the case it does not change. Raises AgreementUnknown."""
    statement = select(Agreement).where(col(Agreement.case_id) == case_id, columns.within(Agreement.division, scope))
    found = await session.scalar(statement)
    if found is None:
        raise AgreementUnknown(case_id)
    return found


async def signatures_of(session: Session, case_id: UUID) -> Sequence[Signature]:
    """The parties' signatures, in the order in which they were given."""
    statement = select(Signature).where(col(Signature.case_id) == case_id)
    return (await session.scalars(statement.order_by(col(Signature.signed_at), col(Signature.party_id)))).all()
