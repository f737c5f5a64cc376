"""Who acts, and because of what: set by the three edges (HTTP, bus, clock) and read by everything that is recorded."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import NamedTuple
from uuid import UUID


class Acting(NamedTuple):
    """The actor of what is being recorded.

    `actor` is the subject of a token, `service:<name>` for the bus or `clock:<name>` for the sweep; `on_behalf_of`
    is whom a
    substitute stands in for; the ids tie a fact to the request it came in with and to the event that caused it.
    """

    actor: str
    correlation_id: UUID
    causation_id: UUID | None = None
    on_behalf_of: str | None = None


_ACTING: ContextVar[Acting] = ContextVar("acting")


def acting() -> Acting:
    """The present actor; LookupError when an edge forgot to say: no fact is recorded without one."""
    return _ACTING.get()


@contextmanager
def acting_as(value: Acting) -> Iterator[Acting]:
    """Let `value` be the actor inside the block."""
    token = _ACTING.set(value)
    try:
        yield value
    finally:
        _ACTING.reset(token)
