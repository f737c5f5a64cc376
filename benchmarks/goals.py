"""The figures by their ids: what each is, which way is better, and what it should reach."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final


@dataclass(frozen=True, slots=True)
class Goal:
    """A figure. `limit` is what the machine itself would allow; `unit` is empty for a ratio."""

    meaning: str
    target: float
    ambitious: float
    limit: float | None
    lower_is_better: bool = False
    unit: str = ""


GOALS: Final[Mapping[str, Goal]] = MappingProxyType(
    {
        "W1": Goal("registering / pgbench, 5 round trips, cases a second", 0.65, 0.75, 0.91),
        "W1s": Goal("registering / pgbench writing the same rows in 8 round trips", 1.3, 1.5, 1.8),
        "W2": Goal("registering / the same without the database", 0.60, 0.75, 1.0),
        "W3": Goal(
            "CPU of a case, service and PostgreSQL / pgbench and PostgreSQL", 1.1, 0.95, 0.82, lower_is_better=True
        ),
        "H1": Goal("CPU of an ordinary route behind the edge / bare ASGI", 6.0, 3.0, 1.5, lower_is_better=True),
        "H1p": Goal("CPU of a plain route behind the edge / bare ASGI", 6.0, 3.0, 1.5, lower_is_better=True),
        "L1": Goal("a list of 20 with its walls / pgbench, the same SELECT", 0.12, 0.16, 0.3),
        "R1": Goal("relay / bare batches of the same events", 0.30, 0.50, 0.56),
        "R2": Goal("registering with the relay at work / without", 0.95, 0.98, 1.0),
        "R3": Goal(
            "events lost or out of order, 8 writers, the relay killed", 0, 0, 0, lower_is_better=True, unit="events"
        ),
        "C1": Goal("consumer in batches / one transaction an event", 15.0, 30.0, 80.0),
        "C2": Goal("consumer from the bus / handed the same batches", 0.8, 0.95, 1.0),
        "E1": Goal(
            "answer to visible in analytics, p95 at 100 a second", 250.0, 60.0, None, lower_is_better=True, unit="ms"
        ),
    }
)
