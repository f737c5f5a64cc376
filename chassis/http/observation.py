"""What is told about each request: one access line, metrics by route, and the headers that every answer carries."""

from time import perf_counter
from typing import Final

from starlette._utils import get_route_path
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from chassis.http.authentication import PROTECTED
from chassis.http.templates import route_template
from chassis.http.tracing import begin_trace
from chassis.telemetry.logs import AccessLog
from chassis.telemetry.metrics import Metrics
from chassis.telemetry.trace import tracing

OBSERVED: Final = "onewindow.observed"
CALLER_GONE: Final = 499
"""Status of a request whose caller went away before the answer began; nginx's number for it."""


class Observation:
    """The outermost middleware: it knows the status that really left."""

    def __init__(self, app: ASGIApp, metrics: Metrics, access: AccessLog | None = None) -> None:
        self.app = app
        self.metrics = metrics
        self.access = access

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Observe the request, unless a mounted application inside has done so."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        began = perf_counter()
        status = CALLER_GONE
        trace = begin_trace(scope)
        headers = [(b"x-content-type-options", b"nosniff"), (b"trace-id", trace.trace_id.encode())]
        if get_route_path(scope).startswith(PROTECTED):
            headers.append((b"cache-control", b"no-store"))

        async def sending(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                present = [name for name, _ in message["headers"]]
                message["headers"] = [*message["headers"], *(pair for pair in headers if pair[0] not in present)]
            await send(message)

        self.metrics.in_flight.inc()
        with tracing(trace):
            try:
                await self.app(scope, receive, sending)
            finally:
                self.metrics.in_flight.dec()
                if OBSERVED not in scope:
                    scope[OBSERVED] = True
                    self._tell(scope, status, perf_counter() - began)

    def _tell(self, scope: Scope, status: int, seconds: float) -> None:
        method, route = scope["method"], route_template(scope)
        self.metrics.request(method, route, status, seconds)
        if self.access is not None:
            trace_id = begin_trace(scope).trace_id
            self.access.write(method=method, route=route, status=status, seconds=seconds, trace_id=trace_id)
