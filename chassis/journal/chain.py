"""The next entry of a chain as a value, complete with its hash, for those who write many at once."""

from datetime import datetime
from typing import Any
from uuid import UUID

from chassis.journal.context import Acting
from chassis.journal.entries import ALGORITHM, GENESIS, Entry, entry_hash, hashed_values, new_id
from chassis.journal.tables import FACTS
from contracts.clocks import CLOCKS_VERSION
from contracts.envelope import Event


def following(
    event: Event,
    *,
    division: str,
    who: Acting,
    at: datetime,
    occurred_at: datetime | None = None,
    entry_id: UUID | None = None,
    version: int = 0,
    previous: int = 0,
    previous_hash: bytes = GENESIS,
) -> Entry:
    """The entry that follows version `version` of the event's subject; by default the first one of its chain.

    `previous` is the subject's last version on the event's topic, 0 for none. `at` is when it is recorded.
    """
    values: dict[str, Any] = {
        "id": entry_id or new_id(),
        "case_id": event.subject_id,
        "stream": FACTS,
        "version": version + 1,
        "type": event.type,
        "type_version": event.version,
        "division": division,
        "topic": event.topic.name,
        "previous": previous,
        "data": event.canonical(),
        "commitment": None,
        "actor": who.actor,
        "on_behalf_of": who.on_behalf_of,
        "reason_code": None,
        "ruleset": CLOCKS_VERSION,
        "occurred_at": occurred_at or at,
        "recorded_at": at,
        "correlation_id": who.correlation_id,
        "causation_id": who.causation_id,
        "algorithm": ALGORITHM,
        "previous_hash": previous_hash,
    }
    return Entry(**values, hash=entry_hash(*hashed_values(values)))
