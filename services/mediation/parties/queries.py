"""Every SQL statement about parties."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select
from sqlmodel import col

from chassis.database.session import Session
from contracts.codes import ConsentStand
from services.mediation.parties.domain import PartyUnknown
from services.mediation.parties.tables import Party


async def parties_of(session: Session, case_id: UUID) -> Sequence[Party]:
    """The parties, in the order in which they were handed over; for whoever has found the case itself."""
    statement = select(Party).where(col(Party.case_id) == case_id).order_by(col(Party.position))
    return (await session.scalars(statement)).all()


def party_of(parties: Sequence[Party], party_id: UUID, field: str = "party_id") -> Party:
    """The party with this id; raises PartyUnknown."""
    for party in parties:
        if party.id == party_id:
            return party
    raise PartyUnknown(party_id, field=field)


def stands_of(parties: Sequence[Party]) -> list[ConsentStand | None]:
    """What each party answered."""
    return [party.stand for party in parties]
