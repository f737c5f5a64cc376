"""What request bodies are made of: a strict base model and the field types that bodies and parameters share."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Annotated, Any, Final
from uuid import UUID

import orjson
from pydantic import BaseModel, ConfigDict, Field, GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic_core import CoreSchema, core_schema

from chassis.http.validation import DAY, ID, MOMENT, SCHEMA_NAMES, wrong

YEARS: Final = range(1900, 2200)
"""Years that a body may name: beyond them a date is a slip of the pen, or meant to overflow something."""
UUID_FORM: Final = re.compile(r"[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}")
MOMENT_FORM: Final = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,6})?)?(Z|[+-][0-9]{2}:[0-9]{2})"
)
DAY_FORM: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
CONTROLS: Final = r"\u0000-\u001f\u007f-\u009f"
CONTROLS_IN_LINES: Final = r"\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f"
CONTROL: Final = re.compile(f"[{CONTROLS}]")
CONTROL_IN_LINES: Final = re.compile(f"[{CONTROLS_IN_LINES}]")


def _as_json(value: object) -> bytes:
    """The JSON of what FastAPI parsed, or of what a caller in Python put together."""
    if isinstance(value, bytes):
        return value
    return orjson.dumps(value, default=_plain)


def _plain(value: object) -> object:
    if isinstance(value, BaseModel):
        return value.model_dump()
    raise TypeError(type(value).__name__)


class Body(BaseModel):
    """Base of every request body: unknown fields refused, nothing converted, no NaN, unchangeable once read.

    A body is always validated as JSON, whatever hands it over: FastAPI gives parsed values, plain routes the bytes
    (`model_validate_json`). So a UUID, a day or a code may be written as JSON has to write it, while "5" is no 5.
    """

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, allow_inf_nan=False)

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:  # noqa: ANN401
        schema: Any = {**handler(source)}
        name = schema.pop("ref", None)  # moves to the outer schema, so that OpenAPI still knows the model by name
        text = core_schema.no_info_before_validator_function(_as_json, core_schema.json_schema(schema))
        return core_schema.json_or_python_schema(json_schema=schema, python_schema=text, ref=name)

    @classmethod
    def __pydantic_init_subclass__(cls, **_kwargs: Any) -> None:  # noqa: ANN401
        SCHEMA_NAMES.update(cls.model_fields)


@dataclass(frozen=True, slots=True)
class Text:
    """A text of 1 to `max` characters, kept exactly as it came: `Annotated[str, Text(50)]`.

    Blank texts and control characters are refused; `lines` lets line feeds, carriage returns and tabs through.
    """

    max: int
    lines: bool = False

    def __get_pydantic_core_schema__(self, _source: Any, _handler: GetCoreSchemaHandler) -> CoreSchema:  # noqa: ANN401
        return core_schema.no_info_after_validator_function(
            self._check, core_schema.str_schema(strict=True, min_length=1, max_length=self.max)
        )

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        allowed = rf"[^{CONTROLS_IN_LINES if self.lines else CONTROLS}]"
        visible = rf"[^\s{CONTROLS}]"
        return handler(schema) | {"pattern": f"^{allowed}*{visible}{allowed}*$"}

    def _check(self, value: str) -> str:
        if (CONTROL_IN_LINES if self.lines else CONTROL).search(value):
            raise wrong("control_character", "含有控制字符", "holds control characters")
        if value.isspace():
            raise wrong("blank", "不能只有空白", "must not be blank")
        return value


@dataclass(frozen=True, slots=True)
class _Written:
    """How a value is written as text, and read from it; a value that is no text any more passes as it is."""

    kind: type
    read: Callable[[str], Any]
    format: str
    refusal: tuple[str, str, str]

    def __get_pydantic_core_schema__(self, _source: Any, _handler: GetCoreSchemaHandler) -> CoreSchema:  # noqa: ANN401
        return core_schema.no_info_plain_validator_function(self._value)

    def __get_pydantic_json_schema__(self, _schema: CoreSchema, _handler: GetJsonSchemaHandler) -> dict[str, Any]:
        return {"type": "string", "format": self.format}

    def _value(self, value: object) -> object:
        if isinstance(value, self.kind) and isinstance(value, datetime) == (self.kind is datetime):
            return value
        if isinstance(value, str):
            try:
                return self.read(value)
            except ValueError:
                pass
        raise wrong(*self.refusal)


def _id(text: str) -> UUID:
    if not UUID_FORM.fullmatch(text):
        raise ValueError
    return UUID(text)


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    if not MOMENT_FORM.fullmatch(text) or moment.year not in YEARS:
        raise ValueError
    return moment.astimezone(UTC)


def _day(text: str) -> date:
    day = date.fromisoformat(text)
    if not DAY_FORM.fullmatch(text) or day.year not in YEARS:
        raise ValueError
    return day


Id = Annotated[UUID, _Written(UUID, _id, "uuid", ID)]
"""An id, written as a UUID in its one usual form."""

Moment = Annotated[datetime, _Written(datetime, _moment, "date-time", MOMENT)]
"""An instant in RFC 3339 with its offset, held in UTC; a number or a time without an offset is refused."""

Day = Annotated[date, _Written(date, _day, "date", DAY)]
"""A calendar day in Shanghai, `2026-03-01`."""

Code12 = Annotated[str, Field(pattern=r"^[0-9]{12}$", strict=True, examples=["130926000000"])]
"""A division code (统计用区划代码) with all its 12 digits."""
