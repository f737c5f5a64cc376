"""A county in containers: brought up as an operator does, under a name and on ports of its own."""

import asyncio
import json
import os
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any, Final

import httpx

from chassis.rules.clock import Clock, SystemClock
from contracts.demonstration import COUNTY
from tests.compose.engine import Engine
from tests.compose.files import COMPOSE, DEVELOPMENT, SERVICES, secrets_made

VERSION: Final = "test"
PROJECT: Final = "onewindow-test-"
"""And the number of the process: several may test at once."""
SETTLING_SECONDS: Final = 120.0
STOP_SECONDS: Final = 30.0


class Containers:
    """The running containers, and what a journey asks of a county."""

    def __init__(self, engine: Engine, folder: Path) -> None:
        self.engine = engine
        self.clock: Clock = SystemClock()
        self.project = f"{PROJECT}{os.getpid()}"
        self.ports = dict(zip(SERVICES, _free_ports(len(SERVICES)), strict=True))
        (kafka,) = _free_ports(1)
        self.environment = {
            **engine.environment,
            "COMPOSE_FILE": f"{COMPOSE.name}:{DEVELOPMENT.name}",
            "COMPOSE_PROJECT_NAME": self.project,
            "ONEWINDOW_SECRETS": str(secrets_made(folder / "secrets")),
            "ONEWINDOW_VERSION": VERSION,
            "KAFKA_PORT": str(kafka),
            **{f"{service.upper()}_PORT": str(port) for service, port in self.ports.items()},
        }
        self.figures: dict[str, str] = {}
        """What was measured, by its name."""
        self.token = cache(self._minted)

    def compose(self, *arguments: str) -> "subprocess.CompletedProcess[str]":
        """Run `docker compose`; the example is the `.env`, as whoever tries it out has it."""
        return self.engine.docker(
            "compose", "--progress", "quiet", "--env-file", ".env.example", *arguments, environment=self.environment
        )

    def done(self, *arguments: str) -> str:
        """Run `docker compose`, which has to succeed; what it printed."""
        answer = self.compose(*arguments)
        assert answer.returncode == 0, f"{arguments}: {answer.stdout}{answer.stderr}"
        return answer.stdout

    def timed(self, figure: str, *arguments: str) -> float:
        """Run it, and keep how many seconds it took."""
        began = time.monotonic()
        self.done(*arguments)
        seconds = time.monotonic() - began
        self.figures[figure] = f"{seconds:.1f} s"
        return seconds

    def onewindow(self, *arguments: str, inside: str = "intake") -> Any:
        """What a command of the command line prints as JSON inside a container."""
        return json.loads(self.done("exec", "-T", inside, "onewindow", *arguments, "--json"))

    def container(self, service: str) -> dict[str, Any]:
        """What the engine knows of a service's container, stopped ones included."""
        (name,) = self.done("ps", "--all", "--quiet", service).split()
        return self.engine.inspect(name)[0]

    def health(self, service: str) -> str:
        """`starting`, `healthy`, `unhealthy`, or the state of a container that does not run."""
        state = self.container(service)["State"]
        return str(state["Health"]["Status"] if state["Running"] else state["Status"])

    def client(self, service: str, role: str | None = None, division: str = COUNTY) -> httpx.AsyncClient:
        """A caller of one service; without a role a stranger."""
        headers = {} if role is None else {"Authorization": f"Bearer {self.token(role, division)}"}
        return httpx.AsyncClient(base_url=f"http://127.0.0.1:{self.ports[service]}", headers=headers, timeout=15)

    async def settled(self) -> None:
        """Return when every fact has been published and applied everywhere, and nothing new came of it."""
        async with asyncio.timeout(SETTLING_SECONDS):
            before = None
            while True:
                status = await asyncio.to_thread(self.onewindow, "status")
                waiting = [status[name][what] for name in SERVICES for what in ("outbox_pending", "consumer_lag")]
                entries = [status[name]["journal_entries"] for name in SERVICES]
                if not any(waiting) and None not in waiting and entries == before:
                    return
                before = None if any(waiting) else entries

    def _minted(self, role: str, division: str) -> str:
        return self.done(
            "exec", "-T", "intake", "onewindow", "token", "mint", "--role", role, "--division", division
        ).strip()


@contextmanager
def up(engine: Engine, folder: Path) -> Iterator[Containers]:
    """Built, up and healthy until the block ends; then down, each service with exit code 0."""
    _clear(engine)
    county = Containers(engine, folder)
    try:
        county.timed("build", "build", "--quiet")
        county.timed("up to all healthy", "up", "--detach", "--wait", "--wait-timeout", "300")
        yield county
        took = county.timed("stop of everything", "stop")
        codes = {service: county.container(service)["State"]["ExitCode"] for service in SERVICES}
        assert codes == dict.fromkeys(SERVICES, 0), county.done("logs", "--tail", "20", *SERVICES)
        assert took < STOP_SECONDS + 10, "the services together, then the broker and the database"
    finally:
        logs = county.compose("logs", "--tail", "40").stdout
        down = county.compose("down", "--volumes", "--remove-orphans", "--timeout", "40")
        print(logs if down.returncode else "")  # noqa: T201 -- shown by pytest where something failed
        assert down.returncode == 0, down.stderr


def _clear(engine: Engine) -> None:
    """Take down what a killed test has left."""
    listed = engine.docker("compose", "ls", "--all", "--format", "json", "--filter", f"name={PROJECT}")
    for name in (found["Name"] for found in json.loads(listed.stdout or "[]")):
        try:
            os.kill(int(name.removeprefix(PROJECT)), 0)
        except ProcessLookupError:
            engine.docker("compose", "--project-name", name, "down", "--volumes", "--timeout", "1")


def _free_ports(number: int) -> list[int]:
    sockets = [socket.socket() for _ in range(number)]
    try:
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [int(one.getsockname()[1]) for one in sockets]
    finally:
        for one in sockets:
            one.close()
