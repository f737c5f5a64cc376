"""Recording many facts in one statement, each on a chain of its own: an import would take minutes otherwise."""

from collections.abc import Sequence
from typing import Final, NamedTuple

from sqlalchemy import ARRAY, Uuid, bindparam, text

from chassis.database.session import Session
from chassis.journal.chain import following
from chassis.journal.context import acting
from chassis.journal.entries import GENESIS, HASHED, TYPES, Entry
from chassis.journal.tables import FACTS
from contracts.envelope import Event


class Fact(NamedTuple):
    """A fact and the division whose business it is."""

    event: Event
    division: str


COLUMNS: Final = (*HASHED, "hash")
INPUT: Final = ", ".join(f"CAST(:{name} AS {TYPES[name]}[])" for name in COLUMNS)
LOCK_HEADS = text(
    "SELECT case_id, version, hash, topics FROM heads WHERE case_id = ANY(:ids) AND stream = :stream"
    " ORDER BY case_id FOR UPDATE"
).bindparams(bindparam("ids", type_=ARRAY(Uuid)))
# Two that open one chain at once cannot both succeed: the journal's unique version refuses the second.
APPEND_ALL = text(
    f"""
    WITH r AS MATERIALIZED (
      SELECT * FROM unnest({INPUT}) AS r({", ".join(COLUMNS)})),
    moved AS (
      INSERT INTO heads (case_id, stream, division, version, hash, topics)
      SELECT case_id, stream, division, version, hash, jsonb_build_object(topic, version) FROM r ORDER BY case_id
      ON CONFLICT (case_id, stream) DO UPDATE SET division = excluded.division, version = excluded.version,
        hash = excluded.hash, topics = heads.topics || excluded.topics WHERE heads.version = excluded.version - 1),
    pointed AS (INSERT INTO outbox (entry_id, at) SELECT id, recorded_at FROM r)
    INSERT INTO journal ({", ".join(COLUMNS)})
    SELECT {", ".join(f"{name}::json" if name == "data" else name for name in COLUMNS)} FROM r
    """  # noqa: S608 -- names of our own columns
)


async def record_all(session: Session, facts: Sequence[Fact]) -> list[Entry]:
    """Append each fact to its own chain, and point the relay at it in the order given; no two are of one subject.

    The transaction needs a scope that sees every chain that exists already; one that it does not see fails.
    """
    if not facts:
        return []
    ids = [fact.event.subject_id for fact in facts]
    rows = await session.execute(LOCK_HEADS, {"ids": ids, "stream": FACTS})
    heads = {row["case_id"]: row for row in rows.mappings()}
    who = acting()
    now = session.info["clock"].now()
    entries = []
    for event, division in facts:
        head = heads.get(event.subject_id)
        version, previous, previous_hash = (
            (head["version"], head["topics"].get(event.topic.name, 0), head["hash"]) if head else (0, 0, GENESIS)
        )
        entries.append(
            following(
                event,
                division=division,
                who=who,
                at=now,
                version=version,
                previous=previous,
                previous_hash=previous_hash,
            )
        )
    await session.flush()
    await session.execute(APPEND_ALL, {name: [getattr(entry, name) for entry in entries] for name in COLUMNS})
    return entries
