"""A container engine to run the county on: one that answers already, or one that a folder of tools starts."""

import json
import os
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from tests.compose.files import CHECKOUT
from tests.kafka.jars import NoKafka, jars

ASKED: Final = "ONEWINDOW_TEST_COMPOSE"
"""`always`, as `make test-compose` sets it: start an engine, build the images. `never`: leave containers alone."""
TOOLS: Final = "ONEWINDOW_CONTAINERS"
"""Folder with `engine-up` and `make-base-images`, for machines that have neither an engine nor a registry."""
BASES: Final = ("python:3.11-slim", "postgres:17", "apache/kafka:4.3.1")
OLDEST_COMPOSE: Final = (2, 24)
SECONDS: Final = 600.0


def asked() -> str:
    """How much was asked for."""
    return os.environ.get(ASKED, "")


class NoEngine(Exception):
    """Nothing can be run on this machine; the message says why."""


class Engine:
    """The `docker` command, and where its engine is."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self.environment = {**os.environ, **environment}

    def docker(
        self, *arguments: str, environment: Mapping[str, str] = MappingProxyType({})
    ) -> "subprocess.CompletedProcess[str]":
        """Run a command to its end, whatever comes of it."""
        return subprocess.run(
            ["docker", *arguments],
            cwd=CHECKOUT,
            env={**self.environment, **environment},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=False,
        )

    def answers(self) -> bool:
        """Whether there is an engine."""
        return shutil.which("docker") is not None and self.docker("version").returncode == 0

    def has(self, image: str) -> bool:
        """Whether an image is here."""
        return self.docker("image", "inspect", image).returncode == 0

    def inspect(self, *names: str) -> list[dict[str, Any]]:
        """What the engine knows of containers or images."""
        answer = self.docker("inspect", *names)
        assert answer.returncode == 0, answer.stderr
        found: list[dict[str, Any]] = json.loads(answer.stdout)
        return found


def any_engine() -> Engine:
    """An engine with what it takes to build and run the county; raises NoEngine.

    Unless asked with `always`, nothing is started, nothing fetched, and the slow first build is left to whoever asks.
    """
    if asked() == "never":
        raise NoEngine(f"{ASKED} is never")
    engine = Engine({})
    if not engine.answers():
        if asked() != "always":
            raise NoEngine("no container engine is running; make test-compose starts one where it can")
        engine = _started()
    version = engine.docker("compose", "version", "--short").stdout.strip().removeprefix("v")
    if tuple(int(part) for part in version.split(".")[:2] if part.isdigit()) < OLDEST_COMPOSE:
        raise NoEngine("docker has no compose of version 2.24 or newer")
    missing = [image for image in BASES if not engine.has(image)]
    if asked() != "always" and (missing or not engine.docker("image", "ls", "--quiet", "onewindow/setup").stdout):
        raise NoEngine("the images were never built here, which takes minutes; make test-compose does it")
    tools = _tools()
    if missing and tools is not None:
        _made(tools, engine, missing)
    return engine


def _tools() -> Path | None:
    folder = CHECKOUT / os.environ.get(TOOLS, "../shared/tools/containers")
    return folder if (folder / "engine-up").exists() else None


def _started() -> Engine:
    tools = _tools()
    if tools is None:
        raise NoEngine(f"no container engine is running, and {TOOLS} names no folder with tools to start one")
    _run([str(tools / "engine-up")], os.environ)
    told = _run([str(tools / "engine-up"), "--env"], os.environ).removeprefix("export ")
    return Engine(dict(pair.split("=", 1) for pair in told.split()))


def _made(tools: Path, engine: Engine, images: list[str]) -> None:
    try:
        environment = {**engine.environment, "KAFKA_JARS": str(jars())}
    except NoKafka as reason:
        raise NoEngine(f"no image of Kafka can be made: {reason}") from None
    _run([str(tools / "make-base-images"), *images], environment)


def _run(command: list[str], environment: Mapping[str, str]) -> str:
    answer = subprocess.run(
        command, env=environment, capture_output=True, text=True, timeout=SECONDS, check=False, stdin=subprocess.DEVNULL
    )
    if answer.returncode:
        raise NoEngine(f"{Path(command[0]).name} failed: {answer.stderr.strip().splitlines()[-1:]}")
    return answer.stdout
