"""Every SQL statement that reads the feed."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from sqlalchemy import select, text
from sqlmodel import col

from chassis.database.columns import within
from chassis.database.scope import Scope
from chassis.database.session import Session
from services.analytics.feed.domain import WINDOW
from services.analytics.feed.tables import FeedEvent

# A function of the owner's: how far the feed has come does not depend on who asks, and is shown to nobody.
REACH: Final = text("SELECT feed, last FROM feed_reach()")


@dataclass(frozen=True, slots=True)
class Reach:
    """Which feed this is, and the last position in it; 0 while it is empty."""

    feed: UUID
    last: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """What is wanted of the feed; an empty collection narrows nothing, `division` is a subtree."""

    division: Scope | None = None
    topics: Collection[str] = ()
    types: Collection[str] = ()


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the feed: its lines, and the position up to which it has been looked through."""

    lines: Sequence[str]
    last: int


async def reach(session: Session) -> Reach:
    """How far the feed has come: every event up to there is seen by whatever is asked afterwards."""
    row = (await session.execute(REACH)).one()
    return Reach(row.feed, row.last)


async def part(session: Session, scope: Scope, filters: Filters, *, after: int, reached: int, limit: int) -> Part:
    """At most `limit` events behind `after`, in their order, out of the next WINDOW positions up to `reached`."""
    until = min(after + WINDOW, reached)
    statement = (
        select(col(FeedEvent.position), col(FeedEvent.envelope))
        .where(col(FeedEvent.position) > after, col(FeedEvent.position) <= until)
        .where(within(FeedEvent.division, scope))
        .order_by(col(FeedEvent.position))
        .limit(limit)
    )
    if filters.division is not None:
        statement = statement.where(within(FeedEvent.division, filters.division))
    if filters.topics:
        statement = statement.where(col(FeedEvent.topic).in_(filters.topics))
    if filters.types:
        statement = statement.where(col(FeedEvent.type).in_(filters.types))
    rows = (await session.execute(statement)).all()
    return Part([row.envelope for row in rows], rows[-1].position if len(rows) == limit else until)
