"""Every SQL statement of the directory, and the short memory of divisions that registering asks."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final, TypeAlias, TypeVar
from uuid import UUID

from sqlalchemy import ARRAY, Date, Select, String, bindparam, func, text
from sqlmodel import col, select

from chassis.database.scope import CODE_LENGTH, SYSTEM, Scope
from chassis.database.session import Database, Session
from chassis.rules.clock import shanghai_date
from contracts.codes import DivisionKind, DivisionLevel
from services.intake.directory import domain
from services.intake.directory.tables import Division, Grid, Organisation, Staff

COUNTED: Final = 10_000
"""Up to here a total is exact; one more says that there are more."""
DIRECTORY_LOCK: Final = 7_302_027
"""Advisory lock of whoever writes divisions in bulk, so that two imports do not open one chain at once."""

COLUMNS: Final = ("code", "name", "parent_code", "level", "kind", "valid_from", "valid_to")
TAKE_TURNS = text("SELECT pg_advisory_xact_lock(:lock)")
SEE_EVERYTHING = text("SELECT set_config('ow.scope', :scope, true)")
PUT_DIVISIONS = text(
    f"""
    INSERT INTO divisions ({", ".join(COLUMNS)})
    SELECT * FROM unnest({", ".join(f":{name}" for name in COLUMNS)})
    ON CONFLICT (code) DO UPDATE SET {", ".join(f"{name} = excluded.{name}" for name in COLUMNS[1:])}
    """  # noqa: S608 -- names of our own columns
).bindparams(
    *(bindparam(name, type_=ARRAY(Date if name.startswith("valid") else String)) for name in COLUMNS),
)


def subtree(scope: Scope) -> tuple[str, str]:
    """First and last code of a subtree; codes are digits, so a range is what an index can walk."""
    return scope.value.ljust(CODE_LENGTH, "0"), scope.value.ljust(CODE_LENGTH, "9")


async def open_directory(session: Session) -> None:
    """Let this transaction see the chains of all divisions, and wait for others that write divisions in bulk.

    The directory has no jurisdiction to hide; what may be changed is decided by the command.
    """
    await session.execute(SEE_EVERYTHING, {"scope": SYSTEM.value})
    await session.execute(TAKE_TURNS, {"lock": DIRECTORY_LOCK})


async def divisions_by_code(session: Session, codes: Sequence[str]) -> Mapping[str, domain.Division]:
    """Those of the codes that the directory has."""
    rows = await session.scalars(select(Division).where(col(Division.code).in_(codes)))
    return {row.code: _division(row) for row in rows}


async def put_divisions(session: Session, divisions: Sequence[domain.Division]) -> None:
    """Write new divisions and overwrite changed ones, all in one statement."""
    if divisions:
        await session.execute(
            PUT_DIVISIONS, {name: [getattr(division, name) for division in divisions] for name in COLUMNS}
        )


async def division(session: Session, code: str) -> domain.Division:
    """The division with this code; raises RecordUnknown."""
    row = await session.scalar(select(Division).where(col(Division.code) == code))
    if row is None:
        raise domain.RecordUnknown(code)
    return _division(row)


def matching_divisions(
    *,
    under: Scope | None = None,
    level: DivisionLevel | None = None,
    kinds: Sequence[DivisionKind] = (),
    parent: str | None = None,
) -> Select[Any]:
    """Divisions in a subtree, of a level, of any of the kinds, directly below a parent."""
    statement = select(Division)
    if under is not None:
        statement = statement.where(col(Division.code).between(*subtree(under)))
    if level is not None:
        statement = statement.where(col(Division.level) == level.value)
    if kinds:
        statement = statement.where(col(Division.kind).in_([kind.value for kind in kinds]))
    if parent is not None:
        statement = statement.where(col(Division.parent_code) == parent)
    return statement


async def divisions(session: Session, matching: Select[Any], *, after: str, limit: int) -> list[domain.Division]:
    """A page of divisions in the order of their codes, after the one with code `after`."""
    statement = matching.where(col(Division.code) > after).order_by(col(Division.code)).limit(limit)
    return [_division(row) for row in await session.scalars(statement)]


OrganisationRow: TypeAlias = Organisation
StaffRow: TypeAlias = Staff
GridRow: TypeAlias = Grid
"""Rows as edges may read them; they are changed by this noun's commands only."""
Kept = TypeVar("Kept", Organisation, Staff, Grid)


def matching(table: type[Kept], under: Scope | None) -> Select[Any]:
    """Organisations, posts or grids whose division lies in a subtree."""
    statement: Select[Any] = select(table)
    return statement if under is None else statement.where(col(table.division).between(*subtree(under)))


async def records(
    session: Session, table: type[Kept], under: Scope | None, *, after: UUID | None, limit: int
) -> Sequence[Kept]:
    """A page of organisations, posts or grids in the order of their ids, which is the order they were recorded in."""
    statement = matching(table, under).order_by(col(table.id)).limit(limit)
    if after is not None:
        statement = statement.where(col(table.id) > after)
    rows: Sequence[Kept] = (await session.scalars(statement)).all()
    return rows


async def count(session: Session, statement: Select[Any]) -> int:
    """How many rows match, counted up to COUNTED + 1."""
    counted = select(func.count()).select_from(statement.limit(COUNTED + 1).subquery())
    return await session.scalar(counted) or 0


async def organisation(session: Session, organisation_id: UUID) -> Organisation:
    """The organisation with this id; raises OrganisationUnknown."""
    row = await session.get(Organisation, organisation_id)
    if row is None:
        raise domain.OrganisationUnknown(organisation_id, field="organisation_id")
    return row


async def has_grid(session: Session, code: str) -> bool:
    """Whether a grid with this code is recorded."""
    return await session.scalar(select(Grid.id).where(col(Grid.code) == code)) is not None


class Divisions:
    """Divisions that were found lately. Only what was found is remembered, so that a new one is known at once."""

    LIFETIME: Final = timedelta(seconds=60)
    CAPACITY: Final = 50_000

    def __init__(self, database: Database) -> None:
        self._database = database
        self._found: dict[str, tuple[datetime, domain.Division]] = {}

    async def find(self, code: str, now: datetime) -> domain.Division:
        """The division, valid today; raises DivisionUnknown."""
        until, known = self._found.get(code, (now, None))
        if known is None or until <= now:
            async with self._database.transaction(SYSTEM) as session:
                known = (await divisions_by_code(session, [code])).get(code)
            if known is None:
                raise domain.DivisionUnknown(code, field="division")
            if len(self._found) >= self.CAPACITY:
                self._found.clear()
            self._found[code] = (now + self.LIFETIME, known)
        if not domain.is_valid(known, shanghai_date(now)):
            raise domain.DivisionUnknown(code, field="division")
        return known


def _division(row: Division) -> domain.Division:
    return domain.Division(
        code=row.code,
        name=row.name,
        parent_code=row.parent_code,
        level=DivisionLevel(row.level),
        kind=DivisionKind(row.kind),
        valid_from=row.valid_from,
        valid_to=row.valid_to,
    )
