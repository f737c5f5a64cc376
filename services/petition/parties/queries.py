"""Every SQL statement about parties."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select
from sqlmodel import col

from chassis.database.session import Session
from services.petition.parties.domain import PETITIONERS
from services.petition.parties.tables import Party


async def parties_of(session: Session, matter_id: UUID) -> Sequence[Party]:
    """The parties, in the order in which they were handed over; for whoever has found the matter itself."""
    statement = select(Party).where(col(Party.matter_id) == matter_id).order_by(col(Party.position))
    return (await session.scalars(statement)).all()


async def petitioners_of(session: Session, matter_id: UUID) -> Sequence[UUID]:
    """Ids of those who brought the matter, in the same order."""
    statement = select(col(Party.id)).where(col(Party.matter_id) == matter_id, col(Party.role).in_(PETITIONERS))
    return (await session.scalars(statement.order_by(col(Party.position)))).all()
