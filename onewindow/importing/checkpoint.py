"""How far an import has come, on disk after every batch that was answered, so that a killed one goes on from there."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from onewindow.importing.reading import Place

FOLDER: Final = "imports"


@dataclass(slots=True)
class Progress:
    """What has been done: rows read, and what became of them. `report` is the length of the report in bytes."""

    rows: int = 0
    added: int = 0
    already_there: int = 0
    repeated: int = 0
    refused: int = 0
    report: int = 0


@dataclass(frozen=True, slots=True)
class Saved:
    """A checkpoint: the progress up to `end`, and where the batch before it began."""

    began: Place
    end: Place
    batch_rows: int
    progress: Progress


class Checkpoint:
    """The checkpoint of one import: this file, as it is now, into this server, with these parameters."""

    def __init__(self, home: Path, file: Path, identity: Mapping[str, str]) -> None:
        whole = json.dumps({"file": str(file.absolute()), **identity}, sort_keys=True)
        self._path = home / FOLDER / f"{hashlib.sha256(whole.encode()).hexdigest()[:24]}.json"
        found = file.stat()
        self._file = [found.st_size, found.st_mtime_ns]

    def load(self) -> Saved | None:
        """What was saved, None when there is nothing, or when the file has changed since."""
        try:
            found = json.loads(self._path.read_text("utf-8"))
            if found["file"] != self._file:
                return None
            return Saved(
                Place(**found["began"]), Place(**found["end"]), int(found["batch_rows"]), Progress(**found["progress"])
            )
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def save(self, saved: Saved) -> None:
        """Replace what was saved, whole or not at all."""
        self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        draft = self._path.with_suffix(".draft")
        draft.write_text(json.dumps({"file": self._file, **asdict(saved)}), "utf-8")
        draft.replace(self._path)

    def clear(self) -> None:
        """Forget it: the import has come to its end."""
        self._path.unlink(missing_ok=True)
