"""W1, W1s, W2, W3: how fast a case is registered with every guarantee, against pgbench and against no database."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from operator import attrgetter
from typing import Final

from benchmarks import matter, pgbench
from benchmarks.figures import Figure, medians
from benchmarks.ground import CountsDiffer, Ground, Window, undisturbed
from benchmarks.processes import settle
from chassis.journal.entries import new_id
from contracts.demonstration import TOWNSHIP
from onewindow.embedded.databases import ServiceDatabase, connect

CREATED: Final = 201
ROWS: Final = {"cases": 1, "journal": 1, "heads": 1, "outbox": 1, "idempotency_keys": 1, "parties": 2}
"""Rows that a case adds to each table."""
REFERENCE: Final = "reference"
"""The schema of the reference's own tables."""
PAYLOAD: Final = 550
SEALED: Final = 33
"""Bytes that a sealed value is longer than its text."""


@dataclass(frozen=True, slots=True)
class Reference:
    """A script for pgbench and what it runs on."""

    script: str
    table: str
    options: str
    as_owner: bool


FIVE: Final = Reference("five_round_trips.pgbench", f"{REFERENCE}.cases", f"-c search_path={REFERENCE}", as_owner=True)
EIGHT: Final = Reference("eight_round_trips.pgbench", "cases", "-c ow.scope=*", as_owner=False)


@dataclass(frozen=True, slots=True)
class Sample:
    """One measurement: cases a second, and CPU microseconds of a case by who used them."""

    rate: float
    client_us: float
    server_us: float
    postgres_us: float
    cases: int

    @property
    def cpu_us(self) -> float:
        """What a case costs without the caller, which a real county pays elsewhere."""
        return self.server_us + self.postgres_us


async def measure(ground: Ground, window: Window) -> list[Figure]:
    """Four measurements a round, one after the other; every ratio is taken within its round."""
    taken: dict[str, list[Sample]] = defaultdict(list)
    async with ground.database("intake") as reference, ground.window("floor") as floor:
        await add_reference(reference)
        await register(ground, window)  # the first ones find nothing prepared
        await register(ground, floor, stored=False)
        for _ in range(ground.rounds):
            taken["five"].append(await measure_pgbench(ground, FIVE, reference))
            taken["service"].append(await register(ground, window))
            taken["eight"].append(await measure_pgbench(ground, EIGHT, reference))
            taken["floor"].append(await register(ground, floor, stored=False))
    ground.reference_rates = [sample.rate for sample in taken["five"]]
    return _figures(taken)


def _figures(taken: Mapping[str, Sequence[Sample]]) -> list[Figure]:
    def ratios(one: str, other: str, what: Callable[[Sample], float] = attrgetter("rate")) -> list[float]:
        return [what(a) / what(b) for a, b in zip(taken[one], taken[other], strict=True)]

    detail = medians(
        {
            f"{name}_{field}": [getattr(sample, field) for sample in samples]
            for name, samples in taken.items()
            for field in ("rate", "client_us", "server_us", "postgres_us")
        }
    )
    return [
        Figure("W1", ratios("service", "five"), detail),
        Figure("W1s", ratios("service", "eight")),
        Figure("W2", ratios("service", "floor")),
        Figure("W3", ratios("service", "five", attrgetter("cpu_us"))),
    ]


async def register(ground: Ground, window: Window, *, stored: bool = True, published: bool = False) -> Sample:
    """Register for one measurement, and see that exactly what was answered with 201 is stored.

    `stored` is False for a worker that writes nothing; with `published` a relay empties the outbox meanwhile.
    """
    return await undisturbed(lambda: _register(ground, window, stored=stored, published=published))


async def _register(ground: Ground, window: Window, *, stored: bool, published: bool) -> Sample:
    before = await _counts(ground, window.database)
    api, postgres = window.worker.process.seconds(), ground.postgres.seconds()
    outcome = await ground.load(
        window.worker, "POST", "/v1/cases", bodies=matter.bodies(), keys=f"bench-{ground.number()}"
    )
    settle()
    api, postgres = window.worker.process.seconds() - api, ground.postgres.seconds() - postgres
    cases = outcome.of(CREATED)
    if cases != outcome.requests or cases == 0:
        raise CountsDiffer(f"answers by status: {outcome.statuses}")
    added = {table: count - before[table] for table, count in (await _counts(ground, window.database)).items()}
    wanted = {table: rows * cases * stored for table, rows in ROWS.items()}
    if published:
        del added["outbox"], wanted["outbox"]
    if added != wanted:
        raise CountsDiffer(f"answered {cases}, stored {added}")
    each = 1e6 / cases
    return Sample(cases / outcome.seconds, outcome.cpu_seconds * each, api * each, postgres * each, cases)


async def measure_pgbench(ground: Ground, reference: "Reference", database: ServiceDatabase) -> Sample:
    """Run the reference for one measurement, and see that its transactions are stored."""
    before = await ground.count(database, reference.table)
    postgres = ground.postgres.seconds()
    script = pgbench.Script(
        file=reference.script,
        dsn=database.owner_url if reference.as_owner else database.url,
        clients=ground.connections,
        variables={**variables(), "n": "0", "base": str(ground.number() * 10**12)},
        options=reference.options,
    )
    ran = await pgbench.run(ground.pgbench, script, ground.seconds)
    settle()
    postgres = ground.postgres.seconds() - postgres
    added = await ground.count(database, reference.table) - before
    if added != ran.transactions:
        raise CountsDiffer(f"pgbench {ran.transactions}, stored {added}")
    each = 1e6 / ran.transactions
    return Sample(ran.rate, 0.0, ran.cpu_seconds * each, postgres * each, ran.transactions)


async def _counts(ground: Ground, database: ServiceDatabase) -> dict[str, int]:
    return {table: await ground.count(database, table) for table in ROWS}


def variables() -> dict[str, str]:
    """What pgbench sends, as long as what the service sends."""
    fact = matter.fact(new_id(), datetime.now(UTC)).canonical()
    return {
        "division": TOWNSHIP,
        "title": matter.TITLE,
        "narrative": matter.NARRATIVE,
        "number": matter.NUMBER,
        "details": fact,
        "payload": fact.ljust(PAYLOAD),
        "data": fact,
        "principal": "window_clerk@130926000000",
        "hash": "\\x" + "5a" * 32,
        "name_sealed": "\\x" + "5a" * (SEALED + 9),
        "phone_sealed": "\\x" + "5a" * (SEALED + 11),
        "identity_sealed": "\\x" + "5a" * (SEALED + 18),
    }


async def add_reference(database: ServiceDatabase) -> None:
    """Put the reference's three tables into a schema of their own."""
    connection = await connect(database.owner_url)
    try:
        await connection.execute(
            f"CREATE SCHEMA {REFERENCE}; SET search_path = {REFERENCE}; "
            + (pgbench.SCRIPTS / "reference.sql").read_text("utf-8")
        )
    finally:
        await connection.close()
