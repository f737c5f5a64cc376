"""The development issuer: what it mints, what it refuses, and the one key that two processes agree on."""

import json
import stat
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, ClassVar

import pytest
from joserfc import jwt

from chassis.rules.clock import FixedClock, SystemClock
from chassis.rules.refusals import Refusal
from chassis.security.files import UnsafeSecretFile
from chassis.security.issuer import (
    KEY_FILE,
    DevelopmentIssuer,
    LifetimeNotAllowed,
    NoDevelopmentIssuer,
    NotADivision,
    NotASubject,
    UnknownRole,
)
from chassis.security.jwks import KeysUnavailable
from chassis.security.tokens import TokenRefused, Verifier
from chassis.settings import ServiceSettings
from contracts.roles import Role

NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
DIVISION = "130926100000"


class TestedSettings(ServiceSettings):
    """Settings of a service that needs nothing but tokens."""

    __test__ = False
    service: ClassVar[str] = "tested"


def decoded(issuer: DevelopmentIssuer, text: str) -> dict[str, Any]:
    return jwt.decode(text, issuer._key, algorithms=["ES256"]).claims


def test_without_a_name_the_subject_is_fixed_by_role_and_division(tmp_path: Path) -> None:
    issuer = DevelopmentIssuer.at(tmp_path, clock=FixedClock(NOW))
    subjects = [decoded(issuer, issuer.mint("WINDOW_CLERK", DIVISION))["sub"] for _ in range(2)]
    assert subjects == [f"window_clerk@{DIVISION}"] * 2
    assert decoded(issuer, issuer.mint("WINDOW_CLERK", DIVISION, subject="clerk-7"))["sub"] == "clerk-7"


def test_a_token_lives_as_long_as_asked(tmp_path: Path) -> None:
    issuer = DevelopmentIssuer.at(tmp_path, clock=FixedClock(NOW))
    claims = decoded(issuer, issuer.mint("WINDOW_CLERK", DIVISION, timedelta(seconds=90)))
    assert claims["exp"] - claims["iat"] == 90


@pytest.mark.parametrize("roles", ["KING", "", "window_clerk", [], ["WINDOW_CLERK", "KING"]])
def test_an_unknown_role_is_answered_with_the_list(tmp_path: Path, roles: str | list[str]) -> None:
    with pytest.raises(UnknownRole) as caught:
        DevelopmentIssuer.at(tmp_path, clock=FixedClock(NOW)).mint(roles, DIVISION)
    for role in Role:
        assert role.value in caught.value.en
        assert role.value in caught.value.zh
    assert "KING" not in str(caught.value)


@pytest.mark.parametrize(
    ("arguments", "refusal"),
    [
        ({"division": "130926"}, NotADivision),
        ({"division": "000000000000"}, NotADivision),
        ({"division": "1309261000000"}, NotADivision),
        ({"ttl": timedelta(0)}, LifetimeNotAllowed),
        ({"ttl": timedelta(days=31)}, LifetimeNotAllowed),
        ({"subject": "王小明"}, NotASubject),
        ({"subject": "x" * 129}, NotASubject),
    ],
)
def test_what_a_verifier_would_refuse_is_not_minted(
    tmp_path: Path, arguments: dict[str, Any], refusal: type[Refusal]
) -> None:
    issuer = DevelopmentIssuer.at(tmp_path, clock=FixedClock(NOW))
    with pytest.raises(refusal):
        issuer.mint(**{"roles": "WINDOW_CLERK", "division": DIVISION} | arguments)


def test_production_has_no_such_issuer(tmp_path: Path) -> None:
    with pytest.raises(NoDevelopmentIssuer):
        DevelopmentIssuer.at(tmp_path, environment="production", clock=FixedClock(NOW))
    assert list(tmp_path.iterdir()) == []


def test_the_key_is_for_its_owner_alone(tmp_path: Path) -> None:
    first = DevelopmentIssuer.at(tmp_path, clock=FixedClock(NOW)).jwks()
    path = tmp_path / KEY_FILE
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert [file.name for file in path.parent.iterdir()] == [path.name]
    assert DevelopmentIssuer.at(tmp_path, clock=FixedClock(NOW)).jwks() == first
    path.chmod(0o640)
    with pytest.raises(UnsafeSecretFile):
        DevelopmentIssuer.at(tmp_path, clock=FixedClock(NOW))


def test_the_published_half_is_public(tmp_path: Path) -> None:
    key = DevelopmentIssuer.at(tmp_path, clock=FixedClock(NOW)).jwks()["keys"][0]
    assert "d" not in key
    assert key["kid"]


RACE = """
import json, pathlib, sys
from chassis.rules.clock import SystemClock
from chassis.security.issuer import DevelopmentIssuer
from chassis.security.keys import master_key
home = pathlib.Path(sys.argv[1])
print("ready", flush=True)
sys.stdin.readline()
issuer = DevelopmentIssuer.at(home, clock=SystemClock())
print(json.dumps([issuer.jwks(), master_key(home).hex()]))
"""


def test_processes_that_race_agree_on_one_key(tmp_path: Path) -> None:
    racers = [
        subprocess.Popen(
            [sys.executable, "-c", RACE, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        for _ in range(4)
    ]
    for racer in racers:
        assert racer.stdout is not None
        assert racer.stdout.readline() == "ready\n"
    for racer in racers:
        assert racer.stdin is not None
        racer.stdin.write("\n")
        racer.stdin.flush()
    answers = {racer.communicate(timeout=30)[0] for racer in racers}
    assert all(racer.returncode == 0 for racer in racers)
    assert len(answers) == 1
    assert json.loads(answers.pop())[0]["keys"]


async def test_a_development_service_trusts_its_own_issuer(tmp_path: Path) -> None:
    clock = SystemClock()
    settings = TestedSettings(database_url="postgresql://nowhere", home=tmp_path)
    issuer = DevelopmentIssuer.open(settings, clock)
    verifier = Verifier.for_service(settings, clock)
    assert (await verifier.verify(issuer.mint("AUDITOR", DIVISION))).roles == {"AUDITOR"}
    elsewhere = DevelopmentIssuer.at(tmp_path / "elsewhere", clock=clock)
    with pytest.raises(TokenRefused):
        await verifier.verify(elsewhere.mint("AUDITOR", DIVISION))


async def test_configured_keys_are_trusted_instead(tmp_path: Path) -> None:
    clock = SystemClock()
    ours, theirs = (DevelopmentIssuer.at(tmp_path / name, clock=clock) for name in ("ours", "theirs"))
    (tmp_path / "jwks.json").write_text(json.dumps(theirs.jwks()))
    home = tmp_path / "ours"
    for choice in ({"jwks": json.dumps(theirs.jwks())}, {"jwks_path": tmp_path / "jwks.json"}):
        settings = TestedSettings(database_url="postgresql://nowhere", home=home, **choice)
        verifier = Verifier.for_service(settings, clock)
        assert (await verifier.verify(theirs.mint("AUDITOR", DIVISION))).roles == {"AUDITOR"}
        with pytest.raises(TokenRefused):
            await verifier.verify(ours.mint("AUDITOR", DIVISION))
    settings = TestedSettings(database_url="postgresql://nowhere", home=home, jwks_url="http://127.0.0.1:1/")
    with pytest.raises(KeysUnavailable):
        await Verifier.for_service(settings, clock).verify(ours.mint("AUDITOR", DIVISION))
