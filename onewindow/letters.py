"""Dead letters of all services: listed together, replayed or discarded by the service that they lie in."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from fastapi import FastAPI
from rich.console import Console
from rich.table import Table

from chassis.bus import dead_letters, discarding
from chassis.bus.in_process import InProcessBus
from chassis.database.scope import SYSTEM
from chassis.database.session import Database
from chassis.service import Service
from onewindow.embedded.addresses import SERVICES, Address, NoCounty, distributed, reached

PAGE: Final = 500


async def of_home(home: Path) -> list[dict[str, Any]]:
    """Every letter, by service and arrival: what it is and why it lies there, not what it holds."""
    found: list[dict[str, Any]] = []
    async with reached(home, looking=True) as addresses:
        for service, address in addresses.items():
            database = Database(address.url, pool_size=1)
            try:
                found += await _of(database, service)
            finally:
                await database.close()
    return found


async def replay(home: Path, service: str, letter_id: int) -> dict[str, Any] | None:
    """Work off the letters of the case that this one belongs to; None when there is no such letter."""
    async with reached(home) as addresses:
        if service not in addresses:
            raise NoCounty(f"{service.upper()}_DATABASE_URL is not set")
        ours: Service = _application(home, service, addresses).state.service
        try:
            found = await ours.consumer.replay_letter(letter_id)
        finally:
            await ours.database.close()
    if found is None:
        return None
    stopped = None
    if found.stopped is not None:
        number, verdict = found.stopped
        stopped = {"id": f"{service}:{number}", "reason": verdict.reason, "detail": verdict.detail}
    return {"applied": found.applied, "left": found.left, "stopped": stopped}


async def discard(home: Path, service: str, letter_id: int, *, by: str, reason: str) -> UUID | None:
    """Throw away a letter that nothing makes readable; the id of the entry that says so, None when there is none.

    Raises NotToBeDiscarded.
    """
    async with reached(home) as addresses:
        if service not in addresses:
            raise NoCounty(f"{service.upper()}_DATABASE_URL is not set")
        ours: Service = _application(home, service, addresses).state.service
        try:
            async with ours.database.transaction(SYSTEM) as session:
                entry = await discarding.discard(session, ours.sealer, letter_id, service=service, by=by, reason=reason)
        finally:
            await ours.database.close()
    return None if entry is None else entry.id


def _application(home: Path, service: str, addresses: Mapping[str, Address]) -> FastAPI:
    """The service's app, not started: its handlers are needed, and nobody to publish to."""
    if distributed():
        from onewindow.distributed.place import application

        return application(service, InProcessBus())
    from onewindow.embedded import county

    return county.created(home, addresses)[service]


def show(found: Sequence[Mapping[str, Any]]) -> None:
    """The list for people."""
    if not found:
        Console().print("没有死信 no dead letters")
        return
    table = Table(box=None, pad_edge=False)
    for name in ("id", "state", "reason", "topic", "case_id", "at"):
        table.add_column(name)
    for letter in found:
        table.add_row(*(str(letter[name]) for name in ("id", "state", "reason", "topic", "case_id", "at")))
    Console().print(table)


async def _of(database: Database, service: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    after = 0
    while True:
        async with database.transaction(SYSTEM) as session:
            page = await dead_letters.page(session, after=after, limit=PAGE)
        found += [
            {
                "id": f"{service}:{letter.id}",
                "service": service,
                "topic": letter.record.topic,
                "case_id": letter.record.key,
                "state": letter.verdict.state,
                "reason": letter.verdict.reason,
                "detail": letter.verdict.detail,
                "at": letter.at.isoformat(),
            }
            for letter in page
        ]
        if len(page) < PAGE:
            return found
        after = page[-1].id


__all__ = ["SERVICES", "discard", "of_home", "replay", "show"]
