import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from contracts.clocks import CLOCKS, NOT_CLOCKS
from onewindow.cli.deadline import app

RUNNER = CliRunner()
START = "2024-12-30T23:59:59+08:00"


def run(*arguments: str) -> Result:
    return RUNNER.invoke(app, list(arguments))


def problem_of(result: Result) -> dict[str, Any]:
    assert result.exit_code == 2
    assert result.stdout == ""
    found: dict[str, Any] = json.loads(result.stderr)
    assert list(found) == ["type", "title", "status", "code", "detail", "detail_en"]
    assert found["type"].endswith(found["code"])
    return found


def test_explain_prints_the_result_and_nothing_else() -> None:
    result = run("explain", "JC_APPLY", "--start", START, "--json")
    assert result.exit_code == 0
    found = json.loads(result.stdout)
    assert (found["due_date"], found["due_at"]) == ("2025-02-05", "2025-02-06T00:00:00+08:00")
    assert "春节 1月28日至2月4日" in result.stdout  # readable, not escaped
    assert result.stderr == ""


def test_explain_as_a_table_speaks_chinese_first() -> None:
    result = run("explain", "JC_APPLY", "--start", START)
    assert result.exit_code == 0
    assert result.stdout.startswith("申请司法确认 JC_APPLY")
    assert "截止日 due date: 2025-02-05" in result.stdout


def test_pauses_repeat_and_may_be_open() -> None:
    pauses = ("--pause", "2025-01-02T00:00:00Z..2025-01-03T00:00:00Z", "--pause", "2025-01-06T00:00:00Z..")
    found = json.loads(run("explain", "MED_COURT_PRE", "--start", START, *pauses, "--json").stdout)
    assert (found["due_at"], found["due_date"]) == (None, None)
    assert [step.get("days") for step in found["steps"]] == [None, 2, 26]
    assert "中止中" in run("explain", "MED_COURT_PRE", "--start", START, *pauses).stdout


def test_agreed_extensions_are_added_up() -> None:
    found = json.loads(
        run("explain", "MED_GENERAL", "--start", START, "--extend", "3", "--extend", "2", "--json").stdout
    )
    assert found["due_date"] == "2025-02-04"


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("NO_SUCH", "--start", START), "unknown_rule"),
        (("PET_EXTENSION", "--start", START), "not_a_clock"),
        (("JC_APPLY", "--start", "2024-12-30T23:59:59"), "start_without_offset"),
        (("JC_APPLY", "--start", "yesterday"), "instant_not_valid"),
        (("JC_APPLY", "--start", START, "--pause", f"{START}..{START}"), "pause_ends_before_it_begins"),
        (("JC_APPLY", "--start", START, "--pause", START), "pause_not_valid"),
        (("JC_APPLY", "--start", START, "--extend", "5"), "extension_not_allowed"),
        (("PET_HANDLE", "--start", START, "--extend", "0"), "extension_not_allowed"),
        (("PET_HANDLE", "--start", START, "--extend", "31"), "extension_over_limit"),
        (("PET_HANDLE", "--start", START, "--extend", "10", "--extend", "10"), "extension_over_limit"),
        (("PET_HANDLE", "--start", START, "--extend", "1_0"), "extension_not_a_number"),
        (("NOTARY_ISSUE", "--start", "2001-01-01T00:00:00Z"), "calendar_missing"),
        (("JC_APPLY",), "input_unclear"),
        (("--start", START), "input_unclear"),
        (("JC_APPLY", "--file", "some.csv"), "input_unclear"),
        (("--file", "no-such-file.csv"), "file_not_readable"),
    ],
)
@pytest.mark.parametrize("form", [(), ("--json",)])
def test_what_is_refused_gives_one_problem_and_exit_code_2(
    arguments: tuple[str, ...], code: str, form: tuple[str, ...]
) -> None:
    found = problem_of(run("explain", *arguments, *form))
    assert found["code"] == code
    assert found["status"] == 422
    for typed in arguments:
        assert typed not in json.dumps(found, ensure_ascii=False) or typed.startswith("--")


def test_rules_prints_the_table() -> None:
    found = json.loads(run("rules", "--json").stdout)
    assert [item["id"] for item in found["items"]] == list(CLOCKS)
    assert {item["id"] for item in found["not_clocks"]} == set(NOT_CLOCKS)
    handle = next(item for item in found["items"] if item["id"] == "PET_HANDLE")
    assert handle == {
        "id": "PET_HANDLE",
        "label": "信访事项办理",
        "basis": "XF§34",
        "length": 60,
        "unit": "calendar_day",
        "class": "duty",
        "rolls": False,
        "pauses": [],
        "extension": {
            "unit": "calendar_day",
            "minimum": 1,
            "maximum": 30,
            "once": True,
            "consent": "head_of_organ",
        },
    }
    table = run("rules").stdout
    assert all(id_ in table for id_ in CLOCKS)


def test_calendar_prints_every_day_of_the_year() -> None:
    found = json.loads(run("calendar", "2026", "--json").stdout)
    assert (found["year"], found["announced"], len(found["items"])) == (2026, True, 365)
    assert sum(day["workday"] for day in found["items"]) == found["workdays"]
    days = {day["date"]: day for day in found["items"]}
    assert days["2026-02-14"] == {"date": "2026-02-14", "workday": True, "kind": "make_up", "name": "春节"}
    assert days["2026-02-20"]["kind"] == "holiday"
    assert "调休上班" in run("calendar", "2026").stdout
    assert "暂定" in run("calendar", "2027").stdout
    assert problem_of(run("calendar", "1999", "--json"))["code"] == "calendar_missing"


CSV = f"""rule,start,pauses,extension_days
JC_APPLY,{START},,
NO_SUCH,{START},,
PET_HANDLE,2023-08-07T11:00:00+08:00,,20
PET_HANDLE,2023-08-07T11:00:00+08:00,,0
MED_COURT_PRE,{START},2025-01-02T00:00:00Z..2025-01-03T00:00:00Z;2025-01-06T00:00:00Z..,
JC_APPLY,{START},,,surplus
JC_APPLY
"""


def test_a_file_gives_a_line_for_each_row_in_its_order(tmp_path: Path) -> None:
    file = tmp_path / "deadlines.csv"
    file.write_bytes(b"\xef\xbb\xbf" + CSV.replace("\n", "\r\n").encode())
    result = run("explain", "--file", str(file), "--json")
    assert result.exit_code == 2
    assert result.stderr == ""
    lines = [json.loads(line) for line in result.stdout.splitlines()]
    assert [line.get("code", line.get("due_date")) for line in lines] == [
        "2025-02-05",
        "unknown_rule",
        "2023-10-26",
        "extension_not_allowed",
        None,
        "row_not_valid",
        "instant_not_valid",
    ]
    table = run("explain", "--file", str(file))
    assert table.exit_code == 2
    assert "2023-10-26" in table.stdout
    assert "unknown_rule" in table.stdout


def test_a_file_without_failures_exits_with_0(tmp_path: Path) -> None:
    file = tmp_path / "deadlines.csv"
    file.write_text(CSV.split("NO_SUCH", maxsplit=1)[0], encoding="utf-8")
    result = run("explain", "--file", str(file), "--json")
    assert (result.exit_code, len(result.stdout.splitlines())) == (0, 1)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "columns_missing"),
        (b"rule,start,pause,extension_days\n", "columns_missing"),
        ("rule,start,pauses,extension_days,说明\n".encode("gbk"), "file_not_readable"),
    ],
)
def test_a_file_that_cannot_be_understood_is_refused_as_a_whole(tmp_path: Path, content: bytes, code: str) -> None:
    file = tmp_path / "deadlines.csv"
    file.write_bytes(content)
    assert problem_of(run("explain", "--file", str(file), "--json"))["code"] == code


def test_explaining_starts_fast_because_it_loads_no_service() -> None:
    program = (
        "import sys\n"
        "from onewindow.cli import deadline\n"
        "heavy = {'fastapi', 'pydantic', 'sqlalchemy', 'asyncpg', 'services'}\n"
        "print(sorted(heavy & set(sys.modules)))\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.strip() == "[]"
