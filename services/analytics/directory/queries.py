"""Every SQL statement about the copy of the directory."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Select, func, select
from sqlmodel import col

from chassis.database.scope import Scope
from chassis.database.session import Session
from contracts.codes import DivisionLevel
from services.analytics.directory.tables import Division


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """What a list of divisions is narrowed to; `division` is a subtree, its root included."""

    division: Scope | None = None
    level: DivisionLevel | None = None


async def divisions(session: Session, filters: Filters, *, after: str | None, limit: int) -> Sequence[Division]:
    """A page of divisions in the order of their codes, behind `after`."""
    statement = _filtered(select(Division), filters)
    if after is not None:
        statement = statement.where(col(Division.code) > after)
    return (await session.scalars(statement.order_by(col(Division.code)).limit(limit))).all()


async def total(session: Session, filters: Filters, *, at_most: int) -> int:
    """How many divisions the filters find, counted no further than `at_most`."""
    some = _filtered(select(Division), filters).with_only_columns(col(Division.record_id)).limit(at_most).subquery()
    return await session.scalar(select(func.count()).select_from(some)) or 0


async def names(session: Session, codes: Collection[str]) -> Mapping[str, str]:
    """Names of those of these divisions that the copy has, by code."""
    if not codes:
        return {}
    rows = await session.execute(select(col(Division.code), col(Division.name)).where(col(Division.code).in_(codes)))
    return {row.code: row.name for row in rows}


def _filtered(statement: Select[Division], filters: Filters) -> Select[Division]:
    if filters.division is not None:
        statement = statement.where(func.starts_with(col(Division.code), filters.division.value))
    if filters.level is not None:
        statement = statement.where(col(Division.level) == filters.level)
    return statement
