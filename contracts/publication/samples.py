"""The frozen samples: one message per event type and version, as it once travelled, and never edited after."""

import json
from functools import cache
from pathlib import Path
from typing import Any, cast

from contracts.envelope import Event

SAMPLES = Path(__file__).resolve().parents[1] / "samples"


def sample_path(event: type[Event]) -> Path:
    """Where the sample of this type and version stands."""
    return SAMPLES / f"{event.type}.v{event.version}.json"


@cache
def _read(path: Path) -> str:
    return path.read_text("utf-8")


def sample(event: type[Event]) -> dict[str, Any]:
    """The whole message: envelope with the fact under `data`. Raises FileNotFoundError where none was written yet."""
    return cast("dict[str, Any]", json.loads(_read(sample_path(event))))
