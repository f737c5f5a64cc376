"""Log lines: one JSON object each, from our own code and from every library, with nothing in them that is personal."""

import asyncio
import logging
import sys
import threading
from collections.abc import Callable, Mapping, MutableMapping
from datetime import UTC, datetime
from time import monotonic, time
from types import TracebackType
from typing import Any, Final, TextIO

import orjson
import structlog
from structlog.typing import EventDict, WrappedLogger

from chassis.telemetry import trace
from chassis.telemetry.failures import OURS, described
from chassis.telemetry.redaction import LONGEST, event_name, sentence, shown

LEVELS: Final = {"debug", "info", "warning", "error", "critical"}
TRUSTED: Final = ("uvicorn.error", *OURS)
"""Loggers whose finished text may be shown, if plain English without long numbers; of others only the template."""
NOISY: Final = ("aiokafka", "kafka")
"""Loggers that repeat one line for as long as a broker is away."""
NOISY_SECONDS: Final = 60.0
METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


def configure(service: str, *, level: int = logging.INFO, stream: TextIO | None = None) -> None:
    """Let every line of this process go through here, to standard error unless told otherwise.

    Call it once, before anything logs; uvicorn has to run with `log_config=None` and without its access log.
    """
    logging.raiseExceptions = False  # logging would print a line that it cannot format, arguments included
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.addFilter(Calm())
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            processors=[_Line(service)], foreign_pre_chain=[_foreign], use_get_message=False, pass_foreign_args=True
        )
    )
    root = logging.getLogger()
    for old in list(root.handlers):
        root.removeHandler(old)
    root.addHandler(handler)
    root.setLevel(level)
    for name in ("uvicorn", "uvicorn.error"):
        logging.getLogger(name).handlers.clear()
        logging.getLogger(name).propagate = True
    logging.getLogger("uvicorn.access").disabled = True  # it writes paths and queries
    for name in ("sqlalchemy", "httpx", "httpcore", "asyncio", *NOISY):
        logging.getLogger(name).setLevel(max(level, logging.WARNING))  # below that they write statements and addresses
    logging.captureWarnings(capture=True)
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            structlog.stdlib.add_log_level,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
    sys.excepthook = _unhandled
    threading.excepthook = _unhandled_in_thread


class AccessLog:
    """One line a request, written past the logging machinery because every request pays for it."""

    def __init__(self, service: str, stream: TextIO | None = None) -> None:
        self._service = service
        self._lines: list[str] = []
        self._told: dict[tuple[str, str, int], str] = {}
        self._second, self._second_text = 0, ""
        self.stream = stream
        """Where the lines go; None: standard error, whatever that is at the time."""

    def write(self, *, method: str, route: str, status: int, seconds: float, trace_id: str | None) -> None:
        """Write the line. `route` is the template (`/v1/cases/{case_id}`), never the path, and no query.

        Lines of one turn of the event loop leave together, at its end: as the answers do.
        """
        told = self._told.get((method, route, status)) or self._tell(method, route, status)
        trace_text = "null" if trace_id is None else f'"{trace_id}"'
        self._lines.append(
            f'{{"timestamp":"{self._now()}",{told},"duration_ms":{round(seconds * 1000, 2)},"trace_id":{trace_text}}}\n'
        )
        if len(self._lines) == 1:
            try:
                asyncio.get_running_loop().call_soon(self._flush)
            except RuntimeError:  # written outside of a loop
                self._flush()

    def _flush(self) -> None:
        lines = "".join(self._lines)
        self._lines.clear()
        (self.stream or sys.stderr).write(lines)

    def _now(self) -> str:
        """The time to the millisecond; the text of its second is kept."""
        now = time()
        second = int(now)
        if second != self._second:
            self._second, self._second_text = second, datetime.fromtimestamp(second, UTC).strftime("%Y-%m-%dT%H:%M:%S")
        return f"{self._second_text}.{int((now - second) * 1000):03d}+00:00"

    def _tell(self, method: str, route: str, status: int) -> str:
        """What is the same in every line about these three; kept, unless a stranger invented the method."""
        known = method in METHODS
        line = {
            "level": "info",
            "event": "request",
            "service": self._service,
            "method": method if known else "OTHER",
            "route": route,
            "status": status,
        }
        told = orjson.dumps(line).decode()[1:-1]
        if known:
            self._told[method, route, status] = told
        return told


class Calm(logging.Filter):
    """Lets a repeated line of a noisy library through once a minute, and tells how many it held back."""

    def __init__(self, seconds: float = NOISY_SECONDS, now: Callable[[], float] = monotonic) -> None:
        super().__init__()
        self._seconds = seconds
        self._now = now
        self._seen: dict[tuple[str, int, int], tuple[float, int]] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether the line may pass; lines are the same when the same statement wrote them."""
        if not record.name.startswith(NOISY):
            return True
        place = (record.pathname, record.lineno, record.levelno)
        since, held = self._seen.get(place, (float("-inf"), 0))
        if self._now() - since < self._seconds:
            self._seen[place] = (since, held + 1)
            return False
        self._seen[place] = (self._now(), 0)
        record.suppressed = held
        return True


class _Line:
    """The last processor: picks what may be said and renders it."""

    def __init__(self, service: str) -> None:
        self._service = service

    def __call__(self, _logger: WrappedLogger, _name: str, event: EventDict) -> str:
        record: logging.LogRecord = event.pop("_record")
        ours = bool(event.pop("_from_structlog"))
        name, level, error = event.pop("event", None), event.pop("level", None), event.pop("exc_info", None)
        here = trace.current()
        line: dict[str, Any] = {
            "timestamp": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": level if level in LEVELS else record.levelname.lower(),
            "event": event_name(name) if ours else name,
            "logger": record.name,
            "service": self._service,
        }
        line |= shown({"trace_id": here.trace_id if here else None, **event})
        if found := _exception(error):
            line |= described(found)
        return orjson.dumps(line).decode()


def _foreign(_logger: WrappedLogger, _name: str, event: EventDict) -> MutableMapping[str, Any]:
    """A line of the standard library's logging: of its text only what is safe, of its extras nothing."""
    record: logging.LogRecord = event["_record"]
    args = event.pop("positional_args", ())
    event["event"] = sentence(_safe_text(record.name, str(event["event"]), args)[:LONGEST]) or "text withheld"
    event["place"] = f"{record.module}:{record.lineno}"
    event.pop("stack_info", None)
    if suppressed := getattr(record, "suppressed", 0):
        event["suppressed"] = suppressed
    return event


def _safe_text(logger: str, template: str, args: tuple[object, ...] | Mapping[str, object]) -> str:
    if logger.startswith(TRUSTED):
        return _filled(template, args).strip()
    if args:
        return _filled(template, tuple(_harmless(arg) for arg in args) if isinstance(args, tuple) else ())
    # Without arguments it is a constant or a text full of values. Of asyncio's the first line is a constant.
    return template.partition("\n")[0] if logger.startswith((*NOISY, "asyncio")) else ""


def _filled(template: str, args: tuple[object, ...] | Mapping[str, object]) -> str:
    try:
        return template % args if args else template
    except (TypeError, ValueError, KeyError):
        return template


def _harmless(arg: object) -> object:
    """An argument of a library's line: counts and classes are shown, whatever else it may be is not."""
    if isinstance(arg, int | float) and abs(arg) < 10**6:
        return arg
    return type(arg).__name__ if isinstance(arg, BaseException) else "..."


def _exception(value: object) -> BaseException | None:
    if isinstance(value, BaseException):
        return value
    if isinstance(value, tuple):
        return value[1] if isinstance(value[1], BaseException) else None
    return sys.exc_info()[1] if value else None


def _unhandled(kind: type[BaseException], error: BaseException, place: TracebackType | None) -> None:
    logging.getLogger("chassis.unhandled").critical("process ends by an error", exc_info=(kind, error, place))


def _unhandled_in_thread(failed: threading.ExceptHookArgs) -> None:
    if failed.exc_value is not None:
        logging.getLogger("chassis.unhandled").critical("thread ends by an error", exc_info=failed.exc_value)
