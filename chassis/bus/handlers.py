"""What a service says about the facts it reacts to: the handler, the batch handler, and the request to wait."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, TypeAlias, TypeVar

from chassis.database.session import Session
from contracts.envelope import Envelope, Event

Fact = TypeVar("Fact", bound=Event)


class NotYet(Exception):
    """Another fact must come first, from another topic: try again later, for a bounded time.

    Only this case waits; others flow. When the time is over the record becomes a dead letter.
    """


@dataclass(frozen=True, slots=True)
class Delivery(Generic[Fact]):
    """A fact that arrived, with its envelope and, on a restricted topic, the particulars that travelled beside it.

    `particulars` is None where there were none, and where retention or a lawful erasure has deleted them meanwhile.
    """

    event: Fact
    envelope: Envelope
    particulars: dict[str, Any] | None = None
    value: bytes = field(kw_only=True, repr=False)
    """The record as it was published, for whoever passes it on: attributes that this release does not know included."""


Handler: TypeAlias = Callable[[Session, Delivery[Any]], Awaitable[None]]
"""Does what a fact asks for, in the transaction that also marks it as applied. May run twice, commits once."""


@dataclass(frozen=True, slots=True)
class Batched:
    """A handler that takes a run of deliveries at once, of all its types: for copies and projections that only upsert.

    It has no actor to act for, so it must not record facts.
    """

    function: Callable[[Session, Sequence[Delivery[Any]]], Awaitable[None]]


Handlers: TypeAlias = Mapping[type[Event], Handler | Batched]
"""A noun's table of facts and functions."""


def topics_of(tables: Sequence[Handlers]) -> frozenset[str]:
    """Names of the topics on which these facts travel."""
    return frozenset(event.topic.name for table in tables for event in table)
