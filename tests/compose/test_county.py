"""The county in containers, for real: healthy, the journeys, operators' commands, stops and kills."""

import asyncio
import os
import signal
import time
from collections.abc import Callable
from datetime import timedelta

import httpx
import pytest

from tests.compose.county import STOP_SECONDS, Containers
from tests.compose.engine import asked
from tests.compose.files import BELOW, ONCE, SERVICES
from tests.county import key
from tests.journeys.conftest import DISPUTE, WOBEI, Steps
from tests.journeys.test_dispute import (
    test_a_dispute_is_settled_and_the_person_is_asked,
    test_a_refusal_ends_it_with_an_outcome,
    test_an_oral_agreement_takes_effect_at_once,
)
from tests.journeys.test_petition import (
    test_a_petition_is_answered_and_concluded,
    test_an_accusation_is_sent_to_the_right_door,
)

__all__ = [
    "test_a_dispute_is_settled_and_the_person_is_asked",
    "test_a_petition_is_answered_and_concluded",
    "test_a_refusal_ends_it_with_an_outcome",
    "test_an_accusation_is_sent_to_the_right_door",
    "test_an_oral_agreement_takes_effect_at_once",
]
pytestmark = [pytest.mark.containers, pytest.mark.slow]
AT_ONCE, EACH = 16, 150
"""Callers, and cases that each of them registers and sends on."""
RECOVERY = timedelta(seconds=60)
thorough = pytest.mark.skipif(asked() != "always", reason="stops and kills of containers: make test-compose")


async def until(holds: Callable[[], bool]) -> None:
    """Return when it holds."""
    async with asyncio.timeout(RECOVERY.total_seconds()):
        while not await asyncio.to_thread(holds):
            await asyncio.sleep(0.2)


def test_everything_is_up_and_what_is_done_once_is_done(containers: Containers) -> None:
    for name in (*BELOW, *SERVICES):
        assert containers.health(name) == "healthy"
    for name in ONCE:
        state = containers.container(name)["State"]
        assert (state["Status"], state["ExitCode"]) == ("exited", 0)


@pytest.mark.parametrize("service", SERVICES)
def test_a_container_holds_one_service_and_can_write_nowhere(containers: Containers, service: str) -> None:
    found = containers.done(
        "exec", "-T", service, "python", "-c", "import os; print(os.getuid(), *os.listdir('services'))"
    )
    assert set(found.split()) - {"__pycache__"} == {"10001", "__init__.py", service}
    for place in ("/app/new", "/usr/local/new", "/run/secrets/new"):
        assert containers.compose("exec", "-T", service, "touch", place).returncode != 0
    containers.done("exec", "-T", service, "touch", "/tmp/new")  # noqa: S108 -- inside the container
    readable = containers.done("exec", "-T", service, "ls", "/run/secrets").split()
    assert not [name for name in readable if "owner" in name]


async def test_one_place_answers_for_the_whole_county(divided: Containers, steps: Steps) -> None:
    await steps.register(DISPUTE)
    await divided.settled()
    status = divided.onewindow("status")
    assert tuple(status) == tuple(SERVICES)
    assert status["analytics"]["registered"] == status["intake"]["cases"] > 0
    for figures in status.values():
        quiet = ("outbox_pending", "oldest_pending_seconds", "consumer_lag", "dead_letters")
        assert [figures[name] for name in quiet] == [0, 0, 0, 0]
    proof = divided.onewindow("journal", "verify")
    assert proof["broken"] == []
    assert proof["entries"] == sum(figures["journal_entries"] for figures in status.values())
    assert divided.onewindow("topics", "apply")["as_wanted"] is True
    assert divided.onewindow("dead-letters", "list") == {"items": []}
    assert "postgres:5432/intake" in divided.done("exec", "-T", "intake", "onewindow", "database", "url", "intake")
    divided.done("exec", "-T", "intake", "onewindow", "migrate")
    assert list(divided.onewindow("status", inside="mediation")) == ["mediation"]


@thorough
async def test_a_service_that_was_stopped_catches_up(divided: Containers, steps: Steps) -> None:
    took = divided.timed("stop of one service", "stop", "mediation")
    assert took < STOP_SECONDS
    assert divided.container("mediation")["State"]["ExitCode"] == 0
    case_id = await steps.register(DISPUTE)
    body = {"route": "MEDIATION", "tier": "TOWNSHIP", "reason_code": "CLASSIFIED"}
    await steps.post("intake", "DISPATCHER", f"/v1/cases/{case_id}/routing", body, 1)
    divided.timed("one service up again", "up", "--detach", "--wait", "mediation")
    await divided.settled()
    case = await steps.get("mediation", "MEDIATOR", f"/v1/cases/{case_id}", WOBEI)
    assert len(case["parties"]) == len(DISPUTE["parties"])


# The last: a member of a group that was killed, and brokers that come back with it in their memory.
@thorough
@pytest.mark.parametrize("killed", [("intake",), ("kafka",), ("postgres",), ("intake", "kafka")], ids=" ".join)
async def test_what_is_killed_comes_back_by_itself_and_nothing_is_lost(
    divided: Containers, steps: Steps, killed: tuple[str, ...]
) -> None:
    before = divided.onewindow("status")["intake"]["cases"]
    await steps.register(DISPUTE)
    restarts = {name: divided.container(name)["RestartCount"] for name in killed}
    try:
        for name in killed:
            os.kill(divided.container(name)["State"]["Pid"], signal.SIGKILL)
    except (PermissionError, ProcessLookupError):
        pytest.skip("the engine's processes are not this user's to kill")

    def is_back(name: str) -> bool:
        return divided.container(name)["RestartCount"] > restarts[name] and divided.health(name) == "healthy"

    began = time.monotonic()
    await until(lambda: all(is_back(name) for name in killed))
    divided.figures[f"{' and '.join(killed)} killed, healthy again"] = f"{time.monotonic() - began:.1f} s"
    await until(lambda: all(divided.health(name) == "healthy" for name in SERVICES))
    await steps.route(await steps.register(DISPUTE), "MEDIATION")
    divided.figures[f"{' and '.join(killed)} killed, nothing waits"] = f"{time.monotonic() - began:.1f} s"
    status = divided.onewindow("status")
    assert status["intake"]["cases"] == status["analytics"]["registered"] == before + 2
    assert divided.onewindow("journal", "verify")["broken"] == []


def memory(containers: Containers) -> dict[str, str]:
    """What each container uses now."""
    names = {containers.container(name)["Name"].removeprefix("/"): name for name in (*BELOW, *SERVICES)}
    used = containers.engine.docker("stats", "--no-stream", "--format", "{{.Name}} {{.MemUsage}}", *names).stdout
    lines = (line.split() for line in used.splitlines())
    return {names[container]: amount for container, amount, *_ in lines}


def test_sizes_and_memory(containers: Containers) -> None:
    for name, used in memory(containers).items():
        (image,) = containers.engine.inspect(containers.container(name)["Image"])
        megabytes = image["Size"] / 1e6
        containers.figures[f"{name}: image, memory with little to do"] = f"{megabytes:.0f} MB, {used}"
        if name in SERVICES:
            assert megabytes < 400, "something large came into the image"


@thorough
async def test_what_is_used_under_load(divided: Containers, steps: Steps) -> None:
    routing = {"route": "MEDIATION", "tier": "TOWNSHIP", "reason_code": "CLASSIFIED"}

    async def bring(clerk: httpx.AsyncClient, dispatcher: httpx.AsyncClient) -> None:
        for _ in range(EACH):
            answer = await clerk.post("/v1/cases", json=DISPUTE, headers=key())
            assert answer.status_code == 201, answer.text
            headers = key() | {"If-Match": '"1"'}
            answer = await dispatcher.post(f"/v1/cases/{answer.json()['id']}/routing", json=routing, headers=headers)
            assert answer.status_code == 201, answer.text

    async with (
        divided.client("intake", "WINDOW_CLERK", WOBEI) as clerk,
        divided.client("intake", "DISPATCHER", WOBEI) as dispatcher,
    ):
        began = time.monotonic()
        measuring = asyncio.create_task(asyncio.to_thread(memory, divided))
        await asyncio.gather(*(bring(clerk, dispatcher) for _ in range(AT_ONCE)))
        used = await measuring
        cases = EACH * AT_ONCE
        divided.figures["registered and sent on under load"] = f"{cases / (time.monotonic() - began):.0f} a second"
    for name in SERVICES:
        divided.figures[f"{name}: memory under load"] = used[name]
    await divided.settled()
    assert await steps.counted("registered", "routed") == (cases, cases)
