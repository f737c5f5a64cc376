"""Every SQL statement about opinions and their deliveries."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select
from sqlmodel import col

from chassis.database import columns
from chassis.database.scope import Scope
from chassis.database.session import Session
from services.petition.opinions.domain import OpinionUnknown
from services.petition.opinions.tables import Delivery, Opinion


async def opinion(session: Session, matter_id: UUID, scope: Scope) -> Opinion:
    """The opinion of a matter; once made out it does not change. Raises OpinionUnknown."""
    statement = select(Opinion).where(col(Opinion.matter_id) == matter_id, columns.within(Opinion.division, scope))
    found = await session.scalar(statement)
    if found is None:
        raise OpinionUnknown(matter_id)
    return found


async def deliveries_of(session: Session, matter_id: UUID) -> Sequence[Delivery]:
    """The deliveries, in the order in which they happened; for whoever has found the matter itself."""
    statement = select(Delivery).where(col(Delivery.matter_id) == matter_id)
    order = (col(Delivery.delivered_at), col(Delivery.petitioner_id))
    return (await session.scalars(statement.order_by(*order))).all()
