"""Every SQL statement about indicators: one scan over the facts of a place counts all figures of all its groups."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Any, Final, TypeAlias

from sqlalchemy import (
    ColumnElement,
    Date,
    DateTime,
    Integer,
    RowMapping,
    Subquery,
    Text,
    and_,
    case,
    cast,
    collate,
    func,
    literal,
    null,
    select,
    true,
    tuple_,
    type_coerce,
)
from sqlalchemy.dialects.postgresql import array

from chassis.database.scope import SYSTEM, Scope
from chassis.database.session import Session
from contracts.codes import Satisfaction
from services.analytics.definitions.domain import FIGURES
from services.analytics.facts.tables import CASE_FACTS
from services.analytics.indicators.domain import CALENDAR, Basis, GroupBy, Question

Condition: TypeAlias = ColumnElement[bool]

COUNTY_DIGITS: Final = 6
TOWNSHIP_DIGITS: Final = 9
CODE_DIGITS: Final = 12
MONTH_LENGTH: Final = len("2026-03")
STAMP: Final = "day_and_figure"
SUM: Final = "sum_of_figure"
TOTAL: Final = "groups_in_all"
UNCOUNTED_DAYS: Final = frozenset({"occurred_day", "extended_day"})
EPOCH: Final = date(1900, 1, 1)
"""Before any day that a request can name; not `date.min`, which the driver takes for minus infinity."""
STRIDE: Final = 32
"""More than there are figures."""
CONTENT: Final = (Satisfaction.SATISFIED.value, Satisfaction.BASICALLY_SATISFIED.value)


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """How a figure comes out of a row: the day on which it happened, on which condition, and how much it adds."""

    day: ColumnElement[Any]
    when: Condition | None = None
    amount: ColumnElement[Any] | None = None


@dataclass(frozen=True, slots=True)
class Group:
    """The figures of one group; `codes` are those of `Question.group_by`, None where a case has none."""

    codes: tuple[str | None, ...]
    figures: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Answer:
    """A page of groups, and how many there are on all pages."""

    groups: list[Group]
    total: int


_F = CASE_FACTS.c
_MEDIATED_DAY = func.coalesce(_F.effective_day, case((_F.terminated_after_acceptance, _F.terminated_day), else_=None))
_DUE_DAY = case(
    (_F.petition_on_time.is_not(None), _F.petition_concluded_day),
    (_F.petition_concluded_day.is_(None), _F.handling_missed_day),
    else_=None,
)

COUNTED: Final[Mapping[str, Counted]] = MappingProxyType(
    {
        "registered": Counted(day=_F.registered_day),
        "people_involved": Counted(day=_F.registered_day, amount=_F.people_involved),
        "routed": Counted(day=_F.routed_day),
        "mediations_opened": Counted(day=_F.mediation_opened_day),
        "accepted": Counted(day=_F.accepted_day),
        "succeeded": Counted(day=_F.effective_day),
        "terminated": Counted(day=_F.terminated_day),
        "mediated": Counted(day=_MEDIATED_DAY),
        "petitions_registered": Counted(day=_F.petition_registered_day),
        "petition_visitors": Counted(day=_F.petition_registered_day, amount=_F.visitors),
        "collective_visits": Counted(day=_F.petition_registered_day, when=_F.collective),
        "petitions_accepted": Counted(day=_F.petition_accepted_day),
        "opinions_issued": Counted(day=_F.opinion_issued_day),
        "opinions_delivered": Counted(day=_F.opinion_delivered_day),
        "petitions_concluded": Counted(day=_F.petition_concluded_day),
        "petitions_resolved": Counted(day=_F.petition_concluded_day, when=_F.petition_resolved),
        "petitions_due": Counted(day=_DUE_DAY),
        "petitions_on_time": Counted(day=_F.petition_concluded_day, when=_F.petition_on_time),
        "concluded": Counted(day=_F.concluded_day),
        "resolved": Counted(day=_F.concluded_day, when=_F.resolved),
        "overdue": Counted(day=_F.overdue_day),
        "unit_evaluated": Counted(day=_F.unit_evaluated_day),
        "unit_satisfied": Counted(day=_F.unit_evaluated_day, when=_F.unit_satisfaction.in_(CONTENT)),
        "department_evaluated": Counted(day=_F.department_evaluated_day),
        "department_satisfied": Counted(day=_F.department_evaluated_day, when=_F.department_satisfaction.in_(CONTENT)),
    }
)
"""Every figure of the definitions."""

DAYS: Final = tuple(column for column in _F if column.name.endswith("_day") and column.name not in UNCOUNTED_DAYS)

COLUMNS: Final[Mapping[GroupBy, ColumnElement[Any]]] = MappingProxyType(
    {
        GroupBy.DIVISION: _F.division,
        GroupBy.TOWNSHIP: _F.township,
        GroupBy.TIER: _F.tier,
        GroupBy.CATEGORY: _F.category,
        GroupBy.KIND: _F.kind,
        GroupBy.CHANNEL: _F.channel,
    }
)


async def groups(
    session: Session, scope: Scope, question: Question, *, after: Sequence[str] | None, limit: int
) -> Answer:
    """A page of groups in the order of their codes, behind `after`; one group, even if empty, where nothing divides."""
    counted = _counted(scope, question)
    found = select(counted, func.count().over().label(TOTAL))
    if question.group_by:
        found = found.where(func.greatest(*(counted.c[figure] for figure in FIGURES)) > 0)
    numbered = found.subquery()
    codes = [_written(name, numbered.c[name]).label(name) for name in question.group_by]
    statement = select(*codes, *(numbered.c[name] for name in (*FIGURES, TOTAL))).order_by(*codes).limit(limit)
    if after is not None:
        statement = statement.where(tuple_(*codes) > tuple_(*(collate(literal(code), "C") for code in after)))
    rows = (await session.execute(statement)).mappings().all()
    return Answer([_group(question, row) for row in rows], total=rows[0][TOTAL] if rows else 0)


def _group(question: Question, row: RowMapping) -> Group:
    codes = tuple(row[name] or None for name in question.group_by)
    return Group(codes, {figure: int(row[figure] or 0) for figure in FIGURES})


def _counted(scope: Scope, question: Question) -> Subquery:
    """All groups with all figures, a row each."""
    if question.basis is Basis.EVENT and CALENDAR.intersection(question.group_by):
        return _by_days_of_events(scope, question)
    rows = [within(scope), *_filters(question)]
    if question.basis is Basis.REGISTRATION:
        rows.append(_in_period(_F.registered_day, question))
    keys = [_key(name, _F.registered_day).label(name) for name in question.group_by]
    figures = [
        _value(counted, question if question.basis is Basis.EVENT else None).label(figure)
        for figure, counted in COUNTED.items()
    ]
    statement = select(*keys, *figures).where(*rows)
    return (statement.group_by(*keys) if keys else statement).subquery()


def _by_days_of_events(scope: Scope, question: Question) -> Subquery:
    """Each figure has a day of its own: a case is spread over its days, these are counted, and then laid side by side.

    Day and figure are spread as one number, and laying side by side, the dear part, comes last: together ten times
    faster than an aggregate for each figure.
    """
    days = [_dated(counted) for counted in COUNTED.values()]
    numbers = {figure: number for number, figure in enumerate(COUNTED)}
    amounts = {figure: counted.amount for figure, counted in COUNTED.items() if counted.amount is not None}
    places = {name: _key(name, None) for name in question.group_by if name not in CALENDAR}
    stamps = array([_stamp(day, number) for day, number in zip(days, numbers.values(), strict=True)])
    spread = (
        select(
            *(place.label(name) for name, place in places.items()),
            *(amount.label(figure) for figure, amount in amounts.items()),
            func.unnest(func.array_remove(stamps, null()), type_=Integer).label(STAMP),
        )
        .where(within(scope), *_filters(question), _touches_period(question))
        .subquery()
    )
    stamp, grouped = spread.c[STAMP], [spread.c[name] for name in places]
    added = case(*((stamp % STRIDE == numbers[figure], spread.c[figure]) for figure in amounts), else_=1)
    bounds: list[Condition] = [true()]
    if question.first is not None:
        bounds.append(stamp >= _stamp(cast(question.first, Date), 0))
    if question.last is not None:
        bounds.append(stamp <= _stamp(cast(question.last, Date), STRIDE - 1))
    cells = select(*grouped, stamp, func.sum(added).label(SUM)).where(*bounds).group_by(*grouped, stamp).subquery()
    day = type_coerce(cast(EPOCH, Date) + cells.c[STAMP] // STRIDE, Date)
    keys = [(_key(name, day) if name in CALENDAR else cells.c[name]).label(name) for name in question.group_by]
    figures = [
        func.sum(cells.c[SUM]).filter(cells.c[STAMP] % STRIDE == number).label(figure)
        for figure, number in numbers.items()
    ]
    return select(*keys, *figures).group_by(*keys).subquery()


def _stamp(day: ColumnElement[Any], number: int) -> ColumnElement[Any]:
    """Day and figure as one integer, in the order of days."""
    return type_coerce(day - cast(EPOCH, Date), Integer) * STRIDE + number


def _value(counted: Counted, question: Question | None) -> ColumnElement[Any]:
    """A figure as an aggregate over rows, each by its own day if there is a question about the period."""
    conditions: list[Condition] = [] if counted.when is None else [counted.when]
    if question is not None and (question.first or question.last):
        conditions.append(_in_period(counted.day, question))
    value: Any = func.count(counted.day) if counted.amount is None else func.sum(counted.amount)
    aggregate: ColumnElement[Any] = value.filter(and_(*conditions)) if conditions else value
    return aggregate


def _dated(counted: Counted) -> ColumnElement[Any]:
    return counted.day if counted.when is None else case((counted.when, counted.day), else_=None)


def _key(name: GroupBy, day: ColumnElement[Any] | None) -> ColumnElement[Any]:
    if name is GroupBy.DAY:
        return type_coerce(day, Date)
    if name is GroupBy.MONTH:
        return cast(func.date_trunc("month", cast(day, DateTime)), Date)
    return func.coalesce(COLUMNS[name], "")


def _written(name: GroupBy, key: ColumnElement[Any]) -> ColumnElement[Any]:
    """A group's code as text, which is ordered by its characters on every server."""
    text: ColumnElement[Any] = cast(key, Text)
    return collate(func.left(text, MONTH_LENGTH) if name is GroupBy.MONTH else text, "C")


def _in_period(day: ColumnElement[Any], question: Question) -> Condition:
    bounds: list[Condition] = [day.is_not(None)]
    if question.first is not None:
        bounds.append(day >= cast(question.first, Date))
    if question.last is not None:
        bounds.append(day <= cast(question.last, Date))
    return and_(*bounds)


def _touches_period(question: Question) -> Condition:
    """Something may have happened to the case in the period: not all of it before, and not all of it behind."""
    bounds: list[Condition] = [true()]
    if question.first is not None:
        bounds.append(func.greatest(*DAYS) >= cast(question.first, Date))
    if question.last is not None:
        bounds.append(func.least(*DAYS) <= cast(question.last, Date))
    return and_(*bounds)


def _filters(question: Question) -> list[Condition]:
    found: list[Condition] = []
    if question.division is not None:
        found.append(_below(question.division))
    for column, code in ((_F.tier, question.tier), (_F.category, question.category), (_F.kind, question.kind)):
        if code is not None:
            found.append(column == code.value)
    return found


def within(scope: Scope) -> Condition:
    """The first wall: a case lies in the caller's jurisdiction. Row-level security stands behind it."""
    return true() if scope == SYSTEM else _below(scope)


def _below(scope: Scope) -> Condition:
    """A case lies in a subtree, by the column of its level, which has an index."""
    columns = {COUNTY_DIGITS: _F.county, TOWNSHIP_DIGITS: _F.township, CODE_DIGITS: _F.division}
    level = columns.get(len(scope.value))
    if level is None:
        return func.starts_with(_F.county, scope.value)
    return level == scope.value.ljust(CODE_DIGITS, "0")
