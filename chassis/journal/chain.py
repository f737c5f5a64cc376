"""The next entry of a chain as a value, complete with its hash, for those who write many at once."""

from datetime import datetime
from uuid import UUID

from chassis.journal.context import Acting
from chassis.journal.entries import ALGORITHM, GENESIS, Entry, entry_hash, new_id
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
    values = (  # in the order of HASHED
        entry_id or new_id(),
        event.subject_id,
        FACTS,
        version + 1,
        event.type,
        event.version,
        division,
        event.topic.name,
        previous,
        event.canonical(),
        None,  # no commitment: a chain that is opened hands nothing over
        who.actor,
        who.on_behalf_of,
        None,
        CLOCKS_VERSION,
        occurred_at or at,
        at,
        who.correlation_id,
        who.causation_id,
        ALGORITHM,
        previous_hash,
    )
    return Entry(*values, entry_hash(*values))
