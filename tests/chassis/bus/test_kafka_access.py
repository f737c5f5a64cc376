"""Settings of the connection, and the end of every wait on the client; no broker is needed."""

import asyncio
import contextlib
import time
from pathlib import Path

import pytest
from pydantic import ValidationError

from chassis.bus.kafka.access import KafkaAccess
from chassis.bus.kafka.bounded import within
from chassis.bus.protocol import Unavailable


async def test_a_call_that_takes_too_long_is_given_up() -> None:
    given_up = asyncio.Event()

    async def call() -> None:
        try:
            await asyncio.sleep(60)
        finally:
            given_up.set()

    with pytest.raises(TimeoutError):
        await within(0.01, call())
    assert given_up.is_set()


async def test_a_call_that_swallows_its_cancellation_is_left_to_itself() -> None:
    goes_on = asyncio.Event()

    async def call() -> None:
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.sleep(60)
        await goes_on.wait()

    began = time.monotonic()
    with pytest.raises(TimeoutError):
        await within(0.01, call())
    assert time.monotonic() - began < 5
    goes_on.set()


async def test_a_call_that_cancels_itself_does_not_end_its_caller() -> None:
    async def call() -> None:
        raise asyncio.CancelledError

    with pytest.raises(Unavailable):
        await within(1, call())
    current = asyncio.current_task()
    assert current is not None
    assert current.cancelling() == 0


async def test_a_caller_that_is_cancelled_takes_its_call_along() -> None:
    ended = asyncio.Event()

    async def call() -> None:
        try:
            await asyncio.sleep(60)
        finally:
            ended.set()

    caller = asyncio.create_task(within(60, call()))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    caller.cancel()
    with pytest.raises(asyncio.CancelledError):
        await caller
    await asyncio.wait_for(ended.wait(), 5)


def test_the_environment_says_where_the_brokers_are(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "password").write_text("from-a-file\n")
    for name, value in {
        "KAFKA_BOOTSTRAP_SERVERS": "one:9092,two:9092",
        "KAFKA_SECURITY_PROTOCOL": "SASL_PLAINTEXT",
        "KAFKA_SASL_USERNAME": "intake",
        "KAFKA_SASL_PASSWORD_FILE": str(tmp_path / "password"),
    }.items():
        monkeypatch.setenv(name, value)
    client = KafkaAccess().client()
    assert client["bootstrap_servers"] == "one:9092,two:9092"
    assert (client["sasl_plain_username"], client["sasl_plain_password"]) == ("intake", "from-a-file")
    assert client["sasl_mechanism"] == "SCRAM-SHA-256"


def test_without_sasl_nothing_is_said_of_passwords() -> None:
    assert not [name for name in KafkaAccess(bootstrap_servers="one:9092").client() if name.startswith("sasl")]


def test_sasl_without_a_password_is_refused_and_repeats_nothing() -> None:
    with pytest.raises(ValidationError, match="KAFKA_SASL_PASSWORD") as refused:
        KafkaAccess(bootstrap_servers="one:9092", security_protocol="SASL_SSL", sasl_username="intake-secret")
    assert "intake-secret" not in str(refused.value)
