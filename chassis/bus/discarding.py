"""Taking away a letter that nothing will make readable, and writing down who did it, why, and what it was."""

import base64
import os
from typing import Final
from uuid import NAMESPACE_OID, UUID, uuid5

import orjson
from sqlalchemy import text

from chassis.bus import dead_letters
from chassis.bus.dead_letters import Letter, Reason, State
from chassis.database.session import Session
from chassis.journal.context import Acting, acting_as
from chassis.journal.entries import Entry, new_id
from chassis.journal.record import append
from chassis.journal.tables import LETTERS
from chassis.rules.refusals import Kind, Refusal
from chassis.security.parcels import SALT, SealedParcel, committed
from chassis.security.sealing import Sealer

DISCARDABLE: Final = frozenset(
    {
        Reason.FORK,
        Reason.INVALID_DATA,
        Reason.OUT_OF_PLACE,
        Reason.PARCEL_UNREADABLE,
        Reason.TOO_LARGE,
        Reason.UNREADABLE,
    }
)
"""A record that was damaged, or that no honest sender made. Every other one is a fact, which has to be applied."""
KIND: Final = "journal.letter_discarded"
COLUMN: Final = "dead_letters.discarded"
WAIT_SECONDS: Final = 30.0
"""How long the next letter of the case may wait for what comes before it, as a consumer grants it."""
DIVISION: Final = text("SELECT division FROM heads WHERE case_id = :case_id LIMIT 1")


class NotToBeDiscarded(Refusal):
    """The letter holds a fact, or waits for one: without it the case's later facts could never be applied."""

    kind = Kind.CONFLICT
    code = "letter_not_to_be_discarded"
    zh = "此死信是可读的事实，不能丢弃：排除原因后重放"
    en = "This letter holds a fact and is not to be discarded: mend the cause and replay it"


async def discard(
    session: Session, sealer: Sealer, letter_id: int, *, service: str, by: str, reason: str, wait: float = WAIT_SECONDS
) -> Entry | None:
    """Take the letter away and record that; None when there is no such letter. Raises NotToBeDiscarded.

    The journal says who did it and what was wrong with the record. Why, and the record itself, may name people: they
    lie sealed beside the entry, for this service alone, and can be erased like every parcel. A fact that was damaged on
    its way comes again when its sender publishes anew.
    """
    letter = await dead_letters.find(session, letter_id)
    if letter is None:
        return None
    await dead_letters.lock_case(session, letter.record.key)
    letter = await dead_letters.find(session, letter_id)
    if letter is None:
        return None
    if letter.verdict.state is not State.DEAD or letter.verdict.reason not in DISCARDABLE:
        raise NotToBeDiscarded(letter_id)
    case_id, entry_id = _case_of(letter), new_id()
    with acting_as(Acting(f"operator:{by}", correlation_id=new_id())):
        entry = await append(
            session,
            case_id=case_id,
            stream=LETTERS,
            kind=KIND,
            kind_version=1,
            topic=None,
            data=_said(letter),
            division=await session.scalar(DIVISION, {"case_id": case_id}) or "",
            entry_id=entry_id,
            reason_code=letter.verdict.reason.value,
            parcel=_kept(sealer, letter, service=service, reason=reason, entry_id=entry_id),
        )
    await dead_letters.remove(session, letter, wait=wait)
    return entry


def _case_of(letter: Letter) -> UUID:
    """The case it claims to be of; for a key that is no id, an id that stands for that key."""
    try:
        return UUID(letter.record.key)
    except ValueError:
        return uuid5(NAMESPACE_OID, letter.record.key)


def _said(letter: Letter) -> str:
    record = letter.record
    told = {"letter": letter.id, "topic": record.topic, "partition": record.partition, "offset": record.offset}
    return orjson.dumps(told, option=orjson.OPT_SORT_KEYS).decode()


def _kept(sealer: Sealer, letter: Letter, *, service: str, reason: str, entry_id: UUID) -> SealedParcel:
    record = letter.record
    plain = orjson.dumps(
        {
            "reason": reason,
            "key": record.key,
            "headers": [[name, base64.b64encode(value).decode()] for name, value in record.headers],
            "value": base64.b64encode(record.value).decode(),
        }
    ).decode()
    salt = os.urandom(SALT)
    return SealedParcel(
        receiver=service,
        key_id="",  # the sealed value names its own
        sealed=sealer.seal(plain, COLUMN, entry_id),
        salt=salt,
        commitment=committed(salt, plain.encode()),
    )
