"""What is told about each request: one access line, metrics by route, and the headers that every answer carries."""

from time import perf_counter
from typing import Final

from starlette._utils import get_route_path
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from chassis.failpoints import HTTP_BEFORE_REPLY, reach
from chassis.http.authentication import PROTECTED
from chassis.http.templates import route_template
from chassis.http.tracing import begin_trace
from chassis.telemetry.logs import AccessLog
from chassis.telemetry.metrics import Metrics
from chassis.telemetry.trace import tracing

OBSERVER: Final = "onewindow.observer"
NO_SNIFF: Final = ((b"x-content-type-options", b"nosniff"),)
NO_STORE: Final = (*NO_SNIFF, (b"cache-control", b"no-store"))
FIRST_FAILURE: Final = 300
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
        scope[OBSERVER] = self  # the innermost one stays: it is nearest to the route

        async def sending(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start" and scope[OBSERVER] is self:
                status = message["status"]
                if scope["method"] == "POST" and status < FIRST_FAILURE:
                    reach(HTTP_BEFORE_REPLY)
                headers = NO_STORE if get_route_path(scope).startswith(PROTECTED) else NO_SNIFF
                message["headers"] = [*message["headers"], *headers, (b"trace-id", trace.trace_id.encode())]
            await send(message)

        with tracing(trace):
            try:
                await self.app(scope, receive, sending)
            finally:
                if scope[OBSERVER] is self:
                    self._tell(scope, status, perf_counter() - began)

    def _tell(self, scope: Scope, status: int, seconds: float) -> None:
        method, route = scope["method"], route_template(scope)
        self.metrics.request(method, route, status, seconds)
        if self.access is not None:
            trace_id = begin_trace(scope).trace_id
            self.access.write(method=method, route=route, status=status, seconds=seconds, trace_id=trace_id)
