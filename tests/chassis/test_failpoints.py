"""Failpoints: off unless asked for, dead at the very instant when asked, and a wrong name is no silent nothing."""

import signal
import subprocess
import sys

import pytest

from chassis import failpoints
from chassis.failpoints import FailpointUnclear

REACHING = """
from chassis.failpoints import reach
for number in range(5):
    print(number, flush=True)
    reach("relay.after_send")
    reach("consumer.after_commit")
"""


def run(value: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-c", REACHING],
        env={failpoints.VARIABLE: value},
        capture_output=True,
        text=True,
        check=False,
        timeout=30,
    )


def test_unset_it_does_nothing() -> None:
    answer = run("")
    assert (answer.returncode, answer.stdout.split(), answer.stderr) == (0, ["0", "1", "2", "3", "4"], "")


@pytest.mark.parametrize(("value", "passes"), [("relay.after_send=kill", 1), (" consumer.after_commit=kill@3 ,", 3)])
def test_the_process_dies_at_the_point_and_not_before(value: str, passes: int) -> None:
    answer = run(value)
    assert answer.returncode == -signal.SIGKILL
    assert len(answer.stdout.split()) == passes
    assert "reached" in answer.stderr


@pytest.mark.parametrize(
    "value", ["relay.after=kill", "relay.after_send", "relay.after_send=kill@0", "relay.after_send=nap", "=kill", "x"]
)
def test_what_names_no_point_is_refused(value: str) -> None:
    with pytest.raises(FailpointUnclear, match=failpoints.VARIABLE):
        failpoints.armed(value)
    assert run(value).returncode == 1


def test_every_point_is_reached_somewhere(request: pytest.FixtureRequest) -> None:
    """A name in the list that no code reaches would be a test that hits nothing."""
    names = {name for name, value in vars(failpoints).items() if isinstance(value, str) and value in failpoints.POINTS}
    assert {getattr(failpoints, name) for name in names} == failpoints.POINTS
    sources = [path.read_text() for path in (request.config.rootpath / "chassis").rglob("*.py")]
    assert [name for name in names if not any(f"reach({name})" in source for source in sources)] == []
