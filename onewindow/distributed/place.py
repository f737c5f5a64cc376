"""What the environment says of one service's process: where it listens, what it logs, which settings are missing."""

import importlib
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Self

from fastapi import FastAPI
from pydantic import ValidationError

from chassis.bus.kafka.access import KafkaAccess
from chassis.bus.protocol import Bus
from onewindow.surroundings import PORTS, SettingUnclear, Surroundings

USUAL_PORTS: Final[Mapping[str, int]] = {"intake": 8001, "mediation": 8002, "petition": 8003, "analytics": 8004}
"""The services that can be served, and where each listens unless told otherwise."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where one service runs."""

    service: str
    host: str
    """`ONEWINDOW_HOST`: only this machine unless set."""
    port: int
    """`INTAKE_PORT` and so on."""
    log_level: int
    """`ONEWINDOW_LOG_LEVEL`: warning unless set."""
    access_log: Path | None
    """`ONEWINDOW_ACCESS_LOG`: a line for each request goes to this file; None: to standard error."""
    log_requests: bool
    """False when `ONEWINDOW_ACCESS_LOG` is `off`."""
    kafka: KafkaAccess

    @classmethod
    def read(cls, service: str, environ: Mapping[str, str] | None = None) -> Self:
        """The place of a service; raises SettingUnclear, whose message names variables and never a value."""
        if service not in USUAL_PORTS:
            raise SettingUnclear(f"没有这个服务 there is no such service; services: {', '.join(USUAL_PORTS)}")
        environ = os.environ if environ is None else environ
        around = Surroundings.read({**environ, "ONEWINDOW_PORT": ""})
        access = environ.get("ONEWINDOW_ACCESS_LOG") or None
        return cls(
            service=service,
            host=around.host,
            port=_port(environ, service),
            log_level=around.log_level,
            access_log=Path(access) if access and access != "off" else None,
            log_requests=access != "off",
            kafka=kafka_access(),
        )


def kafka_access() -> KafkaAccess:
    """How to reach the brokers; raises SettingUnclear."""
    try:
        return KafkaAccess()
    except ValidationError as error:
        raise SettingUnclear(_told(error)) from error


def application(service: str, bus: Bus) -> FastAPI:
    """The service's app, of this service only; raises SettingUnclear."""
    name = f"services.{service}"
    try:
        settings: Any = getattr(importlib.import_module(f"{name}.settings"), f"{service.capitalize()}Settings")()
    except ValidationError as error:
        raise SettingUnclear(_told(error, prefix=f"{service.upper()}_")) from error
    app: FastAPI = importlib.import_module(f"{name}.app").create_app(settings, bus=bus)
    return app


def _port(environ: Mapping[str, str], service: str) -> int:
    name = f"{service.upper()}_PORT"
    text = environ.get(name) or str(USUAL_PORTS[service])
    if not (text.isascii() and text.isdigit() and len(text) <= len("65535") and int(text) in PORTS):
        raise SettingUnclear(f"{name} is not a port, a number from 1 to 65535")
    return int(text)


def _told(error: ValidationError, prefix: str = "") -> str:
    """What is wrong with which variable, one after the other; pydantic repeats no value here, nor does this."""
    lines = []
    for one in error.errors(include_input=False, include_url=False, include_context=False):
        name = ".".join(str(part) for part in one["loc"])
        variable = name if name.isupper() or not name else f"{prefix}{name}".upper()
        wrong = "没有设置 is not set" if one["type"] == "missing" else one["msg"]
        lines.append(f"{variable}: {wrong}" if variable else wrong)
    return "; ".join(lines)
