"""How the services stand, in figures: cases, journal entries, facts not yet published, dead letters."""

from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Final

import asyncpg
from rich.console import Console
from rich.table import Table

from chassis.bus.dead_letters import COUNT
from chassis.bus.relay import BACKLOG
from chassis.service import JOURNALED
from onewindow.embedded.addresses import Address, connected, reached
from services.analytics.facts.queries import registered_total
from services.intake.cases.queries import cases_total as intake_cases
from services.mediation.cases.queries import cases_total as mediation_cases
from services.petition.matters.queries import matters_total as petition_matters

COUNTING_SECONDS: Final = 60.0
OWN: Final[Mapping[str, tuple[str, Callable[[asyncpg.Connection], Awaitable[int]]]]] = {
    "intake": ("cases", intake_cases),
    "mediation": ("cases", mediation_cases),
    "petition": ("matters", petition_matters),
    "analytics": ("registered", registered_total),
}
"""What each service counts of its own, and by which name."""
LABELS: Final = {
    "cases": "案件",
    "matters": "事项",
    "registered": "登记",
    "journal_entries": "日志 entries",
    "outbox_pending": "待发布 pending",
    "dead_letters": "死信 dead letters",
}
SHARED: Final = ("journal_entries", "outbox_pending", "dead_letters")
"""What every service has."""


async def of_home(home: Path) -> dict[str, dict[str, int]]:
    """The figures of every service, by the service's name; raises ClusterError and the errors of a database."""
    async with reached(home) as addresses:
        return {service: await _of(address) for service, address in addresses.items()}


def show(found: Mapping[str, Mapping[str, int]]) -> None:
    """The figures as a table for people."""
    table = Table(box=None, pad_edge=False)
    table.add_column("服务 service", no_wrap=True)
    table.add_column("自有 own", justify="right", no_wrap=True)
    for column in SHARED:
        table.add_column(LABELS[column], justify="right", no_wrap=True)
    for service, figures in found.items():
        own = OWN[service][0]
        table.add_row(service, f"{figures[own]:,} {LABELS[own]}", *(f"{figures[column]:,}" for column in SHARED))
    Console().print(table)


async def _of(address: Address) -> dict[str, int]:
    connection = await connected(address, command_timeout=COUNTING_SECONDS)
    try:
        own, count = OWN[address.service]
        return {
            own: await count(connection),
            "journal_entries": await connection.fetchval(JOURNALED.text),
            "outbox_pending": await connection.fetchval(BACKLOG),
            "dead_letters": sum(sum(row.values()) for row in await connection.fetch(COUNT.text)),
        }
    finally:
        await connection.close(timeout=5)
