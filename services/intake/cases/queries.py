"""Every SQL statement of cases: the one that registers, the few that find, and what is read for people."""

import asyncio
import functools
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, NamedTuple, TypeAlias
from uuid import UUID

import asyncpg
from sqlalchemy import ColumnElement, Integer, bindparam, func, text, tuple_
from sqlmodel import col, select

from chassis.database.prepared import Prepared
from chassis.database.scope import SYSTEM, Scope
from chassis.database.session import Database, Session
from chassis.database.statements import Arm, Input, Statement
from chassis.deadlines import arms as deadlines
from chassis.journal.arms import FirstAnswer, Opening, first_answers
from chassis.journal.entries import Entry
from chassis.security.sealing import Sealer
from contracts.codes import CaseKind, CaseState, EvaluatedUnit, IntakeChannel, PartyRole, Tier
from contracts.intake.cases import CaseRegistered
from services.intake.cases import domain
from services.intake.cases.tables import Case, Evaluation, Party
from services.intake.directory.queries import COUNTED, subtree

NAME: Final = "intake.parties.name_sealed"
PHONE: Final = "intake.parties.phone_sealed"
IDENTITY: Final = "intake.parties.identity_sealed"
ADDRESS: Final = "intake.parties.address_sealed"
"""Columns that sealed values are bound to."""

OWN: Final[Mapping[str, str]] = {
    "number": "text",
    "receipt_code": "text",
    "kind": "text",
    "channel": "text",
    "category": "text",
    "petition_category": "text",
    "tier": "text",
    "people_involved": "int",
    "visitors": "int",
    "amount_fen": "bigint",
    "scale": "text",
    "occurred_on": "date",
    "title": "text",
    "narrative": "text",
    "received_at": "timestamptz",
    "source": "text",
    "source_id": "text",
    "source_author": "text",
    "authorised_division": "text",
}
"""Columns of a case that its entry in the journal does not have already."""
PARTY: Final[Mapping[str, str]] = {
    "id": "uuid",
    "case_id": "uuid",
    "position": "smallint",
    "role": "text",
    "name_sealed": "bytea",
    "phone_sealed": "bytea",
    "identity_sealed": "bytea",
    "address_sealed": "bytea",
    "phone_index": "bytea",
    "identity_index": "bytea",
}
COUNTY_DIGITS: Final = 6
OPERATION: Final = "POST /v1/cases"
"""What the key is used for at every door: a phone may repeat in a batch what it sent alone."""
OPENING: Final = Opening(CaseRegistered, OPERATION)
INPUTS: Final = {
    "r": Input("arriving_case", {**OPENING.columns, **OWN}),
    "p": Input("arriving_party", {f"p_{name}": kind for name, kind in PARTY.items()}),
}
ARMS: Final = (
    *OPENING.arms,
    Arm(
        "c",
        f"INSERT INTO cases (id, division, county, registered_at, state, {', '.join(OWN)})"  # noqa: S608 -- own columns
        f" SELECT e_case_id, e_division, left(e_division, {COUNTY_DIGITS}), e_recorded_at, '{domain.START}',"
        f" {', '.join(OWN)} FROM n",
    ),
    Arm(
        "q",
        f"INSERT INTO parties (division, {', '.join(PARTY)})"  # noqa: S608 -- own columns
        f" SELECT e_division, {', '.join(f'p_{name}' for name in PARTY)} FROM p JOIN n ON n.e_case_id = p.p_case_id",
    ),
)
REGISTER: Final = Statement(inputs=INPUTS, arms=ARMS, closing="SELECT e_id FROM n")
"""The one statement that registers (performance.md 2b): keys, cases, parties, heads, journal, pointers."""
REGISTER_WITH_DEADLINES: Final = Statement(
    inputs={**INPUTS, "d": Input("arriving_deadline", deadlines.INPUT)},
    arms=(*ARMS, deadlines.ARM),
    closing="SELECT e_id FROM n",
)
"""The same where one of the cases has a deadline from its first day, as petitions do."""
SOURCE_IS_UNIQUE: Final = "uq_cases_source_source_id"
BLOCK: Final = 50
"""Official numbers that a process takes at once; those it has not given when it ends stay gaps."""
LARGEST_BLOCK: Final = 400
BLOCK_SECONDS: Final = 1.0
"""A block that is used up sooner is followed by one of twice its size: whoever is in a hurry need not ask so often."""
TAKE_NUMBERS = text(
    "INSERT INTO number_blocks (year, next) VALUES (:year, 1 + :size)"
    " ON CONFLICT (year) DO UPDATE SET next = number_blocks.next + :size RETURNING next - :size"
)


class Row(NamedTuple):
    """A case ready to be written, with everything that is written with it. Tuples stand in the order of the inputs."""

    principal: str
    key: str
    number: str
    receipt_code: str
    entry: Entry
    values: tuple[Any, ...]
    parties: Sequence[tuple[Any, ...]]
    deadlines: Sequence[tuple[Any, ...]]


async def register(connection: asyncpg.Connection, rows: Sequence[Row]) -> Sequence[FirstAnswer | None]:
    """Register all rows in one statement; a row whose key is known gets its first answer, a new one None."""
    due = [deadline for row in rows for deadline in row.deadlines]
    statement = REGISTER_WITH_DEADLINES if due else REGISTER
    arguments = statement.arguments(
        r=[row.values for row in rows], p=[party for row in rows for party in row.parties], d=due
    )
    written = {record["e_id"] for record in await connection.fetch(statement.text, *arguments)}
    repeats = [(row.principal, row.key) for row in rows if row.entry.id not in written]
    first = await first_answers(connection, repeats) if repeats else {}
    return [None if row.entry.id in written else first[row.principal, row.key] for row in rows]


async def answers_to(session: Session, keys: Sequence[tuple[str, str]]) -> Mapping[tuple[str, str], FirstAnswer]:
    """First answers to those of the keys that are known; the session must have begun its transaction."""
    connection = await (await session.connection()).get_raw_connection()
    driver = connection.driver_connection
    if not isinstance(driver, asyncpg.Connection):  # for the type checker: the engine makes no other
        raise TypeError
    return await first_answers(driver, keys)


def is_second_of_source(error: Exception) -> bool:
    """Whether the database refused a row because its source and id there are registered."""
    return isinstance(error, asyncpg.UniqueViolationError) and error.constraint_name == SOURCE_IS_UNIQUE


async def registered_from(session: Session, scope: Scope, source: str, source_id: str) -> UUID | None:
    """The case registered from this record of this source, None when there is none in the caller's jurisdiction."""
    statement = select(Case.id).where(col(Case.source) == source, col(Case.source_id) == source_id, within(scope))
    return await session.scalar(statement)


class Numbers:
    """Official numbers, `（2026）窗字第1号`: counted by year, taken from the database in blocks."""

    def __init__(self, database: Database, mark: str) -> None:
        self._database = database
        self._mark = mark
        self._taking = asyncio.Lock()
        self._year = 0
        self._left: Iterator[int] = iter(())
        self._size = BLOCK
        self._taken = 0.0

    async def next(self, year: int) -> str:
        """The next number of a year (Shanghai time)."""
        while (number := self._next_left(year)) is None:
            async with self._taking:
                if (number := self._next_left(year)) is not None:
                    break
                await self._take(year)
        return f"（{year}）{self._mark}字第{number}号"

    def _next_left(self, year: int) -> int | None:
        return next(self._left, None) if year == self._year else None

    async def _take(self, year: int) -> None:
        hurried = time.monotonic() - self._taken < BLOCK_SECONDS
        self._size = min(2 * self._size, LARGEST_BLOCK) if hurried else BLOCK
        async with self._database.transaction(SYSTEM) as session:
            first = int((await session.execute(TAKE_NUMBERS, {"year": year, "size": self._size})).scalar_one())
        self._year, self._left, self._taken = year, iter(range(first, first + self._size)), time.monotonic()


def jurisdiction(scope: Scope) -> str:
    """What a division must begin with to be the caller's business: the first wall, before row-level security."""
    return "" if scope.value == "*" else scope.value


def within(scope: Scope) -> ColumnElement[bool]:
    """Condition that a case lies in the caller's jurisdiction."""
    return func.starts_with(col(Case.division), jurisdiction(scope))


CaseRow: TypeAlias = Case
EvaluationRow: TypeAlias = Evaluation
ListedRow: TypeAlias = asyncpg.Record
"""Rows as edges and nouns above may read them; they are changed through this noun's commands only."""


CASE: Final = select(Case).where(
    col(Case.id) == bindparam("case_id"), func.starts_with(col(Case.division), bindparam("jurisdiction"))
)
CASE_FOR_UPDATE: Final = CASE.with_for_update()
PARTIES: Final = select(Party).where(col(Party.case_id) == bindparam("case_id")).order_by(col(Party.position))
EVALUATIONS: Final = select(Evaluation).where(col(Evaluation.case_id) == bindparam("case_id"))
"""Built once: building one anew at each reading costs as much as executing it."""


async def case(session: Session, scope: Scope, case_id: UUID) -> Case:
    """The case; raises CaseNotFound when there is none, or none in the caller's jurisdiction."""
    row = await session.scalar(CASE, {"case_id": case_id, "jurisdiction": jurisdiction(scope)})
    if row is None:
        raise domain.CaseNotFound(case_id)
    return row


async def case_for_update(session: Session, scope: Scope, case_id: UUID) -> Case:
    """The case, locked until commit: taken before anything of it is changed or recorded. Raises CaseNotFound."""
    row = await session.scalar(CASE_FOR_UPDATE, {"case_id": case_id, "jurisdiction": jurisdiction(scope)})
    if row is None:
        raise domain.CaseNotFound(case_id)
    return row


@dataclass(frozen=True, slots=True, kw_only=True)
class Particulars:
    """A party in clear: personal data, which leaves through a mask, after a recorded reason, or sealed."""

    id: UUID
    role: PartyRole
    name: str
    phone: str | None
    identity_number: str | None
    address: str | None


async def particulars(session: Session, case_id: UUID, sealer: Sealer) -> list[Particulars]:
    """The parties of a case in clear, in the order they were named."""
    rows = await session.scalars(PARTIES, {"case_id": case_id})
    return [
        Particulars(
            id=row.id,
            role=PartyRole(row.role),
            name=sealer.unseal(row.name_sealed, NAME, row.id),
            phone=_opened(sealer, row.phone_sealed, PHONE, row.id),
            identity_number=_opened(sealer, row.identity_sealed, IDENTITY, row.id),
            address=_opened(sealer, row.address_sealed, ADDRESS, row.id),
        )
        for row in rows
    ]


def _opened(sealer: Sealer, sealed: bytes | None, column: str, row_id: UUID) -> str | None:
    return None if sealed is None else sealer.unseal(sealed, column, row_id)


async def evaluations(session: Session, case_id: UUID) -> Sequence[Evaluation]:
    """What was said of the units that handled a case."""
    return (await session.scalars(EVALUATIONS, {"case_id": case_id})).all()


async def evaluated_units(session: Session, case_id: UUID) -> frozenset[EvaluatedUnit]:
    """Units of a case that have been evaluated."""
    return frozenset(EvaluatedUnit(row.unit) for row in await evaluations(session, case_id))


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """What a list of cases is narrowed to; None and empty narrow nothing."""

    division: Scope | None = None
    state: CaseState | None = None
    kind: CaseKind | None = None
    category: str | None = None
    tier: Tier | None = None
    channel: IntakeChannel | None = None
    registered_from: datetime | None = None
    registered_before: datetime | None = None


SHOWN: Final = (
    Case.id,
    Case.number,
    Case.kind,
    Case.channel,
    Case.category,
    Case.petition_category,
    Case.division,
    Case.tier,
    Case.state,
    Case.route,
    Case.progress,
    Case.outcome,
    Case.title,
    Case.people_involved,
    Case.registered_at,
)
"""Columns of a case in a list: the narrative is not among them."""


CONDITIONS: Final[Mapping[str, ColumnElement[bool]]] = {
    "jurisdiction": func.starts_with(col(Case.division), bindparam("jurisdiction")),
    "last_division": col(Case.division).between(bindparam("first_division"), bindparam("last_division")),
    "county": col(Case.county) == bindparam("county"),  # lets the index of the county's newest be walked
    "state": col(Case.state) == bindparam("state"),
    "kind": col(Case.kind) == bindparam("kind"),
    "category": col(Case.category) == bindparam("category"),
    "tier": col(Case.tier) == bindparam("tier"),
    "channel": col(Case.channel) == bindparam("channel"),
    "registered_from": col(Case.registered_at) >= bindparam("registered_from"),
    "registered_before": col(Case.registered_at) < bindparam("registered_before"),
    "before_id": tuple_(col(Case.registered_at), col(Case.id)) < tuple_(bindparam("before"), bindparam("before_id")),
}
"""Conditions of a list, by the last of the values that each one needs."""


def matching(scope: Scope, filters: Filters) -> dict[str, object]:
    """What cases must be to lie in the caller's jurisdiction and fit the filters: values for CONDITIONS."""
    wanted: dict[str, object] = {
        "jurisdiction": jurisdiction(scope),
        "county": _county(scope, filters.division),
        "state": filters.state,
        "kind": filters.kind,
        "category": filters.category,
        "tier": filters.tier,
        "channel": filters.channel,
        "registered_from": filters.registered_from,
        "registered_before": filters.registered_before,
    }
    if filters.division is not None:
        wanted["first_division"], wanted["last_division"] = subtree(filters.division)
    return {name: value for name, value in wanted.items() if value is not None}


def _county(scope: Scope, division: Scope | None) -> str | None:
    for prefix in (division.value if division else "", jurisdiction(scope)):
        if len(prefix) >= COUNTY_DIGITS:
            return prefix[:COUNTY_DIGITS]
    return None


async def newest(
    database: Database,
    scope: Scope,
    matched: Mapping[str, object],
    *,
    before: tuple[datetime, UUID] | None,
    limit: int,
) -> Sequence[ListedRow]:
    """A page of matching cases, newest first, each with the sealed name of its first party beside it."""
    values = {**matched, "limit": limit}
    if before is not None:
        values["before"], values["before_id"] = before
    return await database.rows(scope, _newest(frozenset(values)), values)


async def count(database: Database, scope: Scope, matched: Mapping[str, object]) -> int:
    """How many cases match, counted up to COUNTED + 1."""
    ((number,),) = await database.rows(scope, _count(frozenset(matched)), matched)
    return int(number)


@functools.cache
def _newest(given: frozenset[str]) -> Prepared:
    first = (col(Party.case_id) == col(Case.id)) & (col(Party.position) == 0)
    party: tuple[ColumnElement[Any], ...] = (
        col(Party.id).label("party_id"),
        col(Party.name_sealed).label("name_sealed"),
    )
    cases = select(*(col(column) for column in SHOWN)).where(*_conditions(given))
    newest = (
        cases.add_columns(*party).outerjoin(Party, first).order_by(col(Case.registered_at).desc(), col(Case.id).desc())
    )
    return Prepared(newest.limit(bindparam("limit", type_=Integer)))


@functools.cache
def _count(given: frozenset[str]) -> Prepared:
    matched = select(col(Case.id)).where(*_conditions(given)).limit(COUNTED + 1)
    return Prepared(select(func.count()).select_from(matched.subquery()))


def _conditions(given: frozenset[str]) -> list[ColumnElement[bool]]:
    return [condition for name, condition in CONDITIONS.items() if name in given]
