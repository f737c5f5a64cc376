"""Imports into a county that runs: real columns, bad rows, repeats, and kills at seeded instants on either side."""

import asyncio
import contextlib
import csv
import json
import random
import signal
import subprocess
import time
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import pytest

from tests.onewindow.conftest import ONEWINDOW, Running

COLUMNS = ("message_id", "author", "subject", "posted_at", "body", "downvotes", "upvotes")
COUNTY = "130926000000"
KILLS = 20


def message(number: int, **change: str) -> dict[str, str]:
    values = {
        "message_id": str(number),
        "author": f"A{number:06}",
        "subject": f"示范留言{number}",
        "posted_at": "2019-08-01 00:00:00" if number % 9 == 0 else "2019/8/1 0:00:00",
        "body": f"第{number}条留言，内容是示范。\n" * (1 + number % 5),
        "downvotes": "0",
        "upvotes": "1",
    }
    return values | change


def write(path: Path, rows: list[dict[str, str]]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS)
        writer.writeheader()
        writer.writerows(rows)
    return path


def imported(run: Running, file: Path, source: str, *more: str) -> tuple[int, dict[str, Any]]:
    answer = run.command("import", "messages", str(file), "--division", COUNTY, "--source", source, "--json", *more)
    assert answer.stdout, answer.stderr
    found: dict[str, Any] = json.loads(answer.stdout)
    return answer.returncode, found


def registered(run: Running, source: str) -> dict[str, int]:
    """How many cases of a source intake's rows, its journal and analytics have, once analytics has heard of them."""
    answer = run.command("database", "url", "intake", "--owner").stdout.strip()
    analytics = run.command("database", "url", "analytics", "--owner").stdout.strip()

    async def count() -> dict[str, int]:
        intake = await asyncpg.connect(answer)
        other = await asyncpg.connect(analytics)
        found = {}
        found["rows"] = await intake.fetchval("SELECT count(*) FROM cases WHERE source = $1", source)
        found["journal"] = await intake.fetchval(
            "SELECT count(*) FROM journal WHERE type = 'intake.case_registered' AND data->>'source' LIKE $1",
            f"{source}:%",
        )
        ids = [row["id"] for row in await intake.fetch("SELECT id FROM cases WHERE source = $1", source)]
        async with asyncio.timeout(60):
            while await other.fetchval("SELECT count(*) FROM case_facts WHERE case_id = ANY($1)", ids) < len(ids):
                await asyncio.sleep(0.05)
        found["analytics"] = await other.fetchval(
            "SELECT count(*) FROM case_facts WHERE case_id = ANY($1) AND registered_day IS NOT NULL", ids
        )
        await intake.close()
        await other.close()
        return found

    return asyncio.run(count())


def test_messages_with_bad_rows_among_them(running: Running, tmp_path: Path) -> None:
    rows = [message(number) for number in range(1, 251)]
    rows[9] = message(10, posted_at="gestern")
    rows[19] = message(20, body="")
    rows[29] = message(30, body="长" * 10_001)
    rows[39] = message(40, message_id="")
    rows[49] = message(50, subject="题" * 201)
    rows[59] = message(60, body="控制\x07字符")
    rows[69] = message(7)  # again, with the same content
    rows[79] = message(80, body="\x00")
    file = write(tmp_path / "few.csv", rows)
    with file.open("ab") as raw:
        raw.write(b'251,A,\xff\xfe,2019/8/1 0:00:00,x,0,0\n\n252,too,few\n"253"x,broken\n')
    code, summary = imported(running, file, "few")
    assert code == 1
    assert (summary["rows"], summary["added"], summary["already_there"], summary["refused"]) == (254, 242, 1, 11)
    assert summary["resumed"] is False
    report = running.home.parent / summary["report"]
    with report.open(encoding="utf-8", newline="") as listed:
        reasons = {row["reason"] for row in csv.DictReader(listed)}
    assert {"posted_at_malformed", "message_id_malformed", "not_utf8", "empty_row", "wrong_number_of_cells"} <= reasons
    text = report.read_text(encoding="utf-8")
    for told in ("长长", "题题", "gestern", "示范留言"):
        assert told not in text
    assert registered(running, "few") == {"rows": 242, "journal": 242, "analytics": 242}
    code, again = imported(running, file, "few")
    assert code == 1
    assert (again["added"], again["already_there"], again["refused"]) == (0, 243, 11)
    assert registered(running, "few")["rows"] == 242


def test_a_case_that_was_imported_reads_as_it_was_written(running: Running, tmp_path: Path) -> None:
    imported(running, write(tmp_path / "one.csv", [message(1, body=" 原文，含空格 \n\t和制表符")]), "one")
    token = running.command("token", "mint", "--role", "WINDOW_CLERK", "--division", COUNTY).stdout.strip()
    headers = {"Authorization": f"Bearer {token}"}
    with httpx.Client(base_url=running.url, headers=headers, trust_env=False) as caller:
        listed = caller.get("/intake/v1/cases", params={"channel": "ONLINE", "limit": 1}).json()["items"][0]
        case = caller.get(f"/intake/v1/cases/{listed['id']}").json()
    assert case["narrative"] == " 原文，含空格 \n\t和制表符"
    assert case["title"] == "示范留言1"
    assert case["kind"] == "CONSULTATION"
    assert case["category"] is None


def test_divisions_keep_the_first_of_two_levels(running: Running, tmp_path: Path) -> None:
    file = tmp_path / "divisions.csv"
    file.write_text(
        "code,name,parent_code,level\n"
        "130000000000,河北省,,province\n"
        "130984000000,河间市,130900000000,county\n"
        "130984100000,示范镇,130984000000,township\n"
        "130984000000,河间市,130900000000,township\n"
        "130984,短,130900000000,county\n",
        "utf-8",
    )
    code, first = _divisions(running, file)
    assert (code, first["added"], first["already_there"], first["repeated"], first["refused"]) == (1, 2, 1, 1, 1)
    report = (running.home.parent / first["report"]).read_text("utf-8").splitlines()
    assert [line.split(",")[:2] for line in report[1:]] == [["5", "division_conflict"], ["6", "code_malformed"]]
    code, second = _divisions(running, file)
    assert (code, second["added"], second["already_there"], second["repeated"], second["refused"]) == (1, 0, 3, 1, 1)
    file.write_text("".join(file.read_text("utf-8").splitlines(keepends=True)[:-1]), "utf-8")
    code, third = _divisions(running, file)
    assert (code, third["repeated"], third["refused"]) == (0, 1, 0), "a repeat alone is no failure"


def _divisions(run: Running, file: Path) -> tuple[int, dict[str, Any]]:
    answer = run.command("import", "divisions", str(file), "--json")
    found: dict[str, Any] = json.loads(answer.stdout)
    return answer.returncode, found


@pytest.mark.parametrize(
    "arguments",
    [
        ("messages", "FILE"),
        ("messages", "FILE", "--division", "13"),
        ("messages", "FILE", "--division", "990000000000"),
        ("messages", "FILE", "--division", COUNTY, "--source", "Über"),
        ("messages", "nowhere.csv", "--division", COUNTY),
        ("messages", "OTHER", "--division", COUNTY),
        ("messages", "FILE", "--division", COUNTY, "--token", "nonsense"),
        ("messages", "FILE", "--division", COUNTY, "--report", "FILE"),
        ("divisions", "FILE"),
    ],
)
def test_what_cannot_be_imported_is_refused_with_2(
    running: Running, tmp_path: Path, arguments: tuple[str, ...]
) -> None:
    names = {
        "FILE": str(write(tmp_path / "file.csv", [message(1)])),
        "OTHER": str(tmp_path / "other.csv"),
    }
    Path(names["OTHER"]).write_text("a,b\n1,2\n", "utf-8")
    answer = running.command("import", *(names.get(one, one) for one in arguments), "--json")
    assert answer.returncode == 2, answer.stderr
    assert answer.stdout == ""
    assert "Traceback" not in answer.stderr
    assert Path(names["FILE"]).exists()


def test_a_server_that_stays_away_ends_it_with_1(fresh: Running, tmp_path: Path) -> None:
    file = write(tmp_path / "file.csv", [message(1)])
    answer = fresh.command("import", "messages", str(file), "--division", COUNTY, "--patience", "1", "--json")
    assert answer.returncode == 1
    assert answer.stdout == ""
    assert str(fresh.port) in answer.stderr


@pytest.mark.slow
def test_the_importer_is_killed_at_twenty_seeded_instants(running: Running, tmp_path: Path) -> None:
    chance = random.Random(2026)
    rows = [message(number) for number in range(1, 4001)]
    for bad in range(99, 4000, 400):
        rows[bad] = message(bad + 1, posted_at="?")
    file = write(tmp_path / "killed.csv", rows)
    arguments = ["import", "messages", str(file), "--division", COUNTY, "--source", "killed", "--json"]
    cut = 0
    for kill in range(KILLS):
        process = subprocess.Popen(
            [ONEWINDOW, *arguments],
            env=running.environment,
            cwd=running.home.parent,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        if kill % 4 == 0:  # anywhere from its first instruction on
            time.sleep(chance.uniform(0.1, 1.5))
        else:  # in the middle of its batches, however slow the machine is
            wait_for_a_batch(running, process)
            time.sleep(chance.uniform(0.0, 0.1))
        process.send_signal(signal.SIGKILL)
        process.wait()
        cut += bool(checkpoints(running))
    assert cut >= KILLS / 2, "kills that fall between the batches of an import prove something"
    code, summary = imported(running, file, "killed")
    assert code == 1
    assert summary["rows"] == 4000
    assert summary["added"] + summary["already_there"] == 3990
    assert summary["refused"] == 10
    with (running.home.parent / summary["report"]).open(encoding="utf-8", newline="") as report:
        assert len({row["line"] for row in csv.DictReader(report)}) == 10
    assert registered(running, "killed") == {"rows": 3990, "journal": 3990, "analytics": 3990}
    assert not checkpoints(running), "a finished import has no checkpoint"


def checkpoints(run: Running) -> dict[str, int]:
    """Checkpoints that there are, and when each was written."""
    found = {}
    for path in (run.home / "imports").glob("*.json"):
        with contextlib.suppress(FileNotFoundError):
            found[path.name] = path.stat().st_mtime_ns
    return found


def wait_for_a_batch(run: Running, process: subprocess.Popen[bytes]) -> None:
    """Return when the import has written a checkpoint, or has come to its end."""
    before, give_up = checkpoints(run), time.monotonic() + 30
    while process.poll() is None and checkpoints(run) == before and time.monotonic() < give_up:
        time.sleep(0.005)


@pytest.mark.slow
def test_the_server_is_killed_and_started_again_in_the_middle(fresh: Running, tmp_path: Path) -> None:
    fresh.start()
    fresh.wait_until_up()
    file = write(tmp_path / "server.csv", [message(number) for number in range(1, 3001)])
    importing = subprocess.Popen(
        [ONEWINDOW, "import", "messages", str(file), "--division", COUNTY, "--source", "server", "--json"],
        env=fresh.environment,
        cwd=fresh.home.parent,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    for pause in (1.5, 1.0):
        time.sleep(pause)
        fresh.kill()
        fresh.start()
        fresh.wait_until_up()
    out, err = importing.communicate(timeout=120)
    assert importing.returncode == 0, err.decode()
    summary = json.loads(out)
    assert summary["added"] + summary["already_there"] == summary["rows"] == 3000
    assert registered(fresh, "server") == {"rows": 3000, "journal": 3000, "analytics": 3000}
    assert fresh.command("journal", "verify").returncode == 0
