"""What may stand in a log line: a closed list of keys, each with a shape that no name, number or narrative has."""

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime
from enum import Enum
from typing import Final
from uuid import UUID

LONGEST: Final = 300
"""Characters of a text; SENTENCE has the same limit."""
PERSONAL_FROM: Final = 10**10
"""A mobile number is greater, and no count, offset or duration of ours is."""

WORD: Final = re.compile(r"[A-Za-z0-9_.:/{}<>@=+-]{1,200}", re.ASCII)
SENTENCE: Final = re.compile(r"[\x20-\x7e]{1,300}", re.ASCII)
EVENT: Final = re.compile(r"[a-z][a-z_]{1,60}", re.ASCII)
IDENTIFIER: Final = re.compile(r"[0-9a-f]{32}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII)
DIGITS: Final = re.compile(r"(?:\d[ -]?){7}", re.ASCII)
"""Seven digits together, or split as people split them: a landline has no fewer."""

Shown = str | int | float | bool
Shape = Callable[[object], Shown | None]


def number(value: object) -> Shown | None:
    """Counts, sizes and durations."""
    return value if isinstance(value, int | float) and abs(value) < PERSONAL_FROM else None


def word(value: object) -> Shown | None:
    """Names out of our own code: topics, routes, reasons, states."""
    text = value.value if isinstance(value, Enum) else value
    return text if isinstance(text, str) and WORD.fullmatch(text) and not DIGITS.search(text) else None


def sentence(value: object) -> Shown | None:
    """Plain English, which our texts about errors are and no narrative is."""
    text = value.value if isinstance(value, Enum) else value
    return text if isinstance(text, str) and SENTENCE.fullmatch(text) and not DIGITS.search(text) else None


def identifier(value: object) -> Shown | None:
    """Ids that we made: they say nothing without the database."""
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, int):
        return number(value)
    return value if isinstance(value, str) and IDENTIFIER.fullmatch(value) else None


def moment(value: object) -> Shown | None:
    """Days and instants."""
    return value.isoformat() if isinstance(value, date | datetime) else None


KEYS: Final[Mapping[str, Shape]] = {
    "attempt": number,
    "batch": number,
    "case_id": identifier,
    "clock": word,
    "constraint": word,
    "count": number,
    "database": word,
    "deadline_id": identifier,
    "due_at": moment,
    "duration_ms": number,
    "entry_id": identifier,
    "error": sentence,
    "event_id": identifier,
    "group": word,
    "key_id": word,
    "lag": number,
    "letter_id": identifier,
    "method": word,
    "offset": number,
    "outcome": word,
    "partition": number,
    "pending": number,
    "pid": number,
    "place": word,
    "port": number,
    "position": number,
    "probe": word,
    "reason": sentence,
    "revision": word,
    "route": word,
    "rule": word,
    "seconds": number,
    "service": word,
    "size": number,
    "sqlstate": word,
    "state": word,
    "status": number,
    "suppressed": number,
    "task": word,
    "topic": word,
    "trace_id": identifier,
    "type": word,
    "version": number,
}
"""Everything a line may say beside its event. A key that is not here is dropped, and so is a value of another shape."""


def event_name(value: object) -> str:
    """The event of our own line: words joined by underscores. A text that was put together with values is not one."""
    return value if isinstance(value, str) and EVENT.fullmatch(value) else "unnamed_event"


def shown(fields: Mapping[str, object]) -> dict[str, Shown]:
    """The fields that may be written down, and under `withheld` how many were not."""
    kept: dict[str, Shown] = {}
    withheld = 0
    for key, value in fields.items():
        if value is None:
            continue
        shape = KEYS.get(key)
        text = shape(value) if shape is not None else None
        if text is None:
            withheld += 1
        else:
            kept[key] = text
    if withheld:
        kept["withheld"] = withheld
    return kept
