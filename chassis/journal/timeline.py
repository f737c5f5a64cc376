"""Reading the journal: a case's timeline (工作透明可监督), one entry by id, and the record of who read particulars."""

from collections.abc import Sequence
from uuid import UUID

import orjson
from sqlalchemy import text

from chassis.database.session import Session
from chassis.journal.entries import HASHED, Entry
from chassis.journal.record import append
from chassis.journal.tables import ACCESS, FACTS

COLUMNS = ", ".join("data::text AS data" if name == "data" else name for name in (*HASHED, "hash"))
ENTRY = text(f"SELECT {COLUMNS} FROM journal WHERE id = :id")  # noqa: S608 -- names of our own columns
# The join is what row-level security hangs on: heads carries the division where the case stands now.
TIMELINE = text(
    f"""
    SELECT {", ".join("j.data::text AS data" if name == "data" else f"j.{name}" for name in (*HASHED, "hash"))}
    FROM heads h JOIN journal j USING (case_id, stream)
    WHERE h.case_id = :case_id AND h.stream = :stream AND starts_with(h.division, :within) AND j.version > :after
    ORDER BY j.version LIMIT :limit
    """  # noqa: S608 -- names of our own columns
)
HEAD_VERSION = text("SELECT version FROM heads WHERE case_id = :case_id AND stream = :stream")


async def entry(session: Session, entry_id: UUID) -> Entry:
    """The entry with this id; raises NoResultFound when there is none in the scope."""
    return Entry(**(await session.execute(ENTRY, {"id": entry_id})).mappings().one())


async def timeline(
    session: Session, case_id: UUID, *, within: str, after: int = 0, limit: int = 20, stream: str = FACTS
) -> Sequence[Entry]:
    """Entries of a case in order after a version; none when the case lies outside `within`, a scope's value."""
    rows = await session.execute(
        TIMELINE,
        {
            "case_id": case_id,
            "stream": stream,
            "within": "" if within == "*" else within,
            "after": after,
            "limit": limit,
        },
    )
    return [Entry(**row) for row in rows.mappings()]


async def version_of(session: Session, case_id: UUID) -> int:
    """The case's version, 0 when it is unknown here: what an ETag says."""
    return (await session.scalar(HEAD_VERSION, {"case_id": case_id, "stream": FACTS})) or 0


async def record_access(
    session: Session, case_id: UUID, *, division: str, fields: Sequence[str], purpose: str
) -> Entry:
    """Write down a read of sealed particulars before they leave; when this fails, so does the read.

    `purpose` is a code. The entry goes to the access stream: it changes neither the case's version nor its ETag.
    """
    return await append(
        session,
        case_id=case_id,
        stream=ACCESS,
        kind="journal.particulars_read",
        kind_version=1,
        topic=None,
        data=orjson.dumps({"fields": sorted(fields), "purpose": purpose}, option=orjson.OPT_SORT_KEYS).decode(),
        division=division,
        reason_code=purpose,
    )
