"""The trace of a request, kept in its scope: known to middleware that runs outside any context variable's reach."""

from collections.abc import Mapping, MutableMapping
from typing import Any, Final

from chassis.telemetry.trace import Trace, received

KEY: Final = "onewindow.trace"


def begin_trace(scope: MutableMapping[str, Any]) -> Trace:
    """The request's trace: the caller's, where its `traceparent` is well formed, or a new one.

    A mounted application goes on with the trace that the outer one began.
    """
    known = trace_of(scope)
    if known is not None:
        return known
    header = None
    for name, value in scope["headers"]:
        if name == b"traceparent":
            header = value.decode("latin-1")
            break
    scope[KEY] = trace = received(header)
    return trace


def trace_of(scope: Mapping[str, Any]) -> Trace | None:
    """The request's trace, None where no edge has begun one."""
    trace = scope.get(KEY)
    return trace if isinstance(trace, Trace) else None
