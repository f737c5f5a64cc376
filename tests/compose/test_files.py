"""The compose files hold what operators are promised, checked without an engine."""

import importlib
import json
import re
import shutil
import stat
import subprocess
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from chassis.settings import ServiceSettings
from tests.compose.files import (
    BELOW,
    CHECKOUT,
    COMPOSE,
    DEVELOPMENT,
    ONCE,
    SERVICES,
    environment_of,
    read,
    secrets_made,
    variables,
)

CONTAINERS: dict[str, dict[str, Any]] = read(COMPOSE)["services"]
KNOWN = {
    "build", "cap_drop", "command", "depends_on", "entrypoint", "environment", "healthcheck", "image", "init",
    "logging", "mem_limit", "networks", "pids_limit", "ports", "read_only", "restart", "secrets", "security_opt",
    "shm_size", "stop_grace_period", "tmpfs", "user", "volumes",
}  # fmt: skip
SECRET = re.compile(r"PASSWORD|_URL$|_KEYS?$")
PUBLIC = {"ONEWINDOW_JWKS_URL"}
LASTING = pytest.mark.parametrize("name", [*BELOW, *SERVICES])
EVERY = pytest.mark.parametrize("name", list(CONTAINERS))


def test_the_containers_are_the_ones_that_are_known() -> None:
    assert set(CONTAINERS) == {*BELOW, *ONCE, *SERVICES}


@EVERY
def test_nothing_is_given_that_is_not_needed(name: str) -> None:
    container = CONTAINERS[name]
    assert set(container) <= KNOWN, "a key that compose does not know, or that nobody has looked at"
    assert container["read_only"] is True
    assert container["cap_drop"] == ["ALL"]
    assert container["security_opt"] == ["no-new-privileges:true"]
    user, _, group = container["user"].partition(":")
    assert int(user) > 0, "numeric, so that the engine knows it is not root"
    assert int(group) > 0
    assert not any("docker.sock" in volume for volume in container.get("volumes", ()))
    assert container["logging"]["options"].keys() == {"max-size", "max-file"}
    assert container["pids_limit"] > 0


@EVERY
def test_a_stop_has_longer_than_the_service_takes(name: str) -> None:
    assert int(CONTAINERS[name]["stop_grace_period"].removesuffix("s")) >= 40


@LASTING
def test_what_lasts_comes_back_says_how_it_is_and_has_a_limit(name: str) -> None:
    container = CONTAINERS[name]
    assert container["restart"] == "unless-stopped"
    assert container["mem_limit"]
    if name in SERVICES:
        dockerfile = (CHECKOUT / "Dockerfile").read_text("utf-8")
        assert re.search(r'^HEALTHCHECK .*CMD \["healthy"\]$', dockerfile, re.MULTILINE)
        assert container["init"] is True
        assert "healthcheck" not in container, "the image's own"
    else:
        assert container["healthcheck"]["test"][0] == "CMD"


@pytest.mark.parametrize("name", ONCE)
def test_what_is_done_once_is_not_done_again_by_itself(name: str) -> None:
    assert CONTAINERS[name]["restart"] == "no"


def test_images_are_pinned_to_what_was_settled() -> None:
    ours = {f"onewindow/{name}:0.1.0" for name in (*SERVICES, "setup")}
    images = {container["image"] for container in CONTAINERS.values()}
    assert images == ours | {"postgres:17", "apache/kafka:4.3.1"}
    bases = re.findall(r"^FROM (\S+)", (CHECKOUT / "Dockerfile").read_text("utf-8"), re.MULTILINE)
    assert {base for base in bases if ":" in base} == {"python:3.11-slim"}
    for name in SERVICES:
        assert CONTAINERS[name]["build"] == {"context": ".", "args": {"SERVICE": name}}


def test_only_the_services_listen_and_on_this_machine_alone() -> None:
    listening = {name: container["ports"] for name, container in CONTAINERS.items() if "ports" in container}
    assert listening == {name: [f"127.0.0.1:{port}:{port}"] for name, port in SERVICES.items()}
    networks = read(COMPOSE)["networks"]
    assert networks["inside"] == {"internal": True}
    for name in (*BELOW, *ONCE):
        assert CONTAINERS[name]["networks"] == ["inside"]


def test_the_services_start_when_what_they_need_is_there() -> None:
    for name in SERVICES:
        conditions = {other: how["condition"] for other, how in CONTAINERS[name]["depends_on"].items()}
        assert conditions == {
            "postgres": "service_healthy",
            "kafka": "service_healthy",
            "operators": "service_completed_successfully",
            "topics": "service_completed_successfully",
        }
    assert CONTAINERS["operators"]["depends_on"] == {"migrate": {"condition": "service_completed_successfully"}}


def test_kafka_keeps_its_data_and_makes_no_topic_by_itself() -> None:
    kafka = CONTAINERS["kafka"]
    assert kafka["volumes"] == [f"kafka:{kafka['environment']['KAFKA_LOG_DIRS']}"]
    assert kafka["environment"]["KAFKA_AUTO_CREATE_TOPICS_ENABLE"] == "false"
    alone = [value for name, value in kafka["environment"].items() if name.endswith(("REPLICATION_FACTOR", "MIN_ISR"))]
    assert len(alone) >= 5
    assert set(alone) == {1}


# --- secrets -------------------------------------------------------------------------------------------------------


@EVERY
def test_no_secret_stands_in_the_environment(name: str) -> None:
    for variable, value in CONTAINERS[name].get("environment", {}).items():
        if variable.endswith("_FILE"):
            assert str(value).removeprefix("/run/secrets/") in CONTAINERS[name]["secrets"]
        elif SECRET.search(variable) and variable not in PUBLIC:
            pytest.fail(f"{variable} should be {variable}_FILE")


@EVERY
def test_each_container_has_its_own_secrets_and_no_others(name: str) -> None:
    mounted = set(CONTAINERS[name].get("secrets", ()))
    owners = {f"{service}_owner_database_url" for service in SERVICES}
    operators = {f"{service}_operator_database_url" for service in SERVICES}
    if name in SERVICES:
        own = {secret for secret in mounted if secret.startswith(f"{name}_")}
        others = operators - {f"{name}_operator_database_url"} if name == "intake" else set()
        assert mounted - own == others
        assert not own & (owners | operators), "a service is not its own owner"
        named = {str(value) for key, value in CONTAINERS[name]["environment"].items() if key.endswith("_FILE")}
        assert named == {f"/run/secrets/{secret}" for secret in mounted}
    elif name in {"migrate", "operators"}:
        assert mounted == owners
    elif name == "postgres":
        services = {f"{service}_database_url" for service in SERVICES}
        assert mounted == owners | operators | services | {"postgres_password"}
    else:
        assert not mounted


def test_the_script_makes_exactly_the_secrets_that_are_mounted_and_keeps_them(tmp_path: Path) -> None:
    folder = secrets_made(tmp_path / "secrets")
    made = {path.name: path.read_text("utf-8") for path in folder.iterdir()}
    assert set(made) == set(read(COMPOSE)["secrets"])
    for name, secret in read(COMPOSE, {"ONEWINDOW_SECRETS": str(folder)})["secrets"].items():
        assert secret == {"file": f"{folder}/{name}"}
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()} == {0o444}
    assert len(set(made.values())) == len(made) - (len(SERVICES) - 1), "all differ but the empty lists of former keys"
    secrets_made(folder)
    assert {path.name: path.read_text("utf-8") for path in folder.iterdir()} == made


def test_half_a_set_of_shared_keys_is_refused_rather_than_completed(tmp_path: Path) -> None:
    folder = secrets_made(tmp_path / "secrets")
    (folder / "mediation_handover_keys").unlink()
    with pytest.raises(subprocess.CalledProcessError):
        secrets_made(folder)
    assert not (folder / "mediation_handover_keys").exists()


def test_both_ends_of_a_pair_hold_the_same_keys(tmp_path: Path) -> None:
    folder = secrets_made(tmp_path / "secrets")
    intake, mediation, petition = (
        json.loads((folder / f"{service}_handover_keys").read_text("utf-8"))
        for service in ("intake", "mediation", "petition")
    )
    assert mediation | petition == intake
    assert set(intake) == {"intake>mediation", "mediation>intake", "intake>petition", "petition>intake"}


def test_secrets_and_settings_are_never_committed() -> None:
    ignored = subprocess.run(
        ["git", "check-ignore", "deploy/secrets/intake_master_key", ".env"],
        cwd=CHECKOUT,
        capture_output=True,
        text=True,
        check=False,
    )
    if ignored.returncode == 128:
        pytest.skip("not a git checkout")
    assert ignored.stdout.split() == ["deploy/secrets/intake_master_key", ".env"]


# --- settings ------------------------------------------------------------------------------------------------------


def test_every_variable_stands_in_the_example_with_its_default() -> None:
    example = (CHECKOUT / ".env.example").read_text("utf-8")
    told = dict(re.findall(r"^#? ?([A-Z_]+)=(.*)$", example, re.MULTILINE))
    for name, default in {**variables(COMPOSE), **variables(DEVELOPMENT)}.items():
        assert name in told, name
        assert told[name] in {default, ""} or not default, f"{name}: the example says another default"


def test_the_example_is_for_trying_out_and_says_so() -> None:
    example = (CHECKOUT / ".env.example").read_text("utf-8")
    active = dict(re.findall(r"^([A-Z_]+)=(.*)$", example, re.MULTILINE))
    assert active["COMPOSE_FILE"] == "docker-compose.yml:docker-compose.development.yml"


@pytest.mark.parametrize("name", SERVICES)
def test_alone_the_file_is_a_production_run(name: str) -> None:
    assert CONTAINERS[name]["environment"]["ONEWINDOW_ENVIRONMENT"] == "production"
    assert "issuer" not in str(CONTAINERS[name].get("volumes", ""))


def test_the_development_file_adds_the_issuer_and_a_way_to_the_broker_and_nothing_else() -> None:
    added = read(DEVELOPMENT)
    assert set(added) == {"x-development", "services", "volumes"}
    for name in SERVICES:
        assert added["services"][name] == {
            "environment": {"ONEWINDOW_ENVIRONMENT": "development"},
            "volumes": ["issuer:/var/lib/onewindow/issuer"],
        }
    assert set(added["services"]) == {*SERVICES, "kafka"}
    assert set(added["services"]["kafka"]) == {"environment", "ports", "networks"}
    assert added["services"]["kafka"]["ports"] == ["127.0.0.1:9092:19092"]


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_takes_its_settings_from_there_and_production_wants_an_issuer(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = secrets_made(tmp_path / "secrets")
    kind = getattr(importlib.import_module(f"services.{name}.settings"), f"{name.capitalize()}Settings")
    for variable, value in environment_of(name, folder).items():
        monkeypatch.setenv(variable, value)
    with pytest.raises(ValidationError, match="the development issuer is refused in production"):
        kind()
    issuer = {"ONEWINDOW_TOKEN_ISSUER": "https://issuer.example", "ONEWINDOW_JWKS_URL": "https://issuer.example/jwks"}
    for variable, value in environment_of(name, folder, **issuer).items():
        monkeypatch.setenv(variable, value)
    settings: ServiceSettings = kind()
    assert settings.environment == "production"
    assert settings.master_key is not None
    assert len(settings.handover_keys) == {"intake": 4, "mediation": 2, "petition": 2, "analytics": 0}[name]
    assert settings.database_url == (folder / f"{name}_database_url").read_text("utf-8").strip()


@pytest.mark.skipif(shutil.which("docker") is None, reason="no docker command is installed")
def test_compose_itself_accepts_the_files() -> None:
    version = subprocess.run(["docker", "compose", "version"], capture_output=True, text=True, check=False, timeout=30)
    if version.returncode:
        pytest.skip("docker has no compose")
    for files in (COMPOSE.name, f"{COMPOSE.name}:{DEVELOPMENT.name}"):
        answer = subprocess.run(
            ["docker", "compose", "--env-file", ".env.example", "config", "--quiet"],
            cwd=CHECKOUT,
            env={"PATH": "/usr/local/bin:/usr/bin:/bin", "COMPOSE_FILE": files},
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
        assert answer.returncode == 0, answer.stderr
        assert answer.stderr == ""
