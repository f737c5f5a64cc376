"""The commands beside a run: tokens, addresses, figures, proof of the journal, dead letters."""

import json
import subprocess
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from uuid import UUID

import asyncpg
import httpx
import pytest

from contracts.demonstration import CASES
from contracts.envelope import envelope_bytes
from contracts.roles import Role
from onewindow.embedded import addresses
from tests.onewindow.conftest import ONEWINDOW, Running

CLERK = ("token", "mint", "--role", "WINDOW_CLERK", "--division", "130926000000")


def test_a_token_opens_its_division_and_is_all_that_is_printed(running: Running) -> None:
    answer = running.command(*CLERK)
    assert answer.returncode == 0
    assert answer.stderr == ""
    token = answer.stdout.strip()
    assert len(answer.stdout.splitlines()) == 1
    headers = {"Authorization": f"Bearer {token}"}
    listed = httpx.get(f"{running.url}/intake/v1/cases", headers=headers, trust_env=False)
    assert listed.is_success
    assert {item["division"][:6] for item in listed.json()["items"]} == {"130926"}


def test_a_token_is_minted_before_anything_was_started_and_holds_afterwards(fresh: Running) -> None:
    token = fresh.command(*CLERK).stdout.strip()
    fresh.start("--no-demonstration")
    fresh.wait_until_up()
    headers = {"Authorization": f"Bearer {token}"}
    assert httpx.get(f"{fresh.url}/intake/v1/cases", headers=headers, trust_env=False).is_success


def test_an_unknown_role_is_answered_with_the_list(running: Running) -> None:
    answer = running.command("token", "mint", "--role", "MAYOR", "--division", "130926000000")
    assert answer.returncode == 2
    assert answer.stdout == ""
    for role in Role:
        assert role.value in answer.stderr
    assert "MAYOR" not in answer.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        ("--role", "WINDOW_CLERK", "--division", "13"),
        ("--role", "WINDOW_CLERK", "--division", "130926000000", "--ttl", "0"),
        ("--role", "WINDOW_CLERK", "--division", "130926000000", "--ttl", "99999999999999"),
        ("--role", "WINDOW_CLERK", "--division", "130926000000", "--subject", "two words"),
        ("--role", "WINDOW_CLERK", "--division", "130926000000", "--organisation", "7"),
        ("--role", "WINDOW_CLERK"),
        (),
    ],
)
def test_what_cannot_be_minted_is_refused_with_2(running: Running, arguments: tuple[str, ...]) -> None:
    answer = running.command("token", "mint", *arguments)
    assert answer.returncode == 2
    assert answer.stdout == ""
    assert answer.stderr
    assert "Traceback" not in answer.stderr


def test_a_production_run_mints_nothing(running: Running) -> None:
    answer = running.command(*CLERK, more={"ONEWINDOW_ENVIRONMENT": "production"})
    assert answer.returncode == 2
    assert answer.stdout == ""


@pytest.mark.parametrize("service", addresses.SERVICES)
async def test_the_address_of_a_database_is_one_that_drivers_and_psql_take(running: Running, service: str) -> None:
    for owner, user in ((False, service), (True, f"{service}_owner")):
        answer = running.command("database", "url", service, *(["--owner"] if owner else []))
        assert answer.returncode == 0
        assert len(answer.stdout.splitlines()) == 1
        connection = await asyncpg.connect(answer.stdout.strip())
        assert await connection.fetchval("SELECT current_user") == user
        assert await connection.fetchval("SELECT current_database()") == service
        await connection.close()


def test_an_unknown_service_has_no_database(running: Running) -> None:
    answer = running.command("database", "url", "treasury")
    assert answer.returncode == 2
    assert "intake" in answer.stderr


@pytest.mark.parametrize("command", [("status",), ("journal", "verify"), ("database", "url", "intake")])
def test_nothing_is_set_up_for_a_question(fresh: Running, command: tuple[str, ...]) -> None:
    answer = fresh.command(*command)
    assert answer.returncode == 1
    assert "onewindow run" in answer.stderr
    assert answer.stdout == ""
    assert not (fresh.home / "postgres").exists()


def test_figures_as_json_and_for_people(running: Running) -> None:
    found = json.loads(running.command("status", "--json").stdout)
    assert tuple(found) == addresses.SERVICES
    assert found["intake"]["cases"] > 0
    assert found["analytics"]["registered"] > 0
    for figures in found.values():
        assert {"journal_entries", "outbox_pending", "dead_letters"} <= set(figures)
    shown = running.command("status")
    assert shown.returncode == 0
    for service in addresses.SERVICES:
        assert service in shown.stdout


@pytest.mark.parametrize("command", ["run", "status", "token", "database", "journal", "dead-letters", "import"])
def test_help_names_the_exit_codes(command: str) -> None:
    for arguments in (["--help"], [command, "--help"]):
        answer = subprocess.run([ONEWINDOW, *arguments], capture_output=True, text=True, check=True)
        assert "Exit code" in answer.stdout or "exit code" in answer.stdout


# --- the journal ---------------------------------------------------------------------------------------------------


@asynccontextmanager
async def owner_of(run: Running, service: str) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(run.command("database", "url", service, "--owner").stdout.strip())
    try:
        yield connection
    finally:
        await connection.close()


def verified(run: Running, *options: str) -> tuple[int, list[tuple[str, str, int, str]]]:
    """Exit code, and service, case, version and reason of each break."""
    answer = run.command("journal", "verify", "--json", *options)
    found = json.loads(answer.stdout)
    assert set(found) == {"entries", "chains", "broken"}
    return answer.returncode, [
        (one["service"], one["case_id"], one["version"], one["reason"]) for one in found["broken"]
    ]


@pytest.fixture(scope="module")
def at_rest(running: Running, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Running, Path]]:
    """The shared run and a digest of it as it is before anything is tampered with."""
    digest = tmp_path_factory.mktemp("digests") / "digest.json"
    assert running.command("journal", "digest", "--output", str(digest)).returncode == 0
    yield running, digest
    assert verified(running, "--digest", str(digest)) == (0, []), "a test has not put back what it changed"


CHANGED = "UPDATE journal SET reason_code = $3 WHERE case_id = $1 AND version = $2"


async def test_an_edited_entry_is_found_by_service_case_and_version(at_rest: tuple[Running, Path]) -> None:
    run, _ = at_rest
    case = CASES["mediation.agreements.record"]
    async with owner_of(run, "mediation") as owner:
        before = await owner.fetchval("SELECT reason_code FROM journal WHERE case_id = $1 AND version = 3", case)
        await owner.execute(CHANGED, case, 3, "tampered")
        code, broken = verified(run)
        shown = run.command("journal", "verify")
        await owner.execute(CHANGED, case, 3, before)
    assert code == 1
    assert broken == [("mediation", str(case), 3, "hash_differs")]
    assert shown.returncode == 1
    assert str(case) in shown.stdout


async def test_a_deleted_entry_is_found(at_rest: tuple[Running, Path]) -> None:
    run, _ = at_rest
    case = CASES["mediation.agreements.record"]
    columns = "id, case_id, stream, version, type, type_version, division, topic, previous, data, commitment, actor,"
    columns += " on_behalf_of, reason_code, ruleset, occurred_at, recorded_at, correlation_id, causation_id, algorithm,"
    columns += " previous_hash, hash"
    async with owner_of(run, "mediation") as owner:
        await owner.execute(f"CREATE TABLE kept AS SELECT {columns} FROM journal WHERE case_id = $1", case)
        await owner.execute("DELETE FROM journal WHERE case_id = $1 AND version = 2", case)
        middle = verified(run)
        await owner.execute("DELETE FROM journal WHERE case_id = $1 AND version > 1", case)
        end = verified(run)
        await owner.execute("DELETE FROM journal WHERE case_id = $1", case)
        await owner.execute(f"INSERT INTO journal ({columns}) SELECT {columns} FROM kept ORDER BY version")
        await owner.execute("DROP TABLE kept")
    assert middle == (1, [("mediation", str(case), 3, "entry_missing")])
    assert end[0] == 1
    assert end[1][0][:2] == ("mediation", str(case))


async def test_a_chain_cut_together_with_its_head_is_found_by_the_digest_alone(at_rest: tuple[Running, Path]) -> None:
    run, digest = at_rest
    case = CASES["mediation.agreements.record"]
    async with owner_of(run, "mediation") as owner:
        for table in ("journal", "heads"):
            await owner.execute(f"CREATE TABLE kept_{table} AS SELECT * FROM {table} WHERE case_id = $1", case)
            await owner.execute(f"DELETE FROM {table} WHERE case_id = $1", case)
        without, with_digest = verified(run), verified(run, "--digest", str(digest))
        for table in ("journal", "heads"):
            await owner.execute(f"INSERT INTO {table} OVERRIDING SYSTEM VALUE SELECT * FROM kept_{table}")
            await owner.execute(f"DROP TABLE kept_{table}")
    assert without == (0, [])
    assert with_digest == (1, [("mediation", str(case), 0, "chain_gone")])


def test_a_digest_of_another_county_or_a_changed_one_is_refused(at_rest: tuple[Running, Path], tmp_path: Path) -> None:
    run, digest = at_rest
    changed = tmp_path / "changed.json"
    text = digest.read_text()
    for wrong in (text.replace("intake", "extake", 1), text[:-10], "", "[]"):
        changed.write_text(wrong)
        answer = run.command("journal", "verify", "--json", "--digest", str(changed))
        assert answer.returncode == 2
        assert answer.stdout == ""
    assert run.command("journal", "verify", "--digest", str(tmp_path / "nowhere")).returncode == 2
    printed = run.command("journal", "digest")
    assert set(json.loads(printed.stdout)) == {"digest", "algorithm", "key", "signature"}
    assert (run.home / "secrets" / "digest.key").stat().st_mode & 0o777 == 0o600


# --- dead letters --------------------------------------------------------------------------------------------------

LETTER = """
INSERT INTO dead_letters (digest, topic, key, value, headers, reason, detail, state, at)
VALUES ($1, $4, $2, $3, '[]', 'unhandled', 'ValueError', 'dead', now()) RETURNING id
"""


async def test_dead_letters_are_listed_counted_and_replayed(running: Running) -> None:
    assert json.loads(running.command("dead-letters", "list", "--json").stdout) == {"items": []}
    case = str(UUID(int=7))
    async with owner_of(running, "mediation") as owner:
        number = await owner.fetchval(LETTER, b"7", case, b"canary, and no envelope", "onewindow.intake.case.v1")
        listed = running.command("dead-letters", "list", "--json")
        shown = running.command("dead-letters", "list")
        status = json.loads(running.command("status", "--json").stdout)
        replayed = running.command("dead-letters", "replay", f"mediation:{number}", "--json")
        await owner.execute("DELETE FROM dead_letters")
    (item,) = json.loads(listed.stdout)["items"]
    assert (item["id"], item["case_id"], item["reason"]) == (f"mediation:{number}", case, "unhandled")
    assert "canary" not in listed.stdout + shown.stdout
    assert f"mediation:{number}" in shown.stdout
    assert status["mediation"]["dead_letters"] == 1
    assert replayed.returncode == 1
    assert json.loads(replayed.stdout)["stopped"]["reason"] == "unreadable"
    assert "canary" not in replayed.stdout + replayed.stderr


async def test_a_letter_whose_fault_was_mended_is_applied(running: Running) -> None:
    """A fact about a division that mediation has lost, set aside by a service that could not take it."""
    async with owner_of(running, "intake") as owner:
        row = await owner.fetchrow(
            "SELECT *, data::text AS text FROM journal WHERE type = 'intake.division_recorded' AND division = $1",
            "130926103201",
        )
    assert row is not None
    value = envelope_bytes(
        id=row["id"],
        type=row["type"],
        version=row["type_version"],
        subject=row["case_id"],
        time=row["occurred_at"],
        sequence=row["version"],
        previous=row["previous"],
        recordedat=row["recorded_at"],
        correlationid=row["correlation_id"],
        causationid=row["causation_id"],
        division=row["division"],
        data_text=row["text"],
    )
    lost = "SELECT count(*) FROM divisions WHERE code = '130926103201'"
    async with owner_of(running, "mediation") as owner:
        await owner.execute("DELETE FROM divisions WHERE code = '130926103201'")
        await owner.execute("DELETE FROM inbox WHERE event_id = $1", row["id"])
        await owner.execute("DELETE FROM positions WHERE case_id = $1", row["case_id"])
        number = await owner.fetchval(LETTER, b"8", str(row["case_id"]), value, row["topic"])
        answer = running.command("dead-letters", "replay", f"mediation:{number}")
        assert answer.returncode == 0, answer.stderr
        assert await owner.fetchval(lost) == 1
        assert await owner.fetchval("SELECT count(*) FROM dead_letters") == 0
    assert running.command("dead-letters", "replay", f"mediation:{number}").returncode == 2


async def test_a_letter_that_nobody_can_read_is_discarded_by_somebody_for_a_reason(running: Running) -> None:
    discard = ("dead-letters", "discard")
    why = ("--reason", "误发 sent by mistake")
    async with owner_of(running, "mediation") as owner:
        unreadable = LETTER.replace("unhandled", "unreadable")
        fact, poison = [
            await owner.fetchval(statement, digest, str(UUID(int=9)), b"canary", "onewindow.intake.case.v1")
            for statement, digest in ((LETTER, b"9"), (unreadable, b"10"))
        ]
        try:
            refused = running.command(*discard, f"mediation:{fact}", "--by", "op-7", *why)
            nobody = running.command(*discard, f"mediation:{poison}", *why)
            unclear = running.command(*discard, f"mediation:{poison}", "--by", "op-7", "--reason", " ")
            answer = running.command(*discard, f"mediation:{poison}", "--by", "op-7", *why, "--json")
            again = running.command(*discard, f"mediation:{poison}", "--by", "op-7", *why)
            left = await owner.fetch("SELECT id FROM dead_letters")
        finally:
            await owner.execute("DELETE FROM dead_letters")
        assert answer.returncode == 0, answer.stderr
        actor = await owner.fetchval(
            "SELECT actor FROM journal WHERE id = $1", UUID(json.loads(answer.stdout)["entry_id"])
        )
    assert [one.returncode for one in (refused, nobody, unclear, again)] == [2, 2, 2, 2]
    assert [row["id"] for row in left] == [fact]
    assert actor == "operator:op-7"
    assert running.command("journal", "verify").returncode == 0


@pytest.mark.parametrize("letter", ["12", "treasury:1", "mediation:", "mediation:x", "mediation:-1"])
def test_a_letter_that_has_no_such_name_is_refused(running: Running, letter: str) -> None:
    assert running.command("dead-letters", "replay", letter).returncode == 2
