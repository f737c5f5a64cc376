"""The declarative base that the tables of petition's nouns share."""

from sqlalchemy import MetaData
from sqlalchemy.orm import registry
from sqlmodel import SQLModel

from chassis.database.metadata import NAMING


class Base(SQLModel, registry=registry(metadata=MetaData(naming_convention=NAMING))):
    """What every table of petition derives from: apart from other services' tables, which SQLModel would mix in."""
