"""The journal's arms of the one statement with which a hot path opens new chains (performance.md 2b).

The noun brings its own input `r`, one row a case, which holds the columns of OPENING and its own; the rows whose key is
new come out as `n`. A key that is not new is a repeat: its first answer is read by `first_answers`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

import asyncpg

from chassis.database.statements import Arm
from chassis.journal.entries import HASHED, TYPES

ENTRY: Final[Mapping[str, str]] = {f"e_{name}": TYPES[name] for name in (*HASHED, "hash")}
"""Columns of the entry, prefixed so that they do not meet the noun's own."""
KEYS: Final[Mapping[str, str]] = {"k_principal": "text", "k_key": "text", "k_operation": "text", "k_body_hash": "bytea"}
OPENING: Final[Mapping[str, str]] = {**KEYS, **ENTRY}

ARMS: Final = (
    Arm(
        "k",
        "INSERT INTO idempotency_keys (principal, key, operation, body_hash, entry_id, at)"
        " SELECT k_principal, k_key, k_operation, k_body_hash, e_id, e_recorded_at FROM r"
        " ORDER BY k_principal, k_key"  # one lock order for all writers
        " ON CONFLICT DO NOTHING RETURNING entry_id",
    ),
    Arm("n", "SELECT r.* FROM r JOIN k ON k.entry_id = r.e_id", materialised=True),
    Arm(
        "h",
        "INSERT INTO heads (case_id, stream, division, version, hash, topics)"
        " SELECT e_case_id, e_stream, e_division, e_version, e_hash, jsonb_build_object(e_topic, e_version) FROM n",
    ),
    Arm("o", "INSERT INTO outbox (entry_id, at) SELECT e_id, e_recorded_at FROM n"),
    Arm(
        "j",
        f"INSERT INTO journal ({', '.join(HASHED)}, hash)"  # noqa: S608 -- names of our own columns
        f" SELECT {', '.join('e_data::json' if name == 'data' else f'e_{name}' for name in HASHED)}, e_hash FROM n",
    ),
)

FIRST: Final = """
    SELECT k.principal, k.key, k.operation, k.body_hash, j.id, j.case_id, j.version, j.type, j.data::text AS data,
    j.hash,
           j.occurred_at
    FROM unnest($1::text[], $2::text[]) AS asked(principal, key)
    JOIN idempotency_keys k USING (principal, key) JOIN journal j ON j.id = k.entry_id
"""


@dataclass(frozen=True, slots=True)
class FirstAnswer:
    """What the first request with a key recorded."""

    operation: str
    body_hash: bytes
    case_id: UUID
    data: str
    hash: bytes


async def first_answers(
    connection: asyncpg.Connection, keys: Sequence[tuple[str, str]]
) -> Mapping[tuple[str, str], FirstAnswer]:
    """First answers to keys that are not new, by (principal, key)."""
    rows = await connection.fetch(FIRST, [principal for principal, _ in keys], [key for _, key in keys])
    return {
        (row["principal"], row["key"]): FirstAnswer(
            row["operation"], row["body_hash"], row["case_id"], row["data"], row["hash"]
        )
        for row in rows
    }
