"""Every command of the README does what the README says: they are taken from there and run, in their order."""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.onewindow.conftest import CHECKOUT, START_SECONDS, Running, free_port, new_home

README = (CHECKOUT / "README.md").read_text("utf-8")
BLOCKS = re.findall(r"^```bash\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)
RUN = "make run\n"
BY_CI = "make test\nmake check\n"
"""Run by `.ci/run` itself: this test is a part of it."""


def in_checkout() -> bool:
    """Whether the tests run from the checkout's own environment, which `make` would use too."""
    return Path(sys.prefix) == CHECKOUT / ".venv"


@pytest.fixture
def run() -> Iterator[Running]:
    """What `make run` starts, with a home and a port of its own."""
    made = Running(new_home(), free_port())
    made.process = subprocess.Popen(
        ["make", "run"],
        cwd=CHECKOUT,
        env=made.environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )
    yield made
    made.end()


def test_the_two_commands_stand_first_in_what_ci_runs() -> None:
    assert BLOCKS[0] == RUN
    assert BY_CI in BLOCKS
    ci = (CHECKOUT / ".ci" / "run").read_text("utf-8")
    for command in BY_CI.split("\n"):
        assert command in ci


def test_every_link_leads_somewhere() -> None:
    for link in re.findall(r"\]\(([^)#]+)\)", README):
        assert (CHECKOUT / link).exists(), link


@pytest.mark.skipif(not in_checkout(), reason="the tests do not run from the checkout's .venv, which the README names")
def test_every_command_works_as_it_stands(run: Running) -> None:
    run.wait_until_up()
    tried = [block for block in BLOCKS if block not in {RUN, BY_CI}]
    assert len(tried) >= 5
    script = "".join(tried).replace("127.0.0.1:8000", f"127.0.0.1:{run.port}")
    script = script.replace("/tmp/", f"{run.home.parent}/")  # noqa: S108 -- the README's, which this replaces
    assert str(run.port) in script
    answer = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", script],
        cwd=CHECKOUT,
        env=run.environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert answer.returncode == 0, answer.stdout + answer.stderr
    assert "/problems/" not in answer.stdout, "some answer was a problem"
    for told in ("intake.case_registered", "intake.case_routed", "mediation", "broken 0"):
        assert told in answer.stdout
    for report in CHECKOUT.glob("*.report.csv"):
        pytest.fail(f"rows of the examples were refused: {report.read_text('utf-8')}")


@pytest.mark.skipif(not in_checkout(), reason="the tests do not run from the checkout's .venv, which the README names")
def test_ctrl_c_ends_make_run_and_everything_it_started(run: Running) -> None:
    """As a terminal does it: the signal goes to the whole foreground group, make included."""
    assert run.process is not None
    give_up = time.monotonic() + START_SECONDS
    while time.monotonic() < give_up:
        try:
            if httpx.get(f"{run.url}/healthz", timeout=5, trust_env=False).is_success:
                break
        except httpx.TransportError:
            time.sleep(0.1)
    os.killpg(run.process.pid, signal.SIGINT)
    out, err = run.process.communicate(timeout=30)
    run.process = None
    assert "stopped" in out.decode(), err.decode()
    assert run.command("status", "--json").returncode == 0, "the home is free again"
