"""What is committed is what the contracts say, and the check names whatever is not."""

import json
import re
import shutil
from pathlib import Path

import pytest

from contracts import generate
from contracts.catalog import EVENTS
from contracts.codes import TABLES
from contracts.roles import Permission, Role
from contracts.topics import TOPICS

SCHEMA = "intake.case_registered.v1.schema.json"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    for folder in ("contracts/generated", "contracts/samples", "docs"):
        shutil.copytree(generate.ROOT / folder, tmp_path / folder)
    return tmp_path


def test_nothing_has_drifted() -> None:
    assert generate.missing_samples() == []
    assert generate.breaks() == []
    assert generate.drift() == []


def test_the_check_passes_and_writes_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    assert generate.main(["--check"]) == 0
    assert capsys.readouterr() == ("", "")


def test_a_file_edited_by_hand_is_named_and_mended(project: Path) -> None:
    page = project / "docs/roles.md"
    page.write_text(page.read_text("utf-8").replace("ANALYST", "ANALIST"), "utf-8")
    assert generate.drift(project) == ["docs/roles.md: differs from the contracts"]
    assert generate.write(project) == ["docs/roles.md"]
    assert generate.drift(project) == []


def test_a_missing_file_and_a_stray_one_are_named_and_mended(project: Path) -> None:
    (project / generate.GENERATED / "asyncapi.json").unlink()
    (project / generate.GENERATED / "old.v1.schema.json").write_text("{}", "utf-8")
    assert generate.drift(project) == [
        "contracts/generated/asyncapi.json: is missing",
        "contracts/generated/old.v1.schema.json: nothing generates it",
    ]
    generate.write(project)
    assert generate.drift(project) == []


def test_a_removed_field_is_a_break_against_the_snapshot(project: Path) -> None:
    snapshot = project / generate.SNAPSHOTS / SCHEMA
    earlier = json.loads(snapshot.read_text("utf-8"))
    earlier["properties"]["gone"] = {"type": "integer"}
    snapshot.write_text(json.dumps(earlier), "utf-8")
    assert generate.breaks(project) == [f"{SCHEMA}: gone: was removed"]


def test_a_version_taken_away_is_a_break(project: Path) -> None:
    snapshots = project / generate.SNAPSHOTS
    shutil.copy(snapshots / SCHEMA, snapshots / "intake.case_vanished.v1.schema.json")
    assert generate.breaks(project) == [
        "intake.case_vanished.v1.schema.json: the event or its version was removed; old records can no longer be read"
    ]


def test_a_field_added_since_the_snapshot_is_drift_but_no_break(project: Path) -> None:
    snapshot = project / generate.SNAPSHOTS / SCHEMA
    earlier = json.loads(snapshot.read_text("utf-8"))
    del earlier["properties"]["scale"]
    snapshot.write_text(generate.json_text(earlier), "utf-8")
    assert generate.breaks(project) == []
    assert generate.drift(project) == [f"contracts/samples/schemas/{SCHEMA}: differs from the contracts"]
    generate.write(project)
    assert generate.drift(project) == []


def test_the_command_fails_and_says_what_to_do(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (project / "docs/events/codes.md").unlink()
    assert generate.main(["--check"], project) == 1
    said = capsys.readouterr().err
    assert "docs/events/codes.md: is missing" in said
    assert "python -m contracts.generate" in said


def test_the_command_refuses_to_write_over_a_break(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    snapshot = project / generate.SNAPSHOTS / SCHEMA
    earlier = json.loads(snapshot.read_text("utf-8"))
    earlier["properties"]["gone"] = {"type": "integer"}
    snapshot.write_text(json.dumps(earlier), "utf-8")
    assert generate.main([], project) == 1
    assert "gone: was removed" in capsys.readouterr().err
    assert json.loads(snapshot.read_text("utf-8")) == earlier


def test_the_catalogue_page_shows_every_topic_event_and_field() -> None:
    page = (generate.ROOT / "docs/events/README.md").read_text("utf-8")
    for topic in TOPICS.values():
        assert f"\n## {topic.name}\n" in page
    for event in EVENTS:
        part = page.split(f"\n### {event.type} (v{event.version})\n")[1].split("\n### ")[0]
        for field in event.model_fields:
            assert f"| `{field}` |" in part
        assert '"specversion": "1.0"' in part


def test_every_link_to_a_code_table_and_a_schema_leads_somewhere() -> None:
    folder = generate.ROOT / "docs/events"
    page, codes = ((folder / name).read_text("utf-8") for name in ("README.md", "codes.md"))
    headings = {heading.lower() for heading in re.findall(r"^## (.+)$", codes, re.MULTILINE)}
    assert set(re.findall(r"codes\.md#(\w+)", page)) <= headings
    for target in re.findall(r"\]\((\.\./[^)#]+)", page):
        assert (folder / target).exists(), target


def test_the_other_pages_are_whole() -> None:
    codes = (generate.ROOT / "docs/events/codes.md").read_text("utf-8")
    roles = (generate.ROOT / "docs/roles.md").read_text("utf-8")
    for table in TABLES.values():
        for code in table:
            assert f"| `{code.value}` | {code.zh} | {code.en} |" in codes
    for item in (*Role, *Permission):
        assert f"| `{item.value}` | {item.zh} | {item.en} |" in roles
