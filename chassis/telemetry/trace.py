"""Trace ids: W3C trace context in, out, and at hand wherever something is logged."""

import os
import re
from contextvars import ContextVar, Token
from random import getrandbits
from typing import Final, NamedTuple
from uuid import UUID

from asyncpg.pgproto import pgproto

TRACEPARENT: Final = re.compile(
    r"(?!ff)[0-9a-f]{2}-(?P<trace>(?!0{32})[0-9a-f]{32})-(?P<span>(?!0{16})[0-9a-f]{16})-(?P<flags>[0-9a-f]{2})(?P<more>-.*)?",
    re.ASCII,
)


class Trace(NamedTuple):
    """One piece of work in a trace: `span_id` is this piece, `trace_id` everything that came of the first request."""

    trace_id: str
    span_id: str
    flags: str = "01"

    @property
    def correlation_id(self) -> UUID:
        """The trace as the UUID under which facts are tied to the request that caused them.

        Of the driver's own class, like every id that is written.
        """
        return pgproto.UUID(self.trace_id)

    def child(self) -> "Trace":
        """The next piece of work in the same trace."""
        return Trace(self.trace_id, os.urandom(8).hex(), self.flags)

    def traceparent(self) -> str:
        """The header to send on."""
        return f"00-{self.trace_id}-{self.span_id}-{self.flags}"


def new_trace() -> Trace:
    """The first piece of work of a new trace."""
    random = f"{getrandbits(192):048x}"  # an id and no secret; to ask the system costs more than the rest
    return Trace(random[:32], random[32:])


def parse(traceparent: str | None) -> Trace | None:
    """What the header says, or None where it says nothing well formed.

    Later versions may append fields; version 00 has none (W3C Trace Context 3.2).
    """
    match = TRACEPARENT.fullmatch(traceparent) if traceparent is not None else None
    if match is None or (match["more"] is not None and match[0].startswith("00")):
        return None
    return Trace(match["trace"], match["span"], match["flags"])


def received(traceparent: str | None) -> Trace:
    """A piece of work in the caller's trace, or in a new one."""
    caller = parse(traceparent)
    return new_trace() if caller is None else caller.child()


def of_correlation(correlation_id: UUID) -> Trace:
    """A piece of work in the trace that a fact was recorded in: for the consumer, which gets no header."""
    return Trace(correlation_id.hex, os.urandom(8).hex())


_CURRENT: ContextVar[Trace | None] = ContextVar("trace", default=None)


def current() -> Trace | None:
    """The piece of work that is being done here, if an edge has named one."""
    return _CURRENT.get()


class tracing:  # noqa: N801 -- used as `with tracing(trace):`, and no generator because every request pays for it
    """Let everything logged inside the block carry this trace id."""

    __slots__ = ("_token", "_trace")

    def __init__(self, trace: Trace) -> None:
        self._trace = trace

    def __enter__(self) -> Trace:
        self._token: Token[Trace | None] = _CURRENT.set(self._trace)
        return self._trace

    def __exit__(self, *_error: object) -> None:
        _CURRENT.reset(self._token)
