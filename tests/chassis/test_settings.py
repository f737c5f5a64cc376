"""Settings: where values come from, and what a production service refuses."""

import base64
import secrets
from pathlib import Path
from typing import Any, ClassVar

import pytest
from pydantic import ValidationError
from pydantic_settings import SettingsConfigDict

from chassis.settings import DEVELOPMENT_ISSUER, EXAMPLE_KEYS, ServiceSettings


class SenderSettings(ServiceSettings):
    """A service with one peer."""

    model_config = SettingsConfigDict(env_prefix="SENDER_")
    service: ClassVar[str] = "sender"
    peers: ClassVar[frozenset[str]] = frozenset({"receiver"})


def new_key() -> str:
    return base64.b64encode(secrets.token_bytes(32)).decode()


def fit(**changes: Any) -> dict[str, Any]:
    """Settings that a production service accepts."""
    return {
        "database_url": "postgresql://sender@db/sender",
        "environment": "production",
        "issuer": "https://login.example.org",
        "jwks_url": "https://login.example.org/jwks",
        "master_key": new_key(),
        "handover_keys": {"sender>receiver": [{"id": "2026-1", "key": new_key()}]},
    } | changes


@pytest.fixture(autouse=True)
def _clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("ONEWINDOW_HOME", "ONEWINDOW_ENVIRONMENT", "KAFKA_BOOTSTRAP_SERVERS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("SENDER_DATABASE_URL", "postgresql://sender:canary@db/sender")


def test_values_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ONEWINDOW_HOME", "/data")
    monkeypatch.setenv("KAFKA_BOOTSTRAP_SERVERS", "a:9092,b:9092")
    settings = SenderSettings()
    assert settings.home == Path("/data")
    assert settings.kafka_bootstrap_servers == "a:9092,b:9092"
    assert settings.issuer == DEVELOPMENT_ISSUER


def test_the_users_own_home_is_not_taken_for_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HOME", "ISSUER", "ENVIRONMENT", "AUDIENCE"):
        monkeypatch.setenv(name, "/elsewhere")
    assert SenderSettings().home == Path(".onewindow")
    assert SenderSettings().audience == "onewindow"


def test_an_empty_variable_is_none_at_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KAFKA_BOOTSTRAP_SERVERS", "")
    assert SenderSettings().kafka_bootstrap_servers is None


def test_a_secret_is_read_from_the_file_that_a_variable_names(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    key = new_key()
    (tmp_path / "key").write_text(f"{key}\n")
    monkeypatch.setenv("SENDER_MASTER_KEY_FILE", str(tmp_path / "key"))
    settings = SenderSettings()
    assert settings.master_key is not None
    assert settings.master_key.get_secret_value() == key


def test_structured_secrets_can_be_files_too(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "keys").write_text(f'{{"sender>receiver": [{{"id": "a", "key": "{new_key()}"}}]}}')
    monkeypatch.setenv("SENDER_HANDOVER_KEYS_FILE", str(tmp_path / "keys"))
    assert SenderSettings().handover_keys["sender>receiver"][0].id == "a"


def test_a_value_and_a_file_at_once_are_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "key").write_text(new_key())
    monkeypatch.setenv("SENDER_MASTER_KEY_FILE", str(tmp_path / "key"))
    monkeypatch.setenv("SENDER_MASTER_KEY", new_key())
    with pytest.raises(ValueError, match="both set"):
        SenderSettings()


def test_no_secret_shows_in_a_representation() -> None:
    settings = SenderSettings(**fit(database_url="postgresql://sender:canary@db/sender", master_key=new_key()))
    assert "canary" not in repr(settings)
    assert settings.master_key is not None
    assert settings.master_key.get_secret_value() not in f"{settings!r}{settings}"


def test_an_error_does_not_repeat_the_key() -> None:
    with pytest.raises(ValidationError) as caught:
        SenderSettings(**fit(master_key="canary-canary"))
    assert "canary" not in str(caught.value)


def test_fit_settings_are_accepted() -> None:
    assert SenderSettings(**fit()).environment == "production"


@pytest.mark.parametrize(
    "changes",
    [
        {"issuer": DEVELOPMENT_ISSUER},
        {"jwks_url": None},
        {"jwks_url": "http://login.example.org/jwks"},
        {"master_key": None},
        {"master_key": next(iter(EXAMPLE_KEYS))},
        {"master_key": base64.b64encode(bytes(32)).decode()},
        {"master_key": base64.b64encode(b"12345678" * 4).decode()},
        {"previous_master_keys": [base64.b64encode(bytes(32)).decode()]},
        {"handover_keys": {}},
        {"handover_keys": {"sender>receiver": [{"id": "a", "key": base64.b64encode(bytes(32)).decode()}]}},
    ],
)
def test_production_refuses_what_only_development_may_have(changes: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        SenderSettings(**fit(**changes))
    # The same is no obstacle to a development run.
    SenderSettings(**fit(**changes) | {"environment": "development"})


def test_production_refuses_failpoints(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ONEWINDOW_FAILPOINTS", "relay.after_send=kill")
    with pytest.raises(ValidationError, match="ONEWINDOW_FAILPOINTS"):
        SenderSettings(**fit())
    SenderSettings(**fit() | {"environment": "development"})


@pytest.mark.parametrize(
    "changes",
    [
        {"jwks": '{"keys": []}'},  # beside jwks_url
        {"handover_keys": {"stranger>receiver": [{"id": "a", "key": new_key()}]}},
        {"handover_keys": {"sender>stranger": [{"id": "a", "key": new_key()}]}},
        {"handover_keys": {"sender>sender": [{"id": "a", "key": new_key()}]}},
        {"handover_keys": {"sender": [{"id": "a", "key": new_key()}]}},
        {"handover_keys": {"sender>receiver>sender": [{"id": "a", "key": new_key()}]}},
        {"handover_keys": {"sender>receiver": []}},
        {"leeway_seconds": 61},
        {"algorithms": ["HS256"]},
        {"algorithms": ["none"]},
        {"master_key": base64.b64encode(secrets.token_bytes(31)).decode()},
    ],
)
def test_settings_that_contradict_themselves_are_refused_anywhere(changes: dict[str, Any]) -> None:
    for environment in ("production", "development"):
        with pytest.raises(ValidationError):
            SenderSettings(**fit(**changes) | {"environment": environment})
