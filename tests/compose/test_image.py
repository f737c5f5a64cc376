"""What the Dockerfile copies for one service is enough for it and its commands, and holds none of its siblings."""

import json
import os
import shutil
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from onewindow.distributed.place import USUAL_PORTS
from tests.compose.files import CHECKOUT, SERVICES, copied

HEALTHY = CHECKOUT / "deploy" / "image" / "healthy"
IMAGE = """
import sys
sys.path[:] = [{root!r}, *(entry for entry in sys.path if entry not in ("", {checkout!r}))]
sys.dont_write_bytecode = True
"""
"""As in an image: the project is one folder, and what the checkout has besides is not there."""
SERVE = """
import asyncio, importlib, json, sys
from chassis.bus.in_process import InProcessBus
from onewindow.cli import program
from onewindow.distributed import place, serving
app = place.application("{service}", InProcessBus())
print(json.dumps({{
    "paths": sorted(app.openapi()["paths"]),
    "services": sorted({{name.split(".")[1] for name in sys.modules if name.startswith("services.")}}),
    "from": app.__class__.__name__ and sys.modules["services.{service}.app"].__file__,
}}))
"""


def unpack(target: str, root: Path, **arguments: str) -> Path:
    """A folder with what the Dockerfile copies into /app."""
    for source, place in copied(target, **arguments):
        if place.startswith("/"):
            continue
        origin, goal = CHECKOUT / source, root / place
        goal.parent.mkdir(parents=True, exist_ok=True)
        if origin.is_dir():
            shutil.copytree(origin, goal, ignore=shutil.ignore_patterns("__pycache__"), dirs_exist_ok=True)
        else:
            shutil.copy(origin, goal)
    return root


def run(root: Path, program: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    """Run a program as an image of this folder would."""
    start = IMAGE.format(root=str(root), checkout=str(CHECKOUT))
    return subprocess.run(
        [sys.executable, "-P", "-c", start + program],
        cwd=root,
        env={"PATH": os.environ["PATH"], "ONEWINDOW_HOME": str(root / "home"), **environment},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


@pytest.mark.parametrize("service", SERVICES)
def test_an_image_holds_one_service_and_serves_it(service: str, tmp_path: Path) -> None:
    root = unpack("service", tmp_path, SERVICE=service)
    assert {path.name for path in (root / "services").iterdir()} == {"__init__.py", service}
    assert {path.name for path in root.iterdir()} == {"contracts", "chassis", "onewindow", "services"}
    database = {f"{service.upper()}_DATABASE_URL": "postgresql://nobody@127.0.0.1:1/nothing"}
    answer = run(root, SERVE.format(service=service), KAFKA_BOOTSTRAP_SERVERS="127.0.0.1:1", **database)
    assert answer.returncode == 0, answer.stderr
    found = json.loads(answer.stdout)
    assert found["services"] == [service]
    assert found["from"].startswith(str(root)), "the image's own code, not the checkout's"
    assert any(path.startswith("/v1/") for path in found["paths"])


COMMANDS = {
    "--help": 0,
    "token mint --role WINDOW_CLERK --division 130926000000": 0,
    "deadline rules --json": 0,
    "database url intake": 0,
    # Nothing answers at these addresses: they get as far as asking.
    "status --json": 1,
    "journal verify --json": 1,
    "dead-letters list --json": 1,
    "topics apply --json": 1,
}
ALL = """
import json
from typer.testing import CliRunner
from onewindow.cli.program import app
ends = {{}}
for command in {commands!r}:
    result = CliRunner().invoke(app, command.split())
    ends[command] = [result.exit_code, repr(result.exception)]
print(json.dumps(ends))
"""


def test_the_commands_need_no_sibling(tmp_path: Path) -> None:
    root = unpack("service", tmp_path, SERVICE="intake")
    (root / "home").mkdir()
    answer = run(
        root,
        ALL.format(commands=list(COMMANDS)),
        KAFKA_BOOTSTRAP_SERVERS="127.0.0.1:1",
        INTAKE_DATABASE_URL="postgresql://nobody@127.0.0.1:1/nothing",
        MEDIATION_OPERATOR_DATABASE_URL="postgresql://nobody@127.0.0.1:1/nothing",
    )
    assert answer.returncode == 0, answer.stderr
    ends = json.loads(answer.stdout)
    assert {command: end[0] for command, end in ends.items()} == COMMANDS, ends
    assert all(end[1] in {"None", f"SystemExit({end[0]})"} for end in ends.values()), ends


def test_the_setup_image_holds_the_schemas_of_all_and_the_code_of_none(tmp_path: Path) -> None:
    root = unpack("setup", tmp_path)
    for service in SERVICES:
        assert {path.name for path in (root / "services" / service).iterdir()} == {"migrations"}
        assert list((root / "services" / service / "migrations" / "versions").glob("*.py"))
    answer = run(
        root,
        "from onewindow.distributed import schema, topics\nfrom chassis.database import migrate\n"
        f"for service in {sorted(SERVICES)!r}:\n"
        "    config, script = migrate._script(service)\n    print(len(script.get_heads()))",
    )
    assert answer.returncode == 0, answer.stderr
    assert all(int(heads) >= 1 for heads in answer.stdout.split())


# --- the question whether it is healthy ----------------------------------------------------------------------------


class Readiness(BaseHTTPRequestHandler):
    status = 200

    def do_GET(self) -> None:
        self.send_response(self.status if self.path == "/readyz" else 404)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 -- the name that http.server gives it
        """Say nothing."""


@pytest.fixture
def port() -> Iterator[int]:
    server = HTTPServer(("127.0.0.1", 0), Readiness)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server.server_port
    server.shutdown()
    server.server_close()


def healthy(port: int) -> int:
    environment = {"ONEWINDOW_SERVICE": "intake", "INTAKE_PORT": str(port)}
    return subprocess.run(
        [sys.executable, "-S", HEALTHY], env=environment, check=False, timeout=20, capture_output=True
    ).returncode


def test_ready_is_healthy_and_anything_else_is_not(port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    assert healthy(port) == 0
    monkeypatch.setattr(Readiness, "status", 503)
    assert healthy(port) == 1
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        assert healthy(taken.getsockname()[1]) == 1


def test_it_knows_the_ports_that_serve_knows() -> None:
    found: dict[str, object] = {}
    source = HEALTHY.read_text("utf-8")
    exec(source[source.index("USUAL_PORTS") : source.index("SECONDS")], found)  # noqa: S102 -- a constant of our own
    assert found["USUAL_PORTS"] == {service: str(port) for service, port in USUAL_PORTS.items()}
    assert dict(USUAL_PORTS) == SERVICES
