"""The types of event fields: each narrow enough that no free text about a person fits in."""

from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Annotated

from pydantic import AfterValidator, AwareDatetime, BeforeValidator, Field, PlainSerializer

LENGTH_OF_A_DATE = len("2026-01-31")


@lru_cache(maxsize=128)
def moment_text(moment: datetime) -> str:
    """RFC 3339 in UTC with `Z` and always six digits of the second, so that equal instants are equal texts.

    A fact names the instant at which it is recorded several times, and writing it costs a microsecond.
    """
    return moment.astimezone(UTC).isoformat(timespec="microseconds").removesuffix("+00:00") + "Z"


def _instant(value: object) -> object:
    """Refuse numbers and bare dates, which a lax reader would take for instants."""
    if isinstance(value, datetime):
        return value
    if isinstance(value, str) and value[LENGTH_OF_A_DATE : LENGTH_OF_A_DATE + 1] == "T":
        return value
    message = "an instant is written as RFC 3339 with its offset"
    raise ValueError(message)


def _in_utc(moment: datetime) -> datetime:
    try:
        return moment.astimezone(UTC)
    except OverflowError as outside:
        message = "the instant lies outside the years 1 to 9999 in UTC"
        raise ValueError(message) from outside


def _calendar_day(value: object) -> object:
    """Refuse numbers and instants, which a lax reader would take for days."""
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    if isinstance(value, str) and len(value) == LENGTH_OF_A_DATE:
        return value
    message = "a day is written as YYYY-MM-DD"
    raise ValueError(message)


Moment = Annotated[
    AwareDatetime,
    BeforeValidator(_instant),
    AfterValidator(_in_utc),
    PlainSerializer(moment_text, return_type=str, when_used="json"),
]
"""An instant, held and written in UTC; one without an offset is refused."""

Day = Annotated[date, BeforeValidator(_calendar_day)]
"""A day of the Shanghai calendar, as legal dates are (`due_date`, the day something happened)."""

DivisionCode = Annotated[str, Field(pattern=r"^[0-9]{12}$")]
"""12-digit division code 统计用区划代码: 2 province, 4 prefecture, 6 county, 9 township, 12 village, zeros behind."""

GridCode = Annotated[str, Field(pattern=r"^[0-9]{12,15}$")]
"""Code of a grid: its village's or township's division code and up to three digits more."""

OfficialNumber = Annotated[str, Field(pattern=r"^（[0-9]{4}）[\u4e00-\u9fff]{1,12}第[0-9]{1,12}号$")]
"""Official number of a file, such as （2026）肃人调字第123号: year, organ and kind, running number."""

SourceReference = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,31}:[A-Za-z0-9_.-]{1,64}$")]
"""Where an imported record came from: source and the record's own id there, such as `messages:188006`."""

ClockId = Annotated[str, Field(pattern=r"^[A-Z][A-Z0-9_]{2,31}$")]
"""Id of a statutory clock, such as `PET_HANDLE`."""

DirectoryName = Annotated[str, Field(min_length=1, max_length=100)]
"""Name of a place or of an organisation, as the county publishes it; never of a person."""

Count = Annotated[int, Field(strict=True, ge=0, le=1_000_000_000)]
"""A number of things; what it counts (件, 件次, 人次, 批次) is said by the field."""

People = Annotated[int, Field(strict=True, ge=1, le=1_000_000)]
"""A number of people, at least one."""

Fen = Annotated[int, Field(strict=True, ge=0, le=10**15)]
"""An amount of money in fen 分, a hundredth of a yuan."""

Flag = Annotated[bool, Field(strict=True)]
"""Yes or no; no number or text stands for it."""
