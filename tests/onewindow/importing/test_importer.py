"""The loop: batches, checkpoints, halving, and a server that began anew."""

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from onewindow.importing.checkpoint import Checkpoint, Progress
from onewindow.importing.divisions import DivisionRows
from onewindow.importing.importer import Importer
from onewindow.importing.rows import Item
from onewindow.importing.sending import Sender, ServerAway, Unfit


class Server(Sender):
    """A directory in memory that can be away after so many batches, and refuses names that are too long."""

    def __init__(self) -> None:
        self.known: dict[str, str] = {}
        self.batches: list[int] = []
        self.away_after: int | None = None
        self.largest = 1000

    def post(self, path: str, items: Sequence[Item]) -> list[Mapping[str, Any]]:
        assert path == "/v1/divisions/batch"
        if self.away_after is not None and len(self.batches) >= self.away_after:
            raise ServerAway
        if len(items) > self.largest or any(len(item["name"]) > 20 for item in items):
            raise Unfit({"errors": [{"field": "name", "code": "too_long", "zh": "过长", "en": "too long"}]})
        self.batches.append(len(items))
        return [self._one(item) for item in items]

    def _one(self, item: Item) -> Mapping[str, Any]:
        known = self.known.setdefault(item["code"], item["level"])
        if known != item["level"]:
            return {"status": "refused", "problem": {"code": "division_conflict", "zh": "冲突", "en": "conflict"}}
        added = item["code"] not in self.named
        self.named.add(item["code"])
        return {"status": "recorded" if added else "unchanged"}

    @property
    def named(self) -> set[str]:
        return self.__dict__.setdefault("_named", set())  # type: ignore[no-any-return]


def write(path: Path, rows: Sequence[tuple[str, str, str, str]]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows([("code", "name", "parent_code", "level"), *rows])
    return path


def villages(number: int) -> list[tuple[str, str, str, str]]:
    return [(f"130926102{n:03}", f"示范{n}村", "130926102000", "village") for n in range(1, number + 1)]


class Small(DivisionRows):
    batch = 10


@pytest.fixture
def server() -> Server:
    return Server()


def importer(server: Server, file: Path) -> Importer:
    home = file.parent / "home"
    return Importer(
        Small(),
        file,
        server,
        Checkpoint(home, file, {"kind": "divisions"}),
        file.parent / "report.csv",
        lambda *_: None,
    )


def test_all_rows_once_in_batches(server: Server, tmp_path: Path) -> None:
    file = write(tmp_path / "d.csv", villages(25))
    assert importer(server, file).run() == Progress(rows=25, added=25)
    assert server.batches == [10, 10, 5]
    assert importer(server, file).run() == Progress(rows=25, already_there=25)
    assert not (tmp_path / "report.csv").exists()


def test_bad_rows_are_listed_by_line_and_the_others_imported(server: Server, tmp_path: Path) -> None:
    rows = villages(30)
    rows[4] = (rows[4][0], "长" * 21, *rows[4][2:])
    rows[15] = ("13", *rows[15][1:])
    rows.append((rows[0][0], rows[0][1], rows[0][2], "township"))
    file = write(tmp_path / "d.csv", rows)
    progress = importer(server, file).run()
    assert (progress.rows, progress.added, progress.repeated, progress.refused) == (31, 28, 1, 2)
    with (tmp_path / "report.csv").open(encoding="utf-8", newline="") as report:
        listed = list(csv.DictReader(report))
    assert [(int(row["line"]), row["reason"]) for row in listed] == [
        (6, "too_long"),
        (17, "code_malformed"),
        (32, "division_conflict"),
    ]
    assert "长长" not in (tmp_path / "report.csv").read_text(encoding="utf-8")


@pytest.mark.parametrize("after", [0, 1, 3, 4, 5, 6])
def test_the_next_run_goes_on_where_the_last_one_was_cut_off(server: Server, tmp_path: Path, after: int) -> None:
    rows = villages(40)
    rows[3] = (rows[3][0], "长" * 21, *rows[3][2:])
    file = write(tmp_path / "d.csv", rows)
    first = importer(server, file)
    server.away_after = after
    with pytest.raises(ServerAway):
        first.run()
    server.away_after = None
    second = importer(server, file)
    progress = second.run()
    assert second.resumed == (after >= 4)  # the first batch takes four requests, because of its long name
    assert (progress.rows, progress.refused) == (40, 1)
    assert progress.added + progress.already_there == 39
    assert len(server.named) == 39
    assert (tmp_path / "report.csv").read_text(encoding="utf-8").count("\n") == 2


def test_a_resumed_import_does_not_send_what_was_acknowledged_but_the_last_batch(
    server: Server, tmp_path: Path
) -> None:
    file = write(tmp_path / "d.csv", villages(60))
    server.away_after = 4
    with pytest.raises(ServerAway):
        importer(server, file).run()
    server.away_after = None
    second = importer(server, file)
    assert second.run() == Progress(rows=60, added=60)
    assert second.resumed
    assert server.batches == [10] * 4 + [10] + [10] * 2


def test_a_server_that_began_anew_gets_everything(server: Server, tmp_path: Path) -> None:
    file = write(tmp_path / "d.csv", villages(60))
    server.away_after = 4
    with pytest.raises(ServerAway):
        importer(server, file).run()
    another = Server()
    second = importer(another, file)
    progress = second.run()
    assert not second.resumed
    assert len(another.named) == 60
    assert progress.rows == 60


def test_a_file_that_changed_is_begun_anew(server: Server, tmp_path: Path) -> None:
    file = write(tmp_path / "d.csv", villages(40))
    server.away_after = 2
    with pytest.raises(ServerAway):
        importer(server, file).run()
    server.away_after = None
    write(file, villages(50))
    second = importer(server, file)
    assert second.run() == Progress(rows=50, added=30, already_there=20)
    assert not second.resumed


def test_a_checkpoint_that_cannot_be_read_is_none(server: Server, tmp_path: Path) -> None:
    file = write(tmp_path / "d.csv", villages(40))
    server.away_after = 2
    with pytest.raises(ServerAway):
        importer(server, file).run()
    server.away_after = None
    (saved,) = (tmp_path / "home" / "imports").glob("*.json")
    saved.write_text(saved.read_text()[:-5])
    assert importer(server, file).run() == Progress(rows=40, added=20, already_there=20)
    assert not saved.exists()


def test_a_batch_that_takes_too_long_is_halved(server: Server, tmp_path: Path) -> None:
    server.largest = 3
    file = write(tmp_path / "d.csv", villages(20))
    assert importer(server, file).run() == Progress(rows=20, added=20)
    assert max(server.batches) == 3
