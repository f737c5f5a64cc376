"""Every SQL statement about mediation cases."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Select, func, select, true
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col

from chassis.database import columns
from chassis.database.scope import Scope
from chassis.database.session import Session
from contracts.codes import DisputeType, MediationState, Tier
from services.mediation.cases.domain import CaseUnknown
from services.mediation.cases.tables import Case, DossierCounter


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """What a list of cases is narrowed to; `division` is a subtree, times are of registration, the end exclusive."""

    division: Scope | None = None
    state: MediationState | None = None
    category: DisputeType | None = None
    tier: Tier | None = None
    registered_from: datetime | None = None
    registered_before: datetime | None = None


async def case_for_update(session: Session, case_id: UUID, scope: Scope) -> Case:
    """The case, locked until commit: taken before anything is decided or recorded. Raises CaseUnknown."""
    found = await session.scalar(_cases(scope).where(col(Case.id) == case_id).with_for_update())
    if found is None:
        raise CaseUnknown(case_id)
    return found


async def case(session: Session, case_id: UUID, scope: Scope) -> Case:
    """The case as it stands; raises CaseUnknown."""
    found = await session.scalar(_cases(scope).where(col(Case.id) == case_id))
    if found is None:
        raise CaseUnknown(case_id)
    return found


async def is_known(session: Session, case_id: UUID) -> bool:
    """Whether mediation has ever had the case on its books, for the bus."""
    return await session.scalar(select(true()).where(col(Case.id) == case_id)) is not None


async def next_in_dossier(session: Session, county: str, year: int) -> int:
    """The next dossier number of a county and year. Its counter stays locked until commit, so none is left out."""
    counter = insert(DossierCounter).values(county=county, year=year, last=1)
    statement = counter.on_conflict_do_update(
        index_elements=["county", "year"], set_={"last": col(DossierCounter.last) + 1}
    ).returning(col(DossierCounter.last))
    return int((await session.execute(statement)).scalar_one())


async def cases(
    session: Session, scope: Scope, filters: Filters, *, after: tuple[datetime, UUID] | None, limit: int
) -> Sequence[Case]:
    """A page of cases, the latest registration first, behind the row that `after` names."""
    statement = _filtered(_cases(scope), filters)
    if after is not None:
        at, case_id = after
        statement = statement.where(
            (col(Case.registered_at) < at) | ((col(Case.registered_at) == at) & (col(Case.id) < case_id))
        )
    order = (col(Case.registered_at).desc(), col(Case.id).desc())
    return (await session.scalars(statement.order_by(*order).limit(limit))).all()


async def total(session: Session, scope: Scope, filters: Filters, *, at_most: int) -> int:
    """How many cases the filters find, counted no further than `at_most`."""
    some = _filtered(_cases(scope), filters).with_only_columns(col(Case.id)).limit(at_most).subquery()
    return await session.scalar(select(func.count()).select_from(some)) or 0


def _cases(scope: Scope) -> Select[Case]:
    return select(Case).where(columns.within(Case.division, scope))


def _filtered(statement: Select[Case], filters: Filters) -> Select[Case]:
    if filters.division is not None:
        # Not `within`: a test switches that one off, and a filter has to go on filtering.
        statement = statement.where(func.starts_with(col(Case.division), filters.division.value))
    if filters.state is not None:
        statement = statement.where(col(Case.state) == filters.state)
    if filters.category is not None:
        statement = statement.where(col(Case.category) == filters.category)
    if filters.tier is not None:
        statement = statement.where(col(Case.tier) == filters.tier)
    if filters.registered_from is not None:
        statement = statement.where(col(Case.registered_at) >= filters.registered_from)
    if filters.registered_before is not None:
        statement = statement.where(col(Case.registered_at) < filters.registered_before)
    return statement
