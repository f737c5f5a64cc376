"""The journal's arms of the one statement with which a hot path opens new chains (performance.md 2b).

The noun brings its own input `r`, one row a case, which holds the columns of its Opening and its own; the rows whose
key is new come out as `n`. A key that is not new is a repeat: its first answer is read by `first_answers`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Any, Final
from uuid import UUID

import asyncpg

from chassis.database.statements import Arm
from chassis.journal.entries import ALGORITHM, GENESIS, HASHED, TYPES, Entry
from chassis.journal.tables import FACTS
from contracts.clocks import CLOCKS_VERSION
from contracts.envelope import Event

KEYS: Final[Mapping[str, str]] = {"k_principal": "text", "k_key": "text", "k_body_hash": "bytea"}


class NotAnOpening(ValueError):
    """An entry that is not the first of its chain, or of another type: stored would be another than was hashed."""


class Opening:
    """What opens chains with one type of fact, on behalf of one operation.

    What is the same in every first entry stands in the statement itself, and is not sent with every row.
    """

    def __init__(self, event: type[Event], operation: str) -> None:
        fixed: Mapping[str, object] = {
            "stream": FACTS,
            "version": 1,
            "type": event.type,
            "type_version": event.version,
            "topic": event.topic.name,
            "previous": 0,
            "commitment": None,
            "reason_code": None,
            "ruleset": CLOCKS_VERSION,
            "algorithm": ALGORITHM,
            "previous_hash": GENESIS,
        }
        varying = tuple(name for name in Entry._fields if name not in fixed)
        self._fixed = tuple(fixed.values())
        self._fixed_of = itemgetter(*map(Entry._fields.index, fixed))
        self._varying_of = itemgetter(*map(Entry._fields.index, varying))
        self.columns: Mapping[str, str] = {**KEYS, **{f"e_{name}": TYPES[name] for name in varying}}
        """Columns of the input, those of the entry with a prefix, so that they do not meet the noun's own."""
        self.arms: Sequence[Arm] = _arms(
            {name: _literal(fixed[name], TYPES[name]) if name in fixed else f"e_{name}" for name in (*HASHED, "hash")},
            operation=_literal(operation, "text"),
        )

    def values(self, principal: str, key: str, body_hash: bytes, entry: Entry) -> tuple[Any, ...]:
        """A row's values, in the order of `columns`; raises NotAnOpening."""
        if self._fixed_of(entry) != self._fixed:
            raise NotAnOpening
        return (principal, key, body_hash, *self._varying_of(entry))


def _arms(told: Mapping[str, str], operation: str) -> tuple[Arm, ...]:
    """`told` says in SQL what each column of an entry is."""
    values = ", ".join(f"{value}::json" if name == "data" else value for name, value in told.items())
    return (
        Arm(
            "k",
            "INSERT INTO idempotency_keys (principal, key, operation, body_hash, entry_id, at)"  # noqa: S608 -- ours
            f" SELECT k_principal, k_key, {operation}, k_body_hash, e_id, e_recorded_at FROM r"
            " ORDER BY k_principal, k_key"  # one lock order for all writers
            " ON CONFLICT DO NOTHING RETURNING entry_id",
        ),
        Arm("n", "SELECT r.* FROM r JOIN k ON k.entry_id = r.e_id", materialised=True),
        Arm(
            "h",
            "INSERT INTO heads (case_id, stream, division, version, hash, topics)"  # noqa: S608 -- ours
            f" SELECT e_case_id, {told['stream']}, e_division, {told['version']}, e_hash,"
            f" jsonb_build_object({told['topic']}, {told['version']}) FROM n",
        ),
        Arm("o", "INSERT INTO outbox (entry_id, at) SELECT e_id, e_recorded_at FROM n"),
        Arm(
            "j",
            f"INSERT INTO journal ({', '.join(told)}) SELECT {values} FROM n",  # noqa: S608 -- names of our own columns
        ),
    )


def _literal(value: object, kind: str) -> str:
    """A value of our own as SQL."""
    match value:
        case None:
            return f"NULL::{kind}"
        case bytes():
            return f"'\\x{value.hex()}'::{kind}"
        case _:
            text = str(value).replace("'", "''")
            return f"'{text}'::{kind}"


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
