"""How the services stand, in figures: cases, journal entries, facts not yet published or read, dead letters."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from rich.console import Console
from rich.table import Table

from chassis.bus.dead_letters import COUNT
from chassis.bus.relay import BACKLOG
from chassis.rules.clock import SystemClock
from chassis.service import JOURNALED
from onewindow.embedded.addresses import Address, connected, distributed, reached

COUNTING_SECONDS: Final = 60.0
OWN: Final[Mapping[str, tuple[str, str]]] = {
    "intake": ("cases", "SELECT count(*) FROM cases"),
    "mediation": ("cases", "SELECT count(*) FROM cases"),
    "petition": ("matters", "SELECT count(*) FROM matters"),
    "analytics": ("registered", "SELECT count(*) FROM case_facts WHERE registered_day IS NOT NULL"),
}
"""What each service counts of its own: its name, and the statement. It stands here because whoever asks may hold the
code of one service only, as an image does."""
Figures = dict[str, int | None]
LABELS: Final = {
    "cases": "案件",
    "matters": "事项",
    "registered": "登记",
    "journal_entries": "日志 entries",
    "outbox_pending": "待发布 pending",
    "oldest_pending_seconds": "最早 oldest, s",
    "consumer_lag": "待读 lag",
    "dead_letters": "死信 dead letters",
}
SHARED: Final = ("journal_entries", "outbox_pending", "oldest_pending_seconds", "consumer_lag", "dead_letters")
"""What every service has."""


async def of_home(home: Path) -> dict[str, Figures]:
    """The figures of every service, by the service's name; raises ClusterError and the errors of a database.

    `consumer_lag` is None when the brokers do not say; in one process nothing is ever between two services.
    """
    async with reached(home, looking=True) as addresses:
        return {service: await _of(address) for service, address in addresses.items()}


def show(found: Mapping[str, Mapping[str, int | None]]) -> None:
    """The figures as a table for people."""
    table = Table(box=None, pad_edge=False)
    for heading in ("服务 service", "自有 own", *(LABELS[column] for column in SHARED)):
        first = not table.columns
        # Both languages below each other: seven columns have to fit into a narrow terminal.
        table.add_column(heading.replace(" ", "\n", 1), justify="left" if first else "right", no_wrap=True)
    for service, figures in found.items():
        own = OWN[service][0]
        shared = ("?" if figures[column] is None else f"{figures[column]:,}" for column in SHARED)
        table.add_row(service, f"{figures[own]:,} {LABELS[own]}", *shared)
    Console().print(table)


async def _of(address: Address) -> Figures:
    connection = await connected(address, command_timeout=COUNTING_SECONDS)
    try:
        own, statement = OWN[address.service]
        ((pending, oldest),) = await connection.fetch(BACKLOG)
        return {
            own: await connection.fetchval(statement),
            "journal_entries": await connection.fetchval(JOURNALED.text),
            "outbox_pending": pending,
            "oldest_pending_seconds": 0
            if oldest is None
            else max(0, int((SystemClock().now() - oldest).total_seconds())),
            "consumer_lag": await _lag(address.service),
            "dead_letters": sum(sum(row.values()) for row in await connection.fetch(COUNT.text)),
        }
    finally:
        await connection.close(timeout=5)


async def _lag(service: str) -> int | None:
    if not distributed():
        return 0
    from onewindow.distributed.place import kafka_access
    from onewindow.distributed.reading import consumer_lag

    return await consumer_lag(kafka_access(), service)
