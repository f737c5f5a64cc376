"""L1: a page of twenty cases behind token, permission and row-level security, against the same SELECT in pgbench."""

from collections import defaultdict

from benchmarks import pgbench
from benchmarks.figures import Figure, medians
from benchmarks.ground import CountsDiffer, Ground, Window, undisturbed
from benchmarks.registering import register

OK = 200
CONNECTIONS = 16
CASES = 200
"""At least so many stand in the table."""
COUNTY_SCOPE = "130926"


async def measure(ground: Ground, window: Window) -> list[Figure]:
    """Pages a second, both with 16 connections."""
    rates: dict[str, list[float]] = defaultdict(list)
    while await ground.count(window.database, "cases") < CASES:
        await register(ground, window)
    await ground.fetch(window.database.owner_url, "ANALYZE")
    script = pgbench.Script(
        file="list_of_twenty.pgbench",
        dsn=window.database.url,
        clients=CONNECTIONS,
        variables={"scope": COUNTY_SCOPE},
        options=f"-c ow.scope={COUNTY_SCOPE}",
    )
    for _ in range(ground.rounds):
        ran = await pgbench.run(ground.pgbench, script, ground.seconds)
        rates["pgbench"].append(ran.rate)
        outcome = await undisturbed(
            lambda: ground.load(window.worker, "GET", "/v1/cases?limit=20", connections=CONNECTIONS)
        )
        if outcome.requests == 0 or outcome.of(OK) != outcome.requests:
            raise CountsDiffer(f"answers by status: {outcome.statuses}")
        rates["service"].append(outcome.requests / outcome.seconds)
    ratios = [one / other for one, other in zip(rates["service"], rates["pgbench"], strict=True)]
    return [Figure("L1", ratios, {f"{name}_per_second": rate for name, rate in medians(rates).items()})]
