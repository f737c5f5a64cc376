"""`onewindow migrate`: the schemas of the databases that the environment names, as their owners."""

import os
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Final
from urllib.parse import unquote, urlsplit

import asyncpg

from chassis.database import migrate
from onewindow.distributed.place import USUAL_PORTS
from onewindow.surroundings import SettingUnclear

PATIENCE_SECONDS: Final = 30.0
POLL_SECONDS: Final = 0.5
NOT_YET: Final = (OSError, TimeoutError, asyncpg.CannotConnectNowError)
"""What a server that has not come up answers."""


def owners(services: list[str]) -> Mapping[str, tuple[str, str]]:
    """Of each service the address to migrate by and the role that the service connects as; raises SettingUnclear.

    `INTAKE_OWNER_DATABASE_URL` is the owner's address and `INTAKE_DATABASE_URL` the service's; one alone is used for
    both. Without a name: every service that the environment has an address for.
    """
    found: dict[str, tuple[str, str]] = {}
    for service in services or USUAL_PORTS:
        if service not in USUAL_PORTS:
            raise SettingUnclear(f"没有这个服务 there is no such service; services: {', '.join(USUAL_PORTS)}")
        prefix = service.upper()
        own, owner = _variable(f"{prefix}_DATABASE_URL"), _variable(f"{prefix}_OWNER_DATABASE_URL")
        if own or owner:
            address = owner or own or ""
            found[service] = (address, unquote(urlsplit(own or "").username or service))
        elif services:
            raise SettingUnclear(f"{prefix}_OWNER_DATABASE_URL 和 {prefix}_DATABASE_URL 都没有设置 neither is set")
    if not found:
        raise SettingUnclear("没有设置任何服务的数据库 no database is set, such as INTAKE_OWNER_DATABASE_URL")
    return found


def upgrade(service: str, owner_url: str, role: str) -> None:
    """Bring one database to the newest schema; a server that is starting is waited for. Raises NOT_YET's errors."""
    give_up = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            migrate.upgrade(service, owner_url, role)
        except NOT_YET:
            if time.monotonic() > give_up:
                raise
            time.sleep(POLL_SECONDS)
        else:
            return


def _variable(name: str) -> str | None:
    """The variable, or the content of the file that `<name>_FILE` names."""
    path = os.environ.get(f"{name}_FILE")
    return os.environ.get(name) or (Path(path).read_text("utf-8").strip() if path else None)
