"""Every statement on records that could not be applied: set aside, listed, counted, found again for replay.

A letter is `dead` (it failed and will fail again), `waiting` (for a fact that has not arrived) or `parked` (behind one
of these, of the same case). While a case has any letter, all its further records are parked behind it.

A letter that waited too long is dead as well, so that somebody hears of it, and yet it is tried again whenever
something of its case arrives: the missing fact may have been lost by a broker, and be published again later.
"""

import base64
import hashlib
import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Final, Self

from sqlalchemy import ARRAY, Text, bindparam, text

from chassis.bus.protocol import Record
from chassis.database.session import Session


class State(StrEnum):
    """Why a letter lies here."""

    DEAD = "dead"
    WAITING = "waiting"
    PARKED = "parked"


class Reason(StrEnum):
    """What was wrong with a record, as a person who looks after the service reads it."""

    BEHIND = "behind"
    """Nothing: an earlier record of the case lies here."""
    FORK = "fork"
    """Another event with a version that was applied already: forged, or its sender was restored from a backup."""
    INVALID_DATA = "invalid_data"
    """The data do not fit the event's class."""
    NOT_YET = "not_yet"
    """A fact that has to come first is missing."""
    OUT_OF_PLACE = "out_of_place"
    """Key, topic, sender or subject do not belong together."""
    PARCEL_UNREADABLE = "parcel_unreadable"
    """The sealed particulars cannot be opened or were exchanged."""
    REFUSED = "refused"
    """A rule of the service said no."""
    TOO_LARGE = "too_large"
    """Bigger than an event may be."""
    UNHANDLED = "unhandled"
    """The handler failed in a way that nobody foresaw."""
    UNKNOWN_VERSION = "unknown_version"
    """A known type in a version that this service does not know."""
    UNREADABLE = "unreadable"
    """Not an envelope."""


ALARMING: Final = frozenset({Reason.FORK, Reason.OUT_OF_PLACE, Reason.PARCEL_UNREADABLE})
"""Reasons that an honest sender does not give: each one is a matter of security."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What becomes of a record that is set aside. `detail` names classes and fields, never a value."""

    state: State
    reason: Reason
    detail: str = ""


BEHIND: Final = Verdict(State.PARKED, Reason.BEHIND)


@dataclass(frozen=True, slots=True)
class Letter:
    """A record that lies here."""

    id: int
    record: Record
    verdict: Verdict
    at: datetime
    overdue: bool
    """Whether the time that a waiting letter was given is over."""

    @classmethod
    def of(cls, row: Any) -> Self:  # noqa: ANN401 -- a row has no type of its own
        """The letter in a row of LETTER_COLUMNS."""
        headers = tuple((name, base64.b64decode(value)) for name, value in row.headers)
        record = Record(row.topic, row.key, row.value, headers, row.partition, row.offset)
        verdict = Verdict(State(row.state), Reason(row.reason), row.detail)
        return cls(row.id, record, verdict, row.at, row.overdue)


@dataclass(frozen=True, slots=True)
class Turn:
    """Of a case that lacks a fact: whether that may still come in time, and whether it is time to try again."""

    in_time: bool
    due: bool


@dataclass(frozen=True, slots=True)
class Counts:
    """How many letters lie here, by state."""

    dead: int
    waiting: int
    parked: int


LETTER_COLUMNS: Final = """
    id, topic, key, partition, "offset", value, headers, reason, detail, state, at,
    COALESCE(wait_until <= now(), false) AS overdue
"""
PUT = text(
    """
    INSERT INTO dead_letters
      (digest, topic, key, partition, "offset", value, headers, reason, detail, state, at, wait_until, try_at)
    SELECT :digest, :topic, :key, CAST(:partition AS int), CAST(:offset AS bigint), :value, CAST(:headers AS json),
      :reason, :detail, state, now(), CASE WHEN state = 'waiting' THEN now() + make_interval(secs => :wait) END,
      CASE WHEN state = 'waiting' THEN now() END
    FROM (SELECT CAST(:state AS text) AS state) AS judged
    ON CONFLICT (digest) DO NOTHING
    """
)
HELD = text("SELECT DISTINCT key FROM dead_letters WHERE key = ANY(:keys)").bindparams(
    bindparam("keys", type_=ARRAY(Text))
)
LOCK = text(
    """
    SELECT pg_advisory_xact_lock(lock)
    FROM (SELECT DISTINCT hashtextextended(key, 0) AS lock FROM unnest(:keys) AS key ORDER BY lock) AS locks
    """
).bindparams(bindparam("keys", type_=ARRAY(Text)))
IDS_OF_CASE = text("SELECT id FROM dead_letters WHERE key = :key ORDER BY id")
FIND = text(f"SELECT {LETTER_COLUMNS} FROM dead_letters WHERE id = :id")  # noqa: S608 -- our own columns
PAGE = text(f"SELECT {LETTER_COLUMNS} FROM dead_letters WHERE id > :after ORDER BY id LIMIT :limit")  # noqa: S608 -- same
COUNT = text(
    """
    SELECT count(*) FILTER (WHERE state = 'dead') AS dead, count(*) FILTER (WHERE state = 'waiting') AS waiting,
      count(*) FILTER (WHERE state = 'parked') AS parked
    FROM dead_letters
    """
)
JUDGE = text(
    """
    UPDATE dead_letters SET state = judged.state, reason = :reason, detail = :detail,
      at = CASE WHEN dead_letters.state = judged.state THEN at ELSE now() END,
      wait_until = CASE WHEN judged.state = 'waiting' THEN now() + make_interval(secs => :wait) END,
      try_at = CASE WHEN judged.state = 'waiting' THEN now() END
    FROM (SELECT CAST(:state AS text) AS state) AS judged
    WHERE id = :id
    """
)
# The pause grows with the time waited: half of it, between a tenth of a second and five seconds.
POSTPONE = text(
    """
    UPDATE dead_letters
    SET try_at = now() + LEAST(GREATEST((now() - at) / 2, interval '0.1 seconds'), interval '5 seconds')
    WHERE key = :key AND state = 'waiting'
    """
)
REMOVE = text("DELETE FROM dead_letters WHERE id = :id")
# Of those that waited in vain the fault lies elsewhere, with whoever sends or carries what is missing.
DEAD_CASES = text(
    """
    SELECT DISTINCT key FROM dead_letters
    WHERE state = 'dead' AND reason <> 'not_yet' AND at > now() - make_interval(secs => :seconds)
    """
)
WAITING_CASES = text(
    """
    SELECT key, bool_or(state = 'waiting') AS in_time, COALESCE(min(try_at) <= now(), false) AS due
    FROM dead_letters AS early
    WHERE (state = 'waiting' OR (state = 'dead' AND reason = 'not_yet'))
      AND NOT EXISTS (
        SELECT FROM dead_letters AS dead
        WHERE dead.key = early.key AND dead.state = 'dead' AND dead.reason <> 'not_yet')
    GROUP BY key ORDER BY min(id)
    """
)
# Where only parked letters remain, the first of them is the one that the others stand behind: its turn has come.
PROMOTE = text(
    """
    UPDATE dead_letters
    SET state = 'waiting', at = now(), try_at = now(), wait_until = now() + make_interval(secs => :wait)
    WHERE id = (SELECT min(id) FROM dead_letters WHERE key = :key)
      AND NOT EXISTS (SELECT FROM dead_letters WHERE key = :key AND state <> 'parked')
    """
)


def stored_key(key: str) -> str:
    """The key as it is kept and compared here: what PostgreSQL cannot store in a text is written as an escape."""
    return key.encode("utf-8", "backslashreplace").decode().replace("\x00", "\\x00")


async def hold(session: Session, keys: Collection[str]) -> set[str]:
    """Which of these cases have letters. They stay so until commit: what is parked now is parked behind something."""
    if not (found := await _held(session, keys)):
        return set()
    await session.execute(LOCK, {"keys": sorted(found)})
    return await _held(session, found)


async def lock_case(session: Session, key: str) -> None:
    """Until commit nothing is parked behind this case's letters, and no other replay works on them."""
    await session.execute(LOCK, {"keys": [key]})


async def put(session: Session, records: Sequence[tuple[Record, Verdict]], *, wait: float) -> None:
    """Set records aside, in order. One that lies here already, delivered again, stays as it is."""
    if records:
        await session.execute(PUT, [_row(record) | _judged(verdict, wait) for record, verdict in records])


async def ids_of_case(session: Session, key: str) -> list[int]:
    """Letters of a case, in the order of their arrival."""
    return list(await session.scalars(IDS_OF_CASE, {"key": key}))


async def find(session: Session, letter_id: int) -> Letter | None:
    """The letter, or None when it has been applied meanwhile."""
    row = (await session.execute(FIND, {"id": letter_id})).one_or_none()
    return None if row is None else Letter.of(row)


async def page(session: Session, *, after: int = 0, limit: int = 100) -> list[Letter]:
    """Letters behind the id `after`, in the order of their arrival."""
    return [Letter.of(row) for row in await session.execute(PAGE, {"after": after, "limit": limit})]


async def count(session: Session) -> Counts:
    """How many letters lie here."""
    row = (await session.execute(COUNT)).one()
    return Counts(row.dead, row.waiting, row.parked)


async def judge(session: Session, letter_id: int, verdict: Verdict, *, wait: float) -> None:
    """Change what is said of a letter, after another attempt."""
    await session.execute(JUDGE, {"id": letter_id} | _judged(verdict, wait))


async def postpone(session: Session, key: str) -> None:
    """Try a waiting case again later, each time after a longer pause."""
    await session.execute(POSTPONE, {"key": key})


async def remove(session: Session, letter: Letter, *, wait: float) -> None:
    """Take away a letter that this transaction has applied; the next one of its case takes its place."""
    await session.execute(REMOVE, {"id": letter.id})
    await session.execute(PROMOTE, {"key": letter.record.key, "wait": wait})


async def dead_cases(session: Session, *, seconds: float) -> set[str]:
    """Cases with a letter that died within the last `seconds`: more than a few of them mean that the fault is ours."""
    return set(await session.scalars(DEAD_CASES, {"seconds": seconds}))


async def waiting_cases(session: Session) -> dict[str, Turn]:
    """Cases that lack nothing but a missing fact."""
    return {row.key: Turn(row.in_time, row.due) for row in await session.execute(WAITING_CASES)}


async def _held(session: Session, keys: Collection[str]) -> set[str]:
    return set(await session.scalars(HELD, {"keys": list(keys)}))


def _row(record: Record) -> dict[str, Any]:
    key = record.key.encode("utf-8", "surrogatepass")
    return {
        "digest": hashlib.sha256(b"\0".join((record.topic.encode(), key, record.value))).digest(),
        "topic": record.topic,
        "key": stored_key(record.key),
        "partition": record.partition,
        "offset": record.offset,
        "value": record.value,
        "headers": json.dumps([[name, base64.b64encode(value).decode()] for name, value in record.headers]),
    }


def _judged(verdict: Verdict, wait: float) -> dict[str, Any]:
    return {"state": verdict.state, "reason": verdict.reason, "detail": verdict.detail, "wait": wait}
