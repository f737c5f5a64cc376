"""H1: what the edge of a service adds to a request that needs no database, against the bare server."""

from collections import defaultdict

from benchmarks import matter
from benchmarks.figures import Figure, medians
from benchmarks.ground import CountsDiffer, Ground, Window, Worker

ROUTES = {"bare": ("/", 200), "ordinary": ("/v1/ordinary", 201), "plain": ("/v1/plain", 201)}


async def measure(ground: Ground, window: Window) -> list[Figure]:
    """CPU of the worker by request: an ordinary and a plain route with token, trace, limits and strict body; bare."""
    used: dict[str, list[float]] = defaultdict(list)
    # The settings want a database; nothing of these routes asks it.
    async with ground.worker("bare") as bare, ground.worker("edge", window.database) as edge:
        for _ in range(ground.rounds):
            for name, (path, status) in ROUTES.items():
                used[name].append(await _cpu_us(ground, bare if name == "bare" else edge, path, status))
    detail = {f"{name}_us": value for name, value in medians(used).items()}
    return [
        Figure("H1", [one / floor for one, floor in zip(used["ordinary"], used["bare"], strict=True)], detail),
        Figure("H1p", [one / floor for one, floor in zip(used["plain"], used["bare"], strict=True)], detail),
    ]


async def _cpu_us(ground: Ground, worker: Worker, path: str, status: int) -> float:
    before = worker.process.seconds()
    outcome = await ground.load(worker, "POST", path, bodies=matter.bodies())
    if outcome.requests == 0 or outcome.of(status) != outcome.requests:
        raise CountsDiffer(f"answers by status: {outcome.statuses}")
    return (worker.process.seconds() - before) / outcome.requests * 1e6
