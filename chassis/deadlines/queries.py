"""Every statement about deadlines."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import insert, select, update

from chassis.database.session import Session
from chassis.deadlines.tables import DEADLINES, DeadlineState


@dataclass(frozen=True, slots=True, kw_only=True)
class Deadline:
    """A statutory deadline of a case. In time means before `due_at`; both dates are empty while a pause is open."""

    id: UUID
    case_id: UUID
    division: str
    rule: str
    basis: str
    started_at: datetime
    due_at: datetime | None
    due_date: date | None
    calendar_version: str
    provisional: bool
    pauses: list[dict[str, Any]]
    extension_days: int
    state: DeadlineState
    met_at: datetime | None
    missed_at: datetime | None


async def add(session: Session, deadline: Deadline) -> None:
    """Write a new row."""
    await session.execute(insert(DEADLINES).values(**{name: getattr(deadline, name) for name in FIELDS}))


async def change(session: Session, deadline_id: UUID, **values: object) -> None:
    """Change columns of one row."""
    await session.execute(update(DEADLINES).where(DEADLINES.c.id == deadline_id).values(**values))


async def of_case(session: Session, case_id: UUID) -> Sequence[Deadline]:
    """Every deadline of a case, in the order they started."""
    statement = select(DEADLINES).where(DEADLINES.c.case_id == case_id)
    rows = await session.execute(statement.order_by(DEADLINES.c.started_at, DEADLINES.c.id))
    return [_deadline(row) for row in rows.mappings()]


async def live_for_update(session: Session, case_id: UUID, rule: str | None = None) -> Sequence[Deadline]:
    """Deadlines of a case that are still owed, late ones included, locked until commit."""
    owed = DEADLINES.c.state.in_([DeadlineState.OPEN, DeadlineState.MISSED])
    statement = select(DEADLINES).where(DEADLINES.c.case_id == case_id, owed, DEADLINES.c.met_at.is_(None))
    if rule is not None:
        statement = statement.where(DEADLINES.c.rule == rule)
    rows = await session.execute(statement.order_by(DEADLINES.c.started_at, DEADLINES.c.id).with_for_update())
    return [_deadline(row) for row in rows.mappings()]


async def overdue(session: Session, now: datetime, limit: int) -> Sequence[tuple[UUID, UUID, str]]:
    """Open deadlines whose last day is over at `now`, longest overdue first: id, case and rule, none of it locked."""
    columns = select(DEADLINES.c.id, DEADLINES.c.case_id, DEADLINES.c.rule)
    statement = columns.where(DEADLINES.c.state == DeadlineState.OPEN, DEADLINES.c.due_at <= now)
    rows = await session.execute(statement.order_by(DEADLINES.c.due_at, DEADLINES.c.id).limit(limit))
    return [(row.id, row.case_id, row.rule) for row in rows]


async def open_for_update(session: Session, deadline_id: UUID, now: datetime) -> Deadline | None:
    """The row if it is still open, overdue and free; None when another sweep or a command has it."""
    statement = select(DEADLINES).where(
        DEADLINES.c.id == deadline_id, DEADLINES.c.state == DeadlineState.OPEN, DEADLINES.c.due_at <= now
    )
    row = (await session.execute(statement.with_for_update(skip_locked=True))).mappings().one_or_none()
    return None if row is None else _deadline(row)


FIELDS = tuple(Deadline.__dataclass_fields__)


def _deadline(row: Any) -> Deadline:  # noqa: ANN401 -- SQLAlchemy's RowMapping
    return Deadline(**(dict(row) | {"state": DeadlineState(row["state"])}))
