"""Kinds of column that tables of services share, and the condition of jurisdiction on one."""

from enum import Enum
from typing import Any, Final

from sqlalchemy import ColumnElement, DateTime, func, true
from sqlalchemy import Enum as EnumType
from sqlmodel import Field, col

from chassis.database.scope import SYSTEM, Scope

LONGEST_CODE: Final = 32


def coded(table: type[Enum], **settings: Any) -> Any:  # noqa: ANN401 -- what Field takes and gives
    """A column of codes, kept as their text: a table of codes may grow without a migration."""
    kind = EnumType(
        table, native_enum=False, length=LONGEST_CODE, values_callable=lambda codes: [one.value for one in codes]
    )
    return Field(sa_type=kind, **settings)  # type: ignore[call-overload,unused-ignore]


def moment(**settings: Any) -> Any:  # noqa: ANN401 -- same
    """A column of instants."""
    return Field(sa_type=DateTime(timezone=True), **settings)  # type: ignore[call-overload,unused-ignore]


def within(division: str, scope: Scope) -> ColumnElement[bool]:
    """The first wall: a row's division lies in the caller's jurisdiction. Row-level security stands behind it."""
    return true() if scope == SYSTEM else func.starts_with(col(division), scope.value)
