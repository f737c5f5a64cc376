"""The compose files, the Dockerfile and .env.example as data: what the tests of the deployment look at."""

import re
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import yaml  # type: ignore[import-untyped]

CHECKOUT: Final = Path(__file__).parents[2]
COMPOSE: Final = CHECKOUT / "docker-compose.yml"
DEVELOPMENT: Final = CHECKOUT / "docker-compose.development.yml"
SERVICES: Final = {"intake": 8001, "mediation": 8002, "petition": 8003, "analytics": 8004}
BELOW: Final = ("postgres", "kafka")
ONCE: Final = ("migrate", "operators", "topics")
VARIABLE: Final = re.compile(r"\$\{([A-Z_]+)(?::-([^}]*))?\}")


def read(path: Path, environment: Mapping[str, str] | None = None) -> dict[str, Any]:
    """A compose file with its variables replaced, by their defaults unless the environment has them."""
    found = environment or {}
    text = VARIABLE.sub(lambda hit: found.get(hit[1]) or hit[2] or "", path.read_text("utf-8"))
    loaded: dict[str, Any] = yaml.safe_load(text)
    return loaded


def variables(path: Path) -> dict[str, str]:
    """The variables that a compose file asks for, with the defaults it has for them."""
    return {hit[1]: hit[2] or "" for hit in VARIABLE.finditer(path.read_text("utf-8"))}


def secrets_made(folder: Path) -> Path:
    """A folder with the secrets of an installation."""
    subprocess.run([CHECKOUT / "deploy" / "secrets.sh", folder], check=True, capture_output=True, timeout=30)
    return folder


def environment_of(service: str, secrets: Path, **given: str) -> dict[str, str]:
    """The environment that a container gets, with the secrets' files where the test can read them."""
    container = read(COMPOSE, given)["services"][service]
    return {
        name: str("" if value is None else value).replace("/run/secrets", str(secrets))
        for name, value in container["environment"].items()
    }


def copied(target: str, **arguments: str) -> Iterator[tuple[str, str]]:
    """What the Dockerfile copies into the image of a target: source and place, in order."""
    stages = re.split(r"^FROM ", (CHECKOUT / "Dockerfile").read_text("utf-8"), flags=re.MULTILINE)
    by_name = {stage.splitlines()[0].rpartition(" AS ")[2]: stage for stage in stages}
    for stage in (by_name["base"], by_name[target]):
        for line in stage.splitlines():
            words = line.split()
            if words[:1] == ["COPY"] and not any(word.startswith("--from") for word in words):
                *sources, place = (word for word in words[1:] if not word.startswith("--"))
                for source in sources:
                    yield _replaced(source, arguments), _replaced(place, arguments)


def _replaced(text: str, arguments: Mapping[str, str]) -> str:
    return re.sub(r"\$\{(\w+)\}", lambda hit: arguments[hit[1]], text)
