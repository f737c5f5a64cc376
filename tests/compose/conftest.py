"""A county in containers for the tests of this folder, where there is an engine, and the figures that it showed."""

from collections.abc import Iterator
from typing import cast

import pytest

from tests.compose.county import Containers, up
from tests.compose.engine import NoEngine, any_engine
from tests.county import County
from tests.journeys.conftest import DIVISIONS, Steps, mediator

__all__ = ["mediator"]
FIGURES = pytest.StashKey[dict[str, str]]()


@pytest.fixture(scope="session")
def containers(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Iterator[Containers]:
    """The county, up and healthy."""
    try:
        engine = any_engine()
    except NoEngine as reason:
        pytest.skip(f"no containers: {reason}")
    with up(engine, tmp_path_factory.mktemp("compose")) as county:
        yield county
    request.config.stash[FIGURES] = county.figures


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """What was measured, where a county was up."""
    figures = config.stash.get(FIGURES, {})
    if figures:
        terminalreporter.section("a county in containers")
    for name, figure in figures.items():
        terminalreporter.write_line(f"{name:<32} {figure}")


@pytest.fixture(scope="session")
async def divided(containers: Containers) -> Containers:
    """The county with its divisions."""
    async with containers.client("intake", "DIRECTORY_ADMIN") as client:
        answer = await client.post("/v1/divisions/batch", json={"items": DIVISIONS})
        assert {item["status"] for item in answer.json()["items"]} == {"recorded"}, answer.text
    await containers.settled()
    return containers


@pytest.fixture
async def steps(divided: Containers) -> Steps:
    return await Steps.begin(cast("County", divided))  # it has what these journeys ask of a county
