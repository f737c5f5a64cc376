"""`make bench`: every figure, in interleaved rounds in one run, as a table and as JSON.

    python -m benchmarks [--only W1,R3] [--output FILE]

`BENCH_ROUNDS` (5) and `BENCH_SECONDS` (3, of one measurement) shorten or lengthen it. No figure fails the run; a count
that does not agree does, because then there is no figure.
"""

import argparse
import asyncio
import json
import os
import platform
import sys
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from rich.console import Console

from benchmarks import answering, consuming, kafka, listing, losing, publishing, registering, relaying
from benchmarks.figures import Figure, show, spread
from benchmarks.goals import GOALS
from benchmarks.ground import Ground, Window, prepared
from tests.kafka.broker import any_broker
from tests.kafka.jars import NoKafka

Measure = Callable[[Ground, Window], Awaitable[Sequence[Figure]]]
MEASURES: Final[Mapping[Measure, tuple[str, ...]]] = {
    registering.measure: ("W1", "W1s", "W2", "W3"),
    answering.measure: ("H1", "H1p"),
    listing.measure: ("L1",),
    publishing.measure: ("R2", "E1"),
    relaying.measure: ("R1",),
    losing.measure: ("R3",),
    consuming.measure: ("C1", "C2"),
}
"""What is measured together. The window is the one intake, without its relay, that several of them use."""
RESULTS: Final = Path(__file__).with_name("results")


async def run(wanted: frozenset[str], *, seconds: float, rounds: int, console: Console) -> dict[str, Any]:
    """Measure what is wanted, print the table and return the whole outcome."""
    load = os.getloadavg()
    with any_broker() as found:
        broker = None if isinstance(found, NoKafka) else found.address
        carrier = "Apache Kafka" if broker else f"the bus inside the process, since there is no Kafka: {found}"
        console.print(f"bus: {carrier}; {rounds} rounds of {seconds:g} s; load of the machine before: {_load(load)}")
        figures: list[Figure] = []
        async with (
            prepared(seconds=seconds, rounds=rounds, broker=broker) as ground,
            ground.window("registering") as window,
        ):
            reached = "TCP" if ground.address else "its socket, since port 5432 is taken"
            console.print(f"database: reached over {reached}, by the services and by pgbench alike")
            console.print(f"interpreter: {_interpreter()}")
            await kafka.apply(ground)
            for measure, ids in MEASURES.items():
                if wanted.intersection(ids):
                    console.print(f"  {', '.join(ids)} ...")
                    figures += await measure(ground, window)
    reference = [figure for figure in figures if figure.id == "W1"]
    noise = spread(ground.reference_rates) if reference else None
    show(figures, console)
    if noise is not None:
        console.print(f"noise: the rounds of the reference (pgbench) lie {noise:.0%} of their median apart")
    console.print(f"load of the machine after: {_load(os.getloadavg())}")
    return {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": {"cores": os.cpu_count(), "system": platform.platform(), "python": _interpreter()},
        "load_before": load,
        "load_after": os.getloadavg(),
        "bus": "kafka" if broker else "in-process",
        "database": "tcp" if ground.address else "socket",
        "rounds": rounds,
        "seconds": seconds,
        "noise_of_reference": noise,
        "figures": [figure.as_json() for figure in figures],
    }


def main(arguments: Sequence[str] | None = None) -> int:
    """Read the command line, measure, write the file."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--only", help=f"figures separated by commas: {','.join(GOALS)}")
    parser.add_argument("--output", type=Path, help="where the JSON goes; a file of benchmarks/results/ unless given")
    given = parser.parse_args(arguments)
    wanted = frozenset(given.only.split(",")) if given.only else frozenset(GOALS)
    if not wanted <= GOALS.keys():
        parser.error(f"figures are {', '.join(GOALS)}")
    seconds, rounds = float(os.environ.get("BENCH_SECONDS") or 3), int(os.environ.get("BENCH_ROUNDS") or 5)
    console = Console(width=None if sys.stdout.isatty() else 160)
    outcome = asyncio.run(run(wanted, seconds=seconds, rounds=rounds, console=console))
    path: Path = given.output or RESULTS / f"{datetime.now(UTC):%Y%m%d-%H%M%S}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(outcome, indent=1, ensure_ascii=False) + "\n", "utf-8")
    console.print(f"written to {path}")
    return 0


def _interpreter() -> str:
    """Python's version and compiler: how it was built decides on a tenth of every figure."""
    return f"{platform.python_implementation()} {platform.python_version()}, {platform.python_compiler()}"


def _load(load: tuple[float, float, float]) -> str:
    return " ".join(f"{value:.1f}" for value in load)


if __name__ == "__main__":
    sys.exit(main())
