"""Log lines: canary values through every door of logging, and none of them on the other side."""

import asyncio
import io
import json
import logging
import subprocess
import sys
import threading
import warnings
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, Self

import pytest
import structlog
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from chassis.database.scope import SYSTEM
from chassis.database.session import Database
from chassis.telemetry import logs
from chassis.telemetry.logs import AccessLog, Calm
from chassis.telemetry.trace import Trace, tracing
from onewindow.embedded.databases import ServiceDatabase

CANARIES = ("王小明", "13812345678", "13092619900101123X", "canary-value", "河北省肃宁县东街", "邻居占了宅基地")
CANARY = "canary-value 王小明 13812345678 13092619900101123X 河北省肃宁县东街 邻居占了宅基地"
TRACE = Trace("4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7")


class Lines:
    """What was written, as text and as objects."""

    def __init__(self) -> None:
        self.stream = io.StringIO()

    @property
    def text(self) -> str:
        return self.stream.getvalue()

    def all(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.text.splitlines()]

    def last(self) -> dict[str, Any]:
        return self.all()[-1]

    def assert_clean(self) -> Self:
        assert self.text, "nothing was logged, so nothing was shown to be clean"
        self.all()
        for canary in CANARIES:
            assert canary not in self.text
            assert json.dumps(canary)[1:-1] not in self.text
        return self


@pytest.fixture
def lines() -> Iterator[Lines]:
    """Logging configured as in a service; afterwards it is pytest's again."""
    root = logging.getLogger()
    handlers, level, hook = list(root.handlers), root.level, sys.excepthook
    raising, thread_hook = logging.raiseExceptions, threading.excepthook
    written = Lines()
    logs.configure("intake", stream=written.stream)
    yield written
    logging.captureWarnings(capture=False)
    root.handlers[:], sys.excepthook, logging.raiseExceptions = handlers, hook, raising
    threading.excepthook = thread_hook
    root.setLevel(level)
    structlog.reset_defaults()


def test_a_line_says_what_where_and_in_which_trace(lines: Lines) -> None:
    with tracing(TRACE):
        structlog.get_logger("chassis.bus.relay").info("relay_published", topic="onewindow.intake.case.v1", count=3)
    line = lines.last()
    assert line.pop("timestamp").endswith("+00:00")
    assert line == {
        "level": "info",
        "event": "relay_published",
        "logger": "chassis.bus.relay",
        "service": "intake",
        "trace_id": TRACE.trace_id,
        "topic": "onewindow.intake.case.v1",
        "count": 3,
    }


def test_a_line_may_name_the_service_it_speaks_of(lines: Lines) -> None:
    structlog.get_logger("chassis.bus").warning("consumer_outage", service="mediation", error="OSError")
    assert lines.last()["service"] == "mediation"


def test_canaries_in_our_own_calls(lines: Lines) -> None:
    log = structlog.get_logger("services.intake")
    log.info(f"registered {CANARY}")  # noqa: G004 - the mistake that is to stay without consequence
    log.info("registered", name=CANARY, reason=CANARY, count=13812345678, body={"phone": CANARY})
    log.bind(narrative=CANARY).error("refused", case_id=CANARY)
    log.info("registered %s", CANARY)
    logging.getLogger("services.intake").warning("registered %s", CANARY)
    logging.getLogger("services.intake").warning("registered", extra={"phone": CANARY})
    assert len(lines.assert_clean().all()) == 6


def test_canaries_in_libraries_lines(lines: Lines) -> None:
    library = logging.getLogger("some.library")
    library.warning(CANARY)
    library.warning("canary-value")
    library.warning("row: " + CANARY)
    library.warning("row: %s", CANARY)
    library.warning("row: %(name)s", {"name": CANARY})
    library.warning("row: %r of %d", {"phone": CANARY}, 7)
    library.warning("row: %d", CANARY)
    library.warning("%s %s", CANARY)
    library.warning("row", extra={"phone": CANARY}, stack_info=True)
    library.error("phone %d", 13812345678)
    logging.getLogger("uvicorn.error").info("Started server process [%d] %s", 7, CANARY)
    logging.getLogger("asyncio").error("Task exception was never retrieved\n" + CANARY)  # noqa: G003 - as asyncio does
    with warnings.catch_warnings(action="always"):
        warnings.warn(CANARY, stacklevel=1)
    assert len(lines.assert_clean().all()) == 13


def test_useful_lines_of_libraries_stay_readable(lines: Lines) -> None:
    logging.getLogger("uvicorn.error").info("Uvicorn running on %s://%s:%d (Press CTRL+C to quit)", "http", "::", 8000)
    assert lines.last()["event"] == "Uvicorn running on http://:::8000 (Press CTRL+C to quit)"
    logging.getLogger("alembic.runtime").warning("Running %s after %d tries: %s", "x", 3, OSError("canary-value"))
    assert lines.last()["event"] == "Running ... after 3 tries: OSError"
    logging.getLogger("asyncio").error("Task exception was never retrieved\nfuture: <Task 王小明>")
    assert lines.last()["event"] == "Task exception was never retrieved"
    assert lines.last()["place"].startswith("test_logs:")
    logging.getLogger("chassis.http").error("fault: %s", "at session.py:7 " * 50)
    assert lines.last()["event"].startswith("fault: at session.py:7")


def test_uvicorn_writes_no_paths(lines: Lines) -> None:
    logging.getLogger("uvicorn.access").info('%s - "%s %s" %d', "127.0.0.1", "GET", "/v1/cases?name=canary-value", 200)
    assert lines.text == ""


def test_an_exception_is_its_class_and_our_places(lines: Lines) -> None:
    def inner() -> None:
        raise ValueError(CANARY)

    try:
        try:
            inner()
        except ValueError as error:
            raise RuntimeError(CANARY) from error
    except RuntimeError:
        structlog.get_logger("services.intake").exception("command_failed")
        logging.getLogger("some.library").exception("failed with %s", CANARY)
    for line in lines.assert_clean().all():
        assert line["error"] == "RuntimeError"
        assert line["causes"] == ["ValueError"]
        assert line["frames"][0].endswith("test_an_exception_is_its_class_and_our_places")


def test_grouped_and_hidden_exceptions_are_named_too(lines: Lines) -> None:
    group = ExceptionGroup(CANARY, [KeyError(CANARY), OSError(CANARY)])
    structlog.get_logger("chassis.bus").error("tasks_failed", exc_info=group)
    assert lines.assert_clean().last()["causes"] == ["KeyError", "OSError"]


async def insert_twice(database: Database) -> None:
    insert = text("INSERT INTO people VALUES (:phone)")
    async with database.transaction(SYSTEM) as session:
        await session.execute(text("CREATE TEMP TABLE people (phone text CONSTRAINT people_once UNIQUE)"))
        await session.execute(insert, {"phone": CANARY})
        await session.execute(insert, {"phone": CANARY})


async def test_a_database_error_is_logged_without_its_parameters(addresses: ServiceDatabase, lines: Lines) -> None:
    """PostgreSQL's error quotes the row, and SQLAlchemy's would quote the parameters: neither may be seen."""
    database = Database(addresses.owner_url)  # services may not make tables
    with pytest.raises(DBAPIError) as caught:
        await insert_twice(database)
    await database.close()
    row = getattr(getattr(caught.value.orig, "__cause__", None), "detail", None)
    assert any(canary in f"{row}" for canary in CANARIES), "or this test shows nothing"
    structlog.get_logger("services.intake").error("command_failed", exc_info=caught.value)
    logging.getLogger("some.library").error("failed: %s", caught.value, exc_info=caught.value)
    for line in lines.assert_clean().all():
        assert line["error"] == "sqlalchemy.exc.IntegrityError"
        assert line["sqlstate"] == "23505"
        assert line["constraint"] == "people_once"


async def test_a_task_that_nobody_awaited_tells_no_values(lines: Lines) -> None:
    async def fail() -> None:
        raise ValueError(CANARY)

    task = asyncio.create_task(fail(), name=CANARY)
    await asyncio.wait([task])
    loop = asyncio.get_running_loop()
    loop.call_exception_handler(
        {"message": "Task exception was never retrieved", "task": task, "exception": task.exception()}
    )
    assert lines.assert_clean().last()["error"] == "ValueError"


UNHANDLED = """
import sys, threading
from chassis.telemetry import logs
logs.configure("intake")
thread = threading.Thread(target=lambda: int("canary-value"))
thread.start()
thread.join()
raise ValueError("canary-value")
"""


def test_what_ends_the_process_or_a_thread_is_logged_like_everything_else() -> None:
    ended = subprocess.run([sys.executable, "-c", UNHANDLED], capture_output=True, text=True, timeout=30, check=False)
    assert ended.returncode == 1
    assert ended.stdout == ""
    assert "canary" not in ended.stderr
    assert [json.loads(line)["event"] for line in ended.stderr.splitlines()] == [
        "thread ends by an error",
        "process ends by an error",
    ]


def test_a_line_that_cannot_be_written_prints_nothing_of_itself(
    lines: Lines, capsys: pytest.CaptureFixture[str]
) -> None:
    class Unprintable:
        def __str__(self) -> str:
            raise ValueError(CANARY)

    logging.getLogger("services.intake").warning("shown: %s", Unprintable())
    structlog.get_logger("services.intake").warning("shown", reason=Unprintable())
    assert "canary" not in capsys.readouterr().err
    assert "canary" not in lines.text


def test_an_access_line_knows_the_template_only(lines: Lines) -> None:
    log = AccessLog("intake", lines.stream)
    log.write(method="GET", route="/v1/cases/{case_id}", status=200, seconds=0.00421, trace_id=TRACE.trace_id)
    log.write(method="CANARY-VALUE", route="unmatched", status=405, seconds=0, trace_id=None)
    first, second = lines.assert_clean().all()
    first.pop("timestamp")
    assert first == {
        "level": "info",
        "event": "request",
        "service": "intake",
        "method": "GET",
        "route": "/v1/cases/{case_id}",
        "status": 200,
        "duration_ms": 4.21,
        "trace_id": TRACE.trace_id,
    }
    assert second["method"] == "OTHER"


async def test_access_lines_of_one_turn_leave_together(lines: Lines) -> None:
    log = AccessLog("intake", lines.stream)
    for status in (200, 404):
        log.write(method="GET", route="/v1/cases", status=status, seconds=0.001, trace_id=None)
    assert lines.text == ""
    await asyncio.sleep(0)
    assert [line["status"] for line in lines.all()] == [200, 404]
    moment = datetime.fromisoformat(lines.last()["timestamp"])
    assert timedelta() <= datetime.now(UTC) - moment < timedelta(minutes=1)


def test_a_noisy_library_is_heard_once_a_minute() -> None:
    seconds = [0.0]
    calm = Calm(now=lambda: seconds[0])

    def passes(name: str, line: int) -> bool:
        record = logging.LogRecord(name, logging.WARNING, "client.py", line, "Unable to connect to %s", ("x",), None)
        passed = calm.filter(record)
        if passed and name.startswith("aiokafka"):
            suppressed.append(record.__dict__["suppressed"])
        return passed

    suppressed: list[int] = []
    assert [passes("aiokafka.client", 1) for _ in range(100)] == [True] + [False] * 99
    assert passes("aiokafka.client", 2), "another statement is another line"
    assert all(passes("chassis.bus", 1) for _ in range(10))
    seconds[0] = 60.0
    assert passes("aiokafka.client", 1)
    assert suppressed == [0, 0, 99]


def test_statements_and_addresses_stay_unlogged(lines: Lines) -> None:
    for name in ("sqlalchemy.engine.Engine", "httpx", "httpcore.http11", "aiokafka.consumer"):
        logging.getLogger(name).info("canary-value")
        logging.getLogger(name).debug("canary-value")
    assert lines.text == ""
