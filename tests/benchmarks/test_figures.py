"""The short form of `make bench`: every figure is produced and counts agree; how good they are is not judged."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from benchmarks.figures import Figure, spread
from benchmarks.goals import GOALS
from benchmarks.ground import CountsDiffer, prepared
from benchmarks.registering import register

SHORT = {"BENCH_SECONDS": "0.2", "BENCH_ROUNDS": "1"}


@pytest.mark.kafka
def test_every_figure_is_produced_and_counts_agree(request: pytest.FixtureRequest, tmp_path: Path) -> None:
    output = tmp_path / "figures.json"
    answer = subprocess.run(
        [sys.executable, "-m", "benchmarks", "--output", str(output)],
        env={**os.environ, **SHORT, **_broker(request)},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert answer.returncode == 0, answer.stdout + answer.stderr
    told = {figure["id"]: figure for figure in json.loads(output.read_text())["figures"]}
    assert told.keys() == GOALS.keys()
    assert all(figure["now"] > 0 for name, figure in told.items() if name != "R3"), told
    assert told["R3"]["now"] == 0, told["R3"]
    assert told["R3"]["detail"]["events"] > 0
    assert all(name in answer.stdout for name in GOALS)


async def test_what_was_answered_and_not_stored_gives_no_figure() -> None:
    async with prepared(seconds=0.1, rounds=1, broker=None) as ground, ground.window("floor") as window:
        with pytest.raises(CountsDiffer):
            await register(ground, window)
        sample = await register(ground, window, stored=False)
    assert sample.cases > 0
    assert sample.server_us > 0


def test_a_figure_is_the_median_of_its_rounds_with_its_spread() -> None:
    figure = Figure("W1", [0.5, 0.9, 0.7])
    assert figure.median == 0.7
    assert spread(figure.values) == pytest.approx(0.4 / 0.7)
    told = figure.as_json()
    assert (told["now"], told["lowest"], told["highest"], told["target"]) == (0.7, 0.5, 0.9, GOALS["W1"].target)


def _broker(request: pytest.FixtureRequest) -> dict[str, str]:
    """The session's broker; without one the benchmarks say that they do without."""
    try:
        broker: Any = request.getfixturevalue("broker")
    except pytest.skip.Exception:
        return {}
    return {"KAFKA_BOOTSTRAP_SERVERS": broker.address}
