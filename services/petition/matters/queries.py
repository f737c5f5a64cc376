"""Every SQL statement about petition matters."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Select, func, select, true
from sqlmodel import col

from chassis.database import columns
from chassis.database.scope import Scope
from chassis.database.session import Session
from contracts.codes import PetitionCategory, PetitionRoute, PetitionState
from services.petition.matters.domain import MatterUnknown
from services.petition.matters.tables import Matter


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """What a list of matters is narrowed to; `division` is a subtree, times are of registration, the end exclusive."""

    division: Scope | None = None
    state: PetitionState | None = None
    category: PetitionCategory | None = None
    route: PetitionRoute | None = None
    collective: bool | None = None
    registered_from: datetime | None = None
    registered_before: datetime | None = None


async def matter_for_update(session: Session, matter_id: UUID, scope: Scope) -> Matter:
    """The matter, locked until commit: taken before anything is decided or recorded. Raises MatterUnknown."""
    found = await session.scalar(_matters(scope).where(col(Matter.id) == matter_id).with_for_update())
    if found is None:
        raise MatterUnknown(matter_id)
    return found


async def matter(session: Session, matter_id: UUID, scope: Scope) -> Matter:
    """The matter, to be read; raises MatterUnknown."""
    found = await session.scalar(_matters(scope).where(col(Matter.id) == matter_id))
    if found is None:
        raise MatterUnknown(matter_id)
    return found


async def is_known(session: Session, matter_id: UUID) -> bool:
    """Whether petition has ever had the matter on its books, for the bus."""
    return await session.scalar(select(true()).where(col(Matter.id) == matter_id)) is not None


async def matters(
    session: Session, scope: Scope, filters: Filters, *, after: tuple[datetime, UUID] | None, limit: int
) -> Sequence[Matter]:
    """A page of matters, the latest registration first, behind the row that `after` names."""
    statement = _filtered(_matters(scope), filters)
    if after is not None:
        at, matter_id = after
        statement = statement.where(
            (col(Matter.registered_at) < at) | ((col(Matter.registered_at) == at) & (col(Matter.id) < matter_id))
        )
    order = (col(Matter.registered_at).desc(), col(Matter.id).desc())
    return (await session.scalars(statement.order_by(*order).limit(limit))).all()


async def total(session: Session, scope: Scope, filters: Filters, *, at_most: int) -> int:
    """How many matters the filters find, counted no further than `at_most`."""
    some = _filtered(_matters(scope), filters).with_only_columns(col(Matter.id)).limit(at_most).subquery()
    return await session.scalar(select(func.count()).select_from(some)) or 0


def _matters(scope: Scope) -> Select[Matter]:
    return select(Matter).where(columns.within(Matter.division, scope))


def _filtered(statement: Select[Matter], filters: Filters) -> Select[Matter]:
    if filters.division is not None:
        # Not `within`: a test switches that one off, and a filter has to go on filtering.
        statement = statement.where(func.starts_with(col(Matter.division), filters.division.value))
    if filters.registered_from is not None:
        statement = statement.where(col(Matter.registered_at) >= filters.registered_from)
    if filters.registered_before is not None:
        statement = statement.where(col(Matter.registered_at) < filters.registered_before)
    equal = (
        (col(Matter.state), filters.state),
        (col(Matter.category), filters.category),
        (col(Matter.route), filters.route),
        (col(Matter.collective), filters.collective),
    )
    return statement.where(*(column == value for column, value in equal if value is not None))
