"""`onewindow run` as a process: it comes up, stops in order, and goes on after any kill."""

import asyncio
import json
import os
import random
import signal
import socket
import time
from collections.abc import Mapping
from pathlib import Path

import asyncpg
import httpx
import pytest

from onewindow import figures, proof
from onewindow.demonstration import matters
from onewindow.embedded import postmaster
from tests.onewindow.conftest import Running, free_port, gone

CASES = len(matters.examples()) + len(matters.ordinary())


async def settled(home: Path) -> Mapping[str, Mapping[str, int | None]]:
    """The figures once nothing is pending."""
    async with asyncio.timeout(60):
        found = await figures.of_home(home)
        while any(one["outbox_pending"] for one in found.values()):
            await asyncio.sleep(0.1)
            found = await figures.of_home(home)
    return found


def sound(run: Running) -> bool:
    """Whether everything is there once, with every chain whole and no dead letter."""
    found = asyncio.run(settled(run.home))
    assert found["intake"]["cases"] == found["analytics"]["registered"] == CASES
    assert not any(one["dead_letters"] for one in found.values())
    return not asyncio.run(proof.verified(run.home, {})).broken


def postgres_of(run: Running) -> list[int]:
    found = postmaster.find(run.home / "postgres")
    assert found is not None
    return [found.pid]


def test_it_comes_up_with_its_demonstration_and_stops_in_order(fresh: Running) -> None:
    fresh.start()
    fresh.wait_until_up()
    assert sound(fresh)
    assert httpx.get(f"{fresh.url}/", trust_env=False).is_success
    server = postgres_of(fresh)
    began = time.monotonic()
    code, out, err = fresh.stop(signal.SIGINT)
    assert time.monotonic() - began < 10
    assert code == 0
    assert fresh.url in out
    assert "token mint" in out
    told = [json.loads(line) for line in err.splitlines()]
    assert not [line for line in told if line["level"] not in {"info", "warning"}], "nothing failed"
    assert gone(server)
    # Without a run the figures are the same.
    assert sound(fresh)
    began = time.monotonic()
    fresh.start()
    fresh.wait_until_up()
    assert time.monotonic() - began < 20
    assert fresh.stop(signal.SIGTERM)[0] == 0


def test_a_kill_at_any_instant_of_the_first_run_leaves_what_the_next_run_completes(fresh: Running) -> None:
    chance = random.Random(20261125)
    for _ in range(6):
        fresh.start()
        time.sleep(chance.uniform(0.2, 4.0))
        fresh.kill()
    fresh.start()
    fresh.wait_until_up()
    assert sound(fresh)
    assert fresh.stop()[0] == 0


def test_a_signal_while_it_starts_stops_it_in_order(fresh: Running) -> None:
    for pause in (0.9, 1.4, 2.0):
        fresh.start()
        time.sleep(pause)
        code, _, err = fresh.stop()
        assert code in {0, -signal.SIGTERM}, err  # the latter before Python has read our first line
    fresh.start()
    fresh.wait_until_up()
    assert sound(fresh)


def test_two_with_different_homes_and_ports_run_side_by_side(running: Running, fresh: Running) -> None:
    fresh.start("--no-demonstration")
    fresh.wait_until_up()
    assert httpx.get(f"{running.url}/healthz", trust_env=False).is_success
    assert json.loads(fresh.command("status", "--json").stdout)["intake"]["cases"] == 0
    assert fresh.stop()[0] == 0


def test_a_taken_port_is_said_at_once(running: Running, fresh: Running) -> None:
    fresh.port = running.port
    answer = fresh.command("run", timeout=20)
    assert answer.returncode == 1
    assert "ONEWINDOW_PORT" in answer.stderr
    assert not fresh.home.exists(), "nothing was begun"


def test_a_home_in_use_is_said_clearly(running: Running, fresh: Running) -> None:
    other = Running(running.home, free_port())
    answer = other.command("run", timeout=60)
    assert answer.returncode == 1
    assert "ONEWINDOW_HOME" in answer.stderr
    assert httpx.get(f"{running.url}/healthz", trust_env=False).is_success
    assert not fresh.home.exists()


@pytest.mark.parametrize(
    ("name", "value"),
    [("ONEWINDOW_PORT", "0"), ("ONEWINDOW_PORT", "http"), ("ONEWINDOW_LOG_LEVEL", "loud"), ("ONEWINDOW_HOST", "a b")],
)
def test_a_setting_that_cannot_be_is_refused_by_name(fresh: Running, name: str, value: str) -> None:
    answer = fresh.command("run", more={name: value})
    assert answer.returncode == 2
    assert name in answer.stderr
    assert value not in answer.stderr or value == "0"


def test_it_ends_when_a_part_of_it_does(fresh: Running) -> None:
    """The database is gone for good: its program cannot be started again."""
    fresh.start("--no-demonstration")
    fresh.wait_until_up()
    (fresh.home / "postgres").resolve().joinpath("PG_VERSION").unlink()
    server = postgres_of(fresh)
    os.kill(server[0], signal.SIGKILL)
    assert fresh.process is not None
    out, err = fresh.process.communicate(timeout=60)
    code, fresh.process = fresh.process.returncode, None
    assert code == 1, (out, err)
    assert "ended by itself" in err.decode()


def test_a_database_server_that_is_killed_comes_back(fresh: Running) -> None:
    fresh.start()
    fresh.wait_until_up()
    os.kill(postgres_of(fresh)[0], signal.SIGKILL)
    fresh.wait_until_up()
    assert sound(fresh)


async def test_the_service_s_role_may_not_change_its_journal_and_sees_nothing_without_a_scope(
    running: Running,
) -> None:
    for service in ("intake", "mediation", "petition", "analytics"):
        url = running.command("database", "url", service).stdout.strip()
        connection = await asyncpg.connect(url)
        for statement in (
            "UPDATE journal SET reason_code = 'x'",
            "DELETE FROM journal",
            "TRUNCATE journal",
            "DROP TABLE journal",
        ):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await connection.execute(statement)
        assert await connection.fetchval("SELECT count(*) FROM journal") == 0
        await connection.close()


def test_slow_requests_in_hand_are_answered_when_it_stops(fresh: Running) -> None:
    fresh.start("--no-demonstration")
    fresh.wait_until_up()
    with socket.create_connection(("127.0.0.1", fresh.port)) as connection:
        connection.sendall(b"GET /readyz HTTP/1.1\r\nHost: county\r\n\r\n")
        assert connection.recv(64).startswith(b"HTTP/1.1 200")
        code, _, _ = fresh.stop()
    assert code == 0
