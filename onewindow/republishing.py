"""Facts of the services published again from their journals, after the brokers have lost them."""

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from rich.table import Table

from chassis.bus.relay import BACKLOG
from chassis.bus.republishing import Republished, republish
from onewindow.embedded.addresses import SERVICES, Address, NoCounty, connected, reached

PAGE_SECONDS: Final = 120.0
"""For a page of pointers, at the most."""


async def of_home(home: Path, services: Sequence[str] = ()) -> dict[str, dict[str, int]]:
    """Republish the facts of these services, or of all within reach, and say of each how many there were.

    Raises ClusterError and database errors.
    """
    done: dict[str, dict[str, int]] = {}
    async with reached(home) as addresses:
        for service in services:
            if service not in addresses:
                raise NoCounty(f"{service.upper()}_DATABASE_URL is not set")
        with Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            console=Console(stderr=True),
            disable=not sys.stderr.isatty(),
        ) as bar:
            for service in services or addresses:
                done[service] = await _of(addresses[service], bar)
    return done


def show(done: Mapping[str, Mapping[str, int]]) -> None:
    """The result for people."""
    table = Table(box=None, pad_edge=False)
    for name in ("服务 service", "事实 facts", "重新排队 queued again", "待发布 pending"):
        table.add_column(name, justify="left" if not table.columns else "right", no_wrap=True)
    for service, figures in done.items():
        table.add_row(service, *(f"{figures[name]:,}" for name in ("facts", "queued_again", "outbox_pending")))
    Console().print(table)


async def _of(address: Address, bar: Progress) -> dict[str, int]:
    task = bar.add_task(address.service, total=None)

    def told(state: Republished) -> None:
        bar.update(task, total=state.facts, completed=state.done)

    connection = await connected(address, command_timeout=PAGE_SECONDS)
    try:
        state = await republish(connection, told)
        pending: Any = await connection.fetchval(BACKLOG)
    finally:
        await connection.close(timeout=5)
    return {"facts": state.facts, "queued_again": state.pointed, "outbox_pending": pending}


__all__ = ["SERVICES", "of_home", "show"]
