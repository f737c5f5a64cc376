"""Keyset cursors: signed, opaque, and refused when edited, so that a list can be continued but never steered."""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Sequence
from typing import Final

import orjson

from chassis.rules.refusals import Kind, Refusal

SIGNATURE_BYTES: Final = 12


class BadCursor(Refusal):
    """A cursor that this service did not give for this list."""

    kind = Kind.INVALID
    code = "bad_cursor"
    zh = "分页游标无效，请从第一页重新开始"
    en = "The cursor was not given by this list; start again from the first page"


def encode_cursor(key: bytes, values: Sequence[str | int]) -> str:
    """Cursor for the row whose sort values these are."""
    body = orjson.dumps(list(values))
    return base64.urlsafe_b64encode(_signature(key, body) + body).decode().rstrip("=")


def decode_cursor(key: bytes, cursor: str) -> list[str | int]:
    """Sort values of the last row seen; raises BadCursor."""
    try:
        raw = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
    except (binascii.Error, ValueError) as error:
        raise BadCursor from error
    signature, body = raw[:SIGNATURE_BYTES], raw[SIGNATURE_BYTES:]
    if not hmac.compare_digest(signature, _signature(key, body)):
        raise BadCursor
    values: list[str | int] = orjson.loads(body)
    return values


def _signature(key: bytes, body: bytes) -> bytes:
    return hmac.digest(key, body, hashlib.sha256)[:SIGNATURE_BYTES]
