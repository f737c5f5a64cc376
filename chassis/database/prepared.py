"""Statements compiled once: for reads that are many, building one anew costs more than the database's whole answer."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Select
from sqlalchemy.dialects.postgresql import asyncpg
from sqlalchemy.sql.compiler import SQLCompiler


class Prepared:
    """A SELECT whose values are named by `bindparam`, as text and the order of its arguments.

    Rows come back as the driver gives them, so columns need types that it knows itself.
    """

    def __init__(self, statement: Select[*tuple[Any, ...]]) -> None:
        compiled = statement.compile(dialect=asyncpg.dialect())  # type: ignore[no-untyped-call]
        assert isinstance(compiled, SQLCompiler), "it is a statement"  # noqa: S101 -- for the type checker
        self.text = str(compiled)
        self._names = tuple(compiled.positiontup or ())
        self._own = compiled.params

    def arguments(self, values: Mapping[str, object]) -> list[object]:
        """Arguments of the statement in its order: the given ones, and those that it holds itself."""
        own = self._own
        return [values[name] if name in values else own[name] for name in self._names]
