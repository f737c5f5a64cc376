"""What the environment says of this run: where its data lie, where it listens, how much it tells."""

import logging
import os
import re
import shutil
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self

CHECKOUT: Final = Path(__file__).parents[1]
PORTS: Final = range(1, 65_536)
LEVELS: Final[Mapping[str, int]] = {
    "debug": logging.DEBUG,
    "info": logging.INFO,
    "warning": logging.WARNING,
    "error": logging.ERROR,
}
YES: Final = frozenset({"1", "true", "yes", "on"})
NO: Final = frozenset({"0", "false", "no", "off"})
HOST: Final = re.compile(r"[0-9A-Za-z.:_-]{1,253}")


class SettingUnclear(ValueError):
    """A variable holds something that its setting cannot be; the message names the variable, not the value."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """The settings of an embedded run, each from one variable."""

    home: Path
    """`ONEWINDOW_HOME`: the folder of all data; `.onewindow` in the checkout unless set."""
    host: str
    """`ONEWINDOW_HOST`: the address to listen on; only this machine unless set."""
    port: int
    """`ONEWINDOW_PORT`."""
    log_level: int
    """`ONEWINDOW_LOG_LEVEL`: debug, info, warning or error."""
    access_log: Path | None
    """`ONEWINDOW_ACCESS_LOG`: a line for each request goes here, `access.log` in the home unless set; None: `off`."""
    demonstration: bool
    """`ONEWINDOW_DEMONSTRATION`: whether an empty home gets the demonstration county."""
    environment: str
    """`ONEWINDOW_ENVIRONMENT`: development, or production, which has no development issuer and no demonstration."""
    audience: str
    """`ONEWINDOW_TOKEN_AUDIENCE`."""

    @classmethod
    def read(cls, environ: Mapping[str, str] | None = None) -> Self:
        """The settings in the environment; raises SettingUnclear. An empty variable is one that is not set."""
        found = {name: value for name, value in (os.environ if environ is None else environ).items() if value}
        home = Path(found.get("ONEWINDOW_HOME", _usual_home()))
        environment = _one_of(found, "ONEWINDOW_ENVIRONMENT", "development", ("development", "production"))
        level = _one_of(found, "ONEWINDOW_LOG_LEVEL", "warning", tuple(LEVELS))
        host = found.get("ONEWINDOW_HOST", "127.0.0.1")
        if not HOST.fullmatch(host):
            raise SettingUnclear("ONEWINDOW_HOST is not the name or the address of a host")
        access = found.get("ONEWINDOW_ACCESS_LOG")
        return cls(
            home=home,
            host=host,
            port=_port(found.get("ONEWINDOW_PORT", "8000")),
            log_level=LEVELS[level],
            access_log=None if access == "off" else Path(access) if access else home / "access.log",
            demonstration=environment == "development" and _yes(found, "ONEWINDOW_DEMONSTRATION"),
            environment=environment,
            audience=found.get("ONEWINDOW_TOKEN_AUDIENCE", "onewindow"),
        )

    @property
    def address(self) -> str:
        """Where a browser of this machine finds the run."""
        host = "127.0.0.1" if self.host in {"0.0.0.0", "::"} else self.host  # noqa: S104 -- named, not listened on
        return f"http://{f'[{host}]' if ':' in host else host}:{self.port}"


def command() -> str:
    """How a person here calls this program: by its name if the shell finds it, else by its path."""
    found = shutil.which("onewindow")
    ours = Path(sys.argv[0]).absolute() if sys.argv else None
    if found is not None and (ours is None or ours.name != "onewindow" or Path(found).samefile(ours)):
        return "onewindow"
    if ours is None or ours.name != "onewindow" or not ours.exists():
        ours = Path(sys.executable).with_name("onewindow")
    try:
        return str(ours.relative_to(Path.cwd()))
    except ValueError:
        return str(ours)


def _usual_home() -> Path:
    """In the checkout when this is one, else in the present folder."""
    return (CHECKOUT if (CHECKOUT / "pyproject.toml").exists() else Path()) / ".onewindow"


def _port(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= len("65535") and int(text) in PORTS):
        raise SettingUnclear("ONEWINDOW_PORT is not a port, a number from 1 to 65535")
    return int(text)


def _one_of(found: Mapping[str, str], name: str, usual: str, values: tuple[str, ...]) -> str:
    value = found.get(name, usual).lower()
    if value not in values:
        raise SettingUnclear(f"{name} is one of {', '.join(values)}")
    return value


def _yes(found: Mapping[str, str], name: str) -> bool:
    value = found.get(name, "on").lower()
    if value not in YES | NO:
        raise SettingUnclear(f"{name} is on or off")
    return value in YES
