"""Rows of the feed: the events, which are only ever added, and which feed this is."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, Identity, Text
from sqlmodel import Field

from chassis.database.columns import moment
from services.analytics.base import Base


class FeedEvent(Base, table=True):
    """One open fact, as it was published. Positions have gaps, and one that was seen never gets a lower neighbour."""

    __tablename__ = "events"

    position: int = Field(primary_key=True, sa_type=BigInteger, sa_column_args=[Identity(always=True)])
    id: UUID = Field(unique=True)
    topic: str
    type: str
    subject: UUID
    """The case or the directory record that it is about."""
    division: str
    occurred_at: datetime = moment()
    envelope: str = Field(sa_type=Text)
    """The record's value on one line. Text, not JSON: nobody looks inside here, and nothing of it may change."""


class Feed(Base, table=True):
    """The one row that names this feed: positions of another one, lost or rebuilt from the topics, mean nothing here.

    After a restore from a backup the row has to be given a new id, since what arrives then takes other places.
    """

    __tablename__ = "feed"

    id: UUID = Field(primary_key=True)
