"""Instants and pauses as people write them: strict RFC 3339 in, nothing guessed."""

import re
from datetime import UTC, datetime, timedelta, timezone
from typing import Final

from chassis.rules.deadline_refusals import (
    DateOutOfRange,
    InstantNotValid,
    PauseNotValid,
    PauseWithoutOffset,
    StartWithoutOffset,
)
from chassis.rules.pauses import Pause
from chassis.rules.refusals import Refusal

_SHAPE: Final = re.compile(
    r"(?P<day>\d{4}-\d{2}-\d{2})"
    r"(?:[Tt ](?P<time>\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?)"
    r"(?:(?P<utc>[Zz])|(?P<sign>[+-])(?P<hours>[01]\d|2[0-3]):(?P<minutes>[0-5]\d))?)?",
    re.ASCII,
)


def parse_start(text: str) -> datetime:
    """The starting instant; refused without an offset, because its day would be a guess."""
    return _parse(text, StartWithoutOffset(field="start"), field="start")


def parse_pause(text: str) -> Pause:
    """`FROM..TO`, or `FROM..` for a pause that is still open."""
    begin, dots, end = text.strip().partition("..")
    if not dots or not begin:
        raise PauseNotValid(field="pauses")
    without_offset = PauseWithoutOffset(field="pauses")
    return Pause(
        _parse(begin, without_offset, field="pauses"),
        _parse(end, without_offset, field="pauses") if end else None,
    )


def _parse(text: str, without_offset: Refusal, *, field: str) -> datetime:
    shape = _SHAPE.fullmatch(text.strip())
    if shape is None:
        raise InstantNotValid(field=field)
    try:
        local = datetime.fromisoformat(f"{shape['day']}T{shape['time'] or '00:00'}")
    except ValueError:
        raise InstantNotValid(field=field) from None
    if shape["utc"]:
        return local.replace(tzinfo=UTC)
    if not shape["sign"]:
        raise without_offset
    offset = timedelta(hours=int(shape["hours"]), minutes=int(shape["minutes"]))
    instant = local.replace(tzinfo=timezone(-offset if shape["sign"] == "-" else offset))
    try:
        return instant.astimezone(UTC)
    except OverflowError:
        raise DateOutOfRange(field=field) from None
