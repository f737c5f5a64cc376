"""What the bus promises, whoever carries it: the record, the two calls and the one way to fail."""

from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Protocol


class Unavailable(Exception):
    """Records could not be handed over, or it is not known whether they were: hand them over again.

    Never "not sent": what a lost connection or an ended time limit left behind may still arrive; the inbox absorbs it.
    """


@dataclass(frozen=True, slots=True)
class Record:
    """One message as it travels: bytes, because only the consumer may decide what it cannot read.

    `partition` and `offset` say where a broker kept it, and are empty where there is no broker.
    """

    topic: str
    key: str
    value: bytes
    headers: tuple[tuple[str, bytes], ...] = ()
    partition: int | None = None
    offset: int | None = None


Deliver = Callable[[Sequence[Record]], Awaitable[None]]
"""Takes records in order and returns when their effect is durable; raising means all of them come again."""


class Subscription(Protocol):
    """A group's place on its topics."""

    async def stop(self) -> None:
        """Take no more records; the ones in hand are finished or come again. What is published then is not lost."""
        ...


class Bus(Protocol):
    """Carries records at least once to every group subscribed to their topic, in order for each key."""

    async def publish(self, records: Sequence[Record]) -> None:
        """Return when every record is durable at the receiving end; raise Unavailable (or any error) otherwise.

        After an error the caller hands over the same records again: some of them may have arrived.
        """
        ...

    async def subscribe(self, group: str, topics: Collection[str], deliver: Deliver) -> Subscription:
        """Deliver to `group` what is published on `topics`, from where the group last stood."""
        ...

    async def close(self) -> None:
        """End all deliveries; a later call of `publish` raises Unavailable."""
        ...
