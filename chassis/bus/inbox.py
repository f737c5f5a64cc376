"""Every statement on what was applied and how far each case has come."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import TypeAlias
from uuid import UUID

from sqlalchemy import ARRAY, BigInteger, Text, Uuid, bindparam, text

from chassis.database.session import Session

Place: TypeAlias = tuple[str, UUID]
"""A case on a topic: order holds within this, and nowhere else."""

# Sorted, so that two consumers of one partition (one of them a zombie) take their locks in one order.
MARK = text(
    """
    INSERT INTO inbox (event_id, applied_at)
    SELECT id, :at FROM unnest(:ids) AS id ORDER BY id
    ON CONFLICT DO NOTHING RETURNING event_id
    """
).bindparams(bindparam("ids", type_=ARRAY(Uuid)))

LOCK_POSITIONS = text(
    """
    SELECT topic, case_id, version FROM positions
    WHERE (topic, case_id) IN (SELECT * FROM unnest(:topics, :cases))
    ORDER BY topic, case_id FOR UPDATE
    """
).bindparams(bindparam("topics", type_=ARRAY(Text)), bindparam("cases", type_=ARRAY(Uuid)))

MOVE_POSITIONS = text(
    """
    INSERT INTO positions (topic, case_id, version)
    SELECT * FROM unnest(:topics, :cases, :versions) AS moved (topic, case_id, version) ORDER BY topic, case_id
    ON CONFLICT (topic, case_id) DO UPDATE SET version = excluded.version WHERE positions.version < excluded.version
    """
).bindparams(
    bindparam("topics", type_=ARRAY(Text)),
    bindparam("cases", type_=ARRAY(Uuid)),
    bindparam("versions", type_=ARRAY(BigInteger)),
)


async def mark(session: Session, event_ids: Collection[UUID], at: datetime) -> set[UUID]:
    """Mark events as applied by this transaction, and return those that had not been applied before."""
    if not event_ids:
        return set()
    return set(await session.scalars(MARK, {"ids": list(event_ids), "at": at}))


async def positions_for_update(session: Session, places: Collection[Place]) -> dict[Place, int]:
    """Version last applied at each place, locked until commit; a case not seen yet has none."""
    if not places:
        return {}
    topics, cases = [topic for topic, _ in places], [case_id for _, case_id in places]
    rows = await session.execute(LOCK_POSITIONS, {"topics": topics, "cases": cases})
    return {(row.topic, row.case_id): row.version for row in rows}


async def move_positions(session: Session, versions: Mapping[Place, int]) -> None:
    """Set the version last applied at each place; never backwards."""
    await session.execute(
        MOVE_POSITIONS,
        {
            "topics": [topic for topic, _ in versions],
            "cases": [case_id for _, case_id in versions],
            "versions": list(versions.values()),
        },
    )
