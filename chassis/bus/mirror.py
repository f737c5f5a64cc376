"""Copies of the directory: a compacted topic kept as a table, last version wins."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Table
from sqlalchemy.dialects.postgresql import insert

from chassis.bus.handlers import Batched, Delivery
from chassis.database.session import Session
from contracts.envelope import Event

VERSION = "version"


def mirror(event_class: type[Event], table: Table, columns: Sequence[str]) -> Batched:
    """Handler that keeps `table` equal to the latest facts of `event_class`, a whole batch in one statement.

    The table's primary key is named as the topic's key, it has a `version`, and `columns` are fields of the event and
    columns of the table alike. Raises ValueError where they are not, when the service starts.
    """
    key = event_class.topic.key
    if unknown := {key, VERSION, *columns} - set(table.columns.keys()):
        raise ValueError(f"{table.name} has no {', '.join(sorted(unknown))}")
    if unknown := {key, *columns} - set(event_class.model_fields):
        raise ValueError(f"{event_class.__name__} has no {', '.join(sorted(unknown))}")

    async def keep(session: Session, deliveries: Sequence[Delivery[Any]]) -> None:
        # The last of a record only: one statement may not touch a row twice.
        latest = {
            delivery.envelope.subject: _row(delivery, columns)
            for delivery in sorted(deliveries, key=lambda delivery: delivery.envelope.sequence)
        }
        rows = insert(table).values(list(latest.values()))
        statement = rows.on_conflict_do_update(
            index_elements=[key],
            set_={name: rows.excluded[name] for name in (VERSION, *columns)},
            where=rows.excluded[VERSION] > table.c[VERSION],
        )
        await session.execute(statement)

    def _row(delivery: Delivery[Any], names: Sequence[str]) -> dict[str, Any]:
        values = {name: getattr(delivery.event, name) for name in names}
        return {key: delivery.envelope.subject, VERSION: delivery.envelope.sequence, **values}

    return Batched(keep)
