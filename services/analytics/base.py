"""The declarative base that the tables of analytics' nouns share, and two kinds of column that only facts have."""

from typing import Any

from sqlalchemy import Computed, MetaData, String
from sqlalchemy.orm import registry
from sqlmodel import Field, SQLModel

from chassis.database.columns import LONGEST_CODE
from chassis.database.metadata import NAMING


class Base(SQLModel, registry=registry(metadata=MetaData(naming_convention=NAMING))):
    """What every table of analytics derives from: apart from other services' tables, which SQLModel would mix in."""


def code() -> Any:  # noqa: ANN401 -- what Field gives
    """A column of codes as they came: nothing is kept from being counted by a code that only a newer writer knows."""
    return Field(default=None, max_length=LONGEST_CODE)


def computed(expression: str) -> Any:  # noqa: ANN401 -- same
    """A column that the database derives from the row's others, so that it cannot depend on the order of facts."""
    return Field(default=None, sa_type=String, sa_column_args=[Computed(expression, persisted=True)])
