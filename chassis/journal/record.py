"""Recording a fact inside the transaction that makes it true."""

from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import text

from chassis.database.session import Session
from chassis.journal.context import acting
from chassis.journal.entries import ALGORITHM, GENESIS, TYPES, Entry, entry_hash, hashed_values, new_id
from chassis.journal.tables import FACTS
from chassis.rules.refusals import Kind, Refusal
from chassis.security.parcels import SealedParcel
from contracts.clocks import CLOCKS_VERSION
from contracts.envelope import MAX_BYTES, Event


class VersionMismatch(Refusal):
    """Somebody changed the case after the caller last read it."""

    kind = Kind.PRECONDITION_FAILED
    code = "version_mismatch"
    zh = "案件已被他人更新，请重新读取后再提交"
    en = "The case has changed since it was read; read it again and repeat"


class ChainNotFound(Refusal):
    """No such case here, or none that the caller may know of."""

    kind = Kind.NOT_FOUND
    code = "not_found"
    zh = "未找到该事项"
    en = "Nothing is known under this id"


class EntryTooLarge(Refusal):
    """The fact and its sealed particulars would make a record that no broker carries and no receiver takes.

    Refused here, before anything is true: once committed, the relay could neither publish it nor leave it out.
    """

    code = "entry_too_large"
    zh = "内容过长，无法移送，请精简后重试"
    en = "The content is too long to be passed on; shorten it and repeat"


ENVELOPE_BYTES: Final = 2048
"""More than an envelope adds to the data and the parcel that it carries."""

LOCK_HEAD = text("SELECT version, hash, topics FROM heads WHERE case_id = :case_id AND stream = :stream FOR UPDATE")
OPEN_HEAD = text(
    "INSERT INTO heads (case_id, stream, division, version, hash, topics)"
    " VALUES (:case_id, :stream, :division, 0, :hash, '{}') ON CONFLICT DO NOTHING"
)
TYPED = {name: f"CAST(:{name} AS {kind})" for name, kind in TYPES.items()}
APPEND = text(
    f"""
    WITH moved AS (
      UPDATE heads SET version = {TYPED["version"]}, hash = {TYPED["hash"]}, division = {TYPED["division"]},
        topics = CASE WHEN {TYPED["topic"]} IS NULL THEN topics
                 ELSE topics || jsonb_build_object({TYPED["topic"]}, {TYPED["version"]}) END
      WHERE case_id = {TYPED["case_id"]} AND stream = {TYPED["stream"]}),
    pointed AS (
      INSERT INTO outbox (entry_id, at)
      SELECT {TYPED["id"]}, {TYPED["recorded_at"]} WHERE {TYPED["topic"]} IS NOT NULL)
    INSERT INTO journal ({", ".join(TYPED)})
    VALUES ({", ".join(f"{value}::json" if name == "data" else value for name, value in TYPED.items())})
    """  # noqa: S608 -- names of our own columns
)
KEEP_PARCEL = text(
    "INSERT INTO parcels (entry_id, receiver, key_id, sealed, salt, at)"
    " VALUES (:entry_id, :receiver, :key_id, :sealed, :salt, :at)"
)


async def record(
    session: Session,
    event: Event,
    *,
    division: str,
    entry_id: UUID | None = None,
    occurred_at: datetime | None = None,
    expected: int | None = None,
    parcel: SealedParcel | None = None,
    reason_code: str | None = None,
) -> Entry:
    """Append a fact to its case's chain and point the relay at it; the caller's transaction commits both.

    The case's head is locked here, so facts of one case are numbered in the order of their commits. `expected` is
    the version
    the caller last saw; raises VersionMismatch when the case has moved on, ChainNotFound when it lies outside the
    scope, EntryTooLarge when its record could not be published.
    """
    return await append(
        session,
        case_id=event.subject_id,
        stream=FACTS,
        kind=event.type,
        kind_version=event.version,
        topic=event.topic.name,
        data=event.canonical(),
        division=division,
        entry_id=entry_id,
        occurred_at=occurred_at,
        expected=expected,
        parcel=parcel,
        reason_code=reason_code,
    )


async def append(
    session: Session,
    *,
    case_id: UUID,
    stream: str,
    kind: str,
    kind_version: int,
    topic: str | None,
    data: str,
    division: str,
    entry_id: UUID | None = None,
    occurred_at: datetime | None = None,
    expected: int | None = None,
    parcel: SealedParcel | None = None,
    reason_code: str | None = None,
) -> Entry:
    """Append an entry to any stream. Facts go through `record`; this is for entries that nobody publishes."""
    if topic is not None and _published_bytes(data, parcel) > MAX_BYTES:
        raise EntryTooLarge(case_id, kind)
    head = await _lock(session, case_id, stream, division)
    if expected is not None and expected != head["version"]:
        raise VersionMismatch
    who = acting()
    now = session.info["clock"].now()
    values: dict[str, Any] = {
        "id": entry_id or new_id(),
        "case_id": case_id,
        "stream": stream,
        "version": head["version"] + 1,
        "type": kind,
        "type_version": kind_version,
        "division": division,
        "topic": topic,
        "previous": head["topics"].get(topic, 0),
        "data": data,
        "commitment": parcel.commitment if parcel else None,
        "actor": who.actor,
        "on_behalf_of": who.on_behalf_of,
        "reason_code": reason_code,
        "ruleset": CLOCKS_VERSION,
        "occurred_at": occurred_at or now,
        "recorded_at": now,
        "correlation_id": who.correlation_id,
        "causation_id": who.causation_id,
        "algorithm": ALGORITHM,
        "previous_hash": head["hash"],
    }
    values["hash"] = entry_hash(*hashed_values(values))
    await session.flush()  # rows of the noun first: a constraint that says no must say it before the fact is written
    await session.execute(APPEND, values)
    if parcel is not None:
        await session.execute(
            KEEP_PARCEL,
            {
                "entry_id": values["id"],
                "receiver": parcel.receiver,
                "key_id": parcel.key_id,
                "sealed": parcel.sealed,
                "salt": parcel.salt,
                "at": now,
            },
        )
    return Entry(**values)


def _published_bytes(data: str, parcel: SealedParcel | None) -> int:
    """At most how many bytes the record will have: its data, its parcel in base64, its envelope."""
    sealed = 0 if parcel is None else (len(parcel.sealed) + 2) // 3 * 4
    return len(data.encode()) + sealed + ENVELOPE_BYTES


async def _lock(session: Session, case_id: UUID, stream: str, division: str) -> dict[str, Any]:
    key = {"case_id": case_id, "stream": stream}
    row = (await session.execute(LOCK_HEAD, key)).mappings().one_or_none()
    if row is None:
        await session.execute(OPEN_HEAD, key | {"division": division, "hash": GENESIS})
        row = (await session.execute(LOCK_HEAD, key)).mappings().one_or_none()
    if row is None:
        raise ChainNotFound
    return dict(row)
