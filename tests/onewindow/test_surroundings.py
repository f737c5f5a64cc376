"""Settings of a run: each from one variable, refused by name where it cannot be."""

import logging
import sys
from pathlib import Path

import pytest

from onewindow import surroundings
from onewindow.surroundings import SettingUnclear, Surroundings


def test_what_holds_when_nothing_is_set() -> None:
    found = Surroundings.read({})
    assert found.home == surroundings.CHECKOUT / ".onewindow"
    assert (found.host, found.port, found.address) == ("127.0.0.1", 8000, "http://127.0.0.1:8000")
    assert found.log_level == logging.WARNING
    assert found.access_log == found.home / "access.log"
    assert found.demonstration
    assert found.environment == "development"


def test_an_empty_variable_is_one_that_is_not_set() -> None:
    assert Surroundings.read({"ONEWINDOW_PORT": "", "ONEWINDOW_HOME": ""}) == Surroundings.read({})


def test_each_variable_is_read() -> None:
    found = Surroundings.read(
        {
            "ONEWINDOW_HOME": "/srv/county",
            "ONEWINDOW_HOST": "::",
            "ONEWINDOW_PORT": "81",
            "ONEWINDOW_LOG_LEVEL": "INFO",
            "ONEWINDOW_ACCESS_LOG": "off",
            "ONEWINDOW_DEMONSTRATION": "off",
            "ONEWINDOW_TOKEN_AUDIENCE": "county",
        }
    )
    assert found == Surroundings(
        home=Path("/srv/county"),
        host="::",
        port=81,
        log_level=logging.INFO,
        access_log=None,
        demonstration=False,
        environment="development",
        audience="county",
    )
    assert found.address == "http://127.0.0.1:81"


@pytest.mark.parametrize(("host", "address"), [("::", "127.0.0.1"), ("fd00::1", "[fd00::1]"), ("county", "county")])
def test_a_browser_is_sent_to_an_address_that_it_can_open(host: str, address: str) -> None:
    assert Surroundings.read({"ONEWINDOW_HOST": host}).address == f"http://{address}:8000"


def test_production_has_no_demonstration() -> None:
    assert not Surroundings.read({"ONEWINDOW_ENVIRONMENT": "production", "ONEWINDOW_DEMONSTRATION": "on"}).demonstration


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ONEWINDOW_PORT", "65536"),
        ("ONEWINDOW_PORT", "-1"),
        ("ONEWINDOW_PORT", "８０００"),
        ("ONEWINDOW_PORT", "8000 "),
        ("ONEWINDOW_PORT", "9" * 5000),
        ("ONEWINDOW_HOST", "http://x"),
        ("ONEWINDOW_LOG_LEVEL", "trace"),
        ("ONEWINDOW_DEMONSTRATION", "maybe"),
        ("ONEWINDOW_ENVIRONMENT", "staging"),
    ],
)
def test_what_cannot_be_is_refused_by_the_variable_s_name(name: str, value: str) -> None:
    with pytest.raises(SettingUnclear, match=name) as refused:
        Surroundings.read({name: value})
    assert value not in str(refused.value)


def test_the_program_is_called_by_a_path_that_works_from_here(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    program = Path(sys.executable).with_name("onewindow")
    monkeypatch.setenv("PATH", "/nowhere")
    monkeypatch.setattr(sys, "argv", [str(program)])
    monkeypatch.chdir(program.parent.parent)
    assert surroundings.command() == "bin/onewindow"
    monkeypatch.chdir(tmp_path)
    assert surroundings.command() == str(program)
    monkeypatch.setenv("PATH", str(program.parent))
    assert surroundings.command() == "onewindow"
