"""The registry and the declarative base that the tables of intake's nouns share."""

from sqlalchemy import MetaData
from sqlalchemy.orm import registry
from sqlmodel import SQLModel

from chassis.database.metadata import NAMING


class Base(SQLModel, registry=registry(metadata=MetaData(naming_convention=NAMING))):
    """Base of every table of intake: apart from the tables of other services, which SQLModel would put together."""
