"""One effect for one Idempotency-Key: claimed in the transaction of its effect; a repeat gets the first answer."""

import hashlib
import re
from http import HTTPStatus
from typing import Final, NamedTuple
from uuid import UUID

import orjson
from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert as insert_once
from starlette._utils import get_route_path
from starlette.requests import HTTPConnection

from chassis.database.session import Session
from chassis.http.authentication import principal_of
from chassis.http.problems import HttpRefusal
from chassis.http.strict_json import parsed
from chassis.journal.tables import IDEMPOTENCY_KEYS
from chassis.rules.refusals import Kind, Refusal

HEADER: Final = b"idempotency-key"
KEY_FORM: Final = re.compile(r"[\x21-\x7e]{8,128}")


class IdempotencyKeyMissing(HttpRefusal):
    """A creating request without a key could not be repeated safely after a broken connection."""

    status = HTTPStatus.BAD_REQUEST
    code = "idempotency_key_missing"
    zh = "请在 Idempotency-Key 中给出本次请求的唯一标识"
    en = "Give a key of this request, unique among yours, in Idempotency-Key"


class IdempotencyKeyMalformed(HttpRefusal):
    """A key outside its form."""

    status = HTTPStatus.BAD_REQUEST
    code = "idempotency_key_malformed"
    zh = "Idempotency-Key 应为 8 至 128 个可见 ASCII 字符"
    en = "Idempotency-Key must have 8 to 128 visible ASCII characters"


class IdempotencyKeyReused(Refusal):
    """The caller used this key for another request before."""

    kind = Kind.INVALID
    code = "idempotency_key_reused"
    zh = "该 Idempotency-Key 已用于另一请求"
    en = "This Idempotency-Key was used for another request"


class KeyWithoutEntry(Exception):
    """A key was committed and nothing recorded under it: a fault of ours, since a repeat could not be answered."""


class Claim(NamedTuple):
    """A request as its key remembers it."""

    principal: str
    key: str
    operation: str
    body_hash: bytes


def claim_of(connection: HTTPConnection, operation: str, *, required: bool = True) -> Claim | None:
    """What the request claims, None without a key; raises IdempotencyKeyMissing and IdempotencyKeyMalformed.

    `operation` is method and route, as in `POST /v1/cases/{case_id}/agreement`.
    """
    given = [value.decode("latin-1") for name, value in connection.scope["headers"] if name == HEADER]
    if not given:
        if required:
            raise IdempotencyKeyMissing
        return None
    if len(given) != 1 or not KEY_FORM.fullmatch(given[0]):
        raise IdempotencyKeyMalformed
    return Claim(principal_of(connection).key, given[0], operation, body_hash(connection, operation))


def body_hash(connection: HTTPConnection, operation: str) -> bytes:
    """The hash of a request as it came; see `request_hash`."""
    return request_hash(operation, get_route_path(connection.scope), parsed(connection.scope))


def request_hash(operation: str, path: str, value: object) -> bytes:
    """SHA-256 over operation, address and the body's value: neither key order nor white space makes another request."""
    digest = hashlib.sha256()
    for part in (operation.encode(), path.encode("utf-8", "surrogatepass")):
        digest.update(len(part).to_bytes(4) + part)
    digest.update(orjson.dumps(value, option=orjson.OPT_SORT_KEYS))
    return digest.digest()


async def claim(session: Session, request: Claim) -> UUID | None:
    """Claim the key for this transaction; the first answer's entry when it is a repeat. Raises IdempotencyKeyReused.

    While the first request with the key is in hand this waits for it to end, and then either is a repeat or,
    when the first failed, takes its place.
    """
    row = {
        "principal": request.principal,
        "key": request.key,
        "operation": request.operation,
        "body_hash": request.body_hash,
        "at": session.info["clock"].now(),
    }
    table = IDEMPOTENCY_KEYS
    taken = insert_once(table).values(row).on_conflict_do_nothing().returning(table.c.key)
    if (await session.execute(taken)).scalar_one_or_none() is not None:
        return None
    mine = (table.c.principal == request.principal) & (table.c.key == request.key)
    first = (await session.execute(select(table).where(mine))).mappings().one()
    if first["body_hash"] != request.body_hash:
        raise IdempotencyKeyReused
    entry_id: UUID | None = first["entry_id"]
    if entry_id is None:
        raise KeyWithoutEntry
    return entry_id


async def remember(session: Session, request: Claim, entry_id: UUID) -> None:
    """Tie the key to the entry from which a repeat will be answered."""
    table = IDEMPOTENCY_KEYS
    mine = (table.c.principal == request.principal) & (table.c.key == request.key)
    await session.execute(update(table).where(mine).values(entry_id=entry_id))
