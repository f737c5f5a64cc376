"""Adding to the feed: each open fact once, in a place that no reader has passed yet."""

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import ARRAY, BigInteger, DateTime, Text, Uuid, bindparam, text

from chassis.bus.handlers import Delivery
from chassis.database.session import Session

LOCK: Final = int.from_bytes(b"ow_feed", "big")
"""Advisory lock of those who add events."""

# A position is given when a row is added and seen when its transaction commits, so with several writers (replicas, and
# beside each the one that works off letters) a reader could page past a place that is filled a moment later, and miss
# that event for ever. So one writes at a time: the lock is held until the commit, hence positions appear in their
# order. A reader needs no lock and holds nobody up.
#
# Instead, readers could wait for the oldest running transaction (positions behind a snapshot's xmin). That was not
# chosen: any long write in the same cluster would stop the feed, and a dump restored elsewhere would carry transaction
# numbers that lie in the new cluster's future.
#
# The price: analytics applies one batch at a time, over all replicas. This handler therefore stands before those of the
# other nouns: whoever has locked rows of cases never waits here, so nobody waits in a circle.
TURN: Final = text("SELECT pg_advisory_xact_lock(:lock)").bindparams(bindparam("lock", type_=BigInteger))

# A repeat that is left out uses up a position all the same: after the topics were replayed there is a gap. NOT EXISTS
# would leave none, but its plan, made while the table was small, reads all of it when it is large (seen).
APPEND: Final = text(
    """
    INSERT INTO events (id, topic, type, subject, division, occurred_at, envelope)
    SELECT id, topic, type, subject, division, occurred_at, envelope
    FROM unnest(:id, :topic, :type, :subject, :division, :occurred_at, :envelope) WITH ORDINALITY
      AS arrived (id, topic, type, subject, division, occurred_at, envelope, number)
    ORDER BY number
    ON CONFLICT (id) DO NOTHING
    """
).bindparams(
    bindparam("id", type_=ARRAY(Uuid)),
    bindparam("topic", type_=ARRAY(Text)),
    bindparam("type", type_=ARRAY(Text)),
    bindparam("subject", type_=ARRAY(Uuid)),
    bindparam("division", type_=ARRAY(Text)),
    bindparam("occurred_at", type_=ARRAY(DateTime(timezone=True))),
    bindparam("envelope", type_=ARRAY(Text)),
)


async def append(session: Session, deliveries: Sequence[Delivery[Any]]) -> None:
    """Add facts in the order in which they are applied; those that are there already stay where they are."""
    rows = [_row(delivery) for delivery in {delivery.envelope.id: delivery for delivery in deliveries}.values()]
    await session.execute(TURN, {"lock": LOCK})
    await session.execute(APPEND, {name: [row[name] for row in rows] for name in rows[0]})


def _row(delivery: Delivery[Any]) -> dict[str, Any]:
    envelope = delivery.envelope
    return {
        "id": envelope.id,
        "topic": delivery.event.topic.name,
        "type": envelope.type,
        "subject": envelope.subject,
        "division": envelope.division,
        "occurred_at": envelope.time,
        "envelope": one_line(delivery.value),
    }


def one_line(value: bytes) -> str:
    """A record's JSON on one line: inside a string a line break cannot stand as such, so elsewhere it is a space."""
    return value.decode().replace("\r", " ").replace("\n", " ")
