"""What is wrong with a request's fields, told in names of the schema and never with anything that was sent."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from fastapi.exceptions import RequestValidationError
from pydantic_core import ErrorDetails, PydanticCustomError

from chassis.http.problems import FieldProblem, Problem

SCHEMA_NAMES: Final[set[str]] = set()
"""Names of the fields of all bodies. A path into a body may hold a key of the caller's; only these are repeated."""
WHOLE_BODY: Final = "body"
UNKNOWN_STEP: Final = "*"
SHOWN_ERRORS: Final = 50
"""A body of a thousand wrong fields is told about fifty of them."""

MISSING: Final = ("required", "必填", "is required")
NUMBER: Final = ("not_a_number", "应为数字", "must be a number")
INTEGER: Final = ("not_an_integer", "应为整数", "must be an integer")
TEXT: Final = ("not_a_text", "应为文本", "must be a text")
LIST: Final = ("not_a_list", "应为列表", "must be a list")
OBJECT: Final = ("not_an_object", "应为对象", "must be an object")
BOOLEAN: Final = ("not_a_boolean", "应为 true 或 false", "must be true or false")
ID: Final = ("not_an_id", "应为 UUID 格式的标识", "must be an id in the form of a UUID")
MOMENT: Final = ("not_a_moment", "应为带时区的时间（RFC 3339）", "must be a time with its offset (RFC 3339)")
DAY: Final = ("not_a_day", "应为日期（年-月-日）", "must be a day as YYYY-MM-DD")
CODE: Final = ("not_a_code", "不在代码表中，可用：{expected}", "is not in the code table: {expected}")
FORMAT: Final = ("wrong_format", "格式不正确", "does not have the required format")

MEANINGS: Final[Mapping[str, tuple[str, str, str]]] = {
    "missing": MISSING,
    "int_type": INTEGER,
    "int_parsing": INTEGER,
    "int_parsing_size": INTEGER,
    "int_from_float": INTEGER,
    "float_type": NUMBER,
    "float_parsing": NUMBER,
    "finite_number": NUMBER,
    "decimal_type": NUMBER,
    "decimal_parsing": NUMBER,
    "string_type": TEXT,
    "string_unicode": TEXT,
    "string_pattern_mismatch": FORMAT,
    "bool_type": BOOLEAN,
    "bool_parsing": BOOLEAN,
    "list_type": LIST,
    "tuple_type": LIST,
    "set_type": LIST,
    "frozen_set_type": LIST,
    "dict_type": OBJECT,
    "model_type": OBJECT,
    "model_attributes_type": OBJECT,
    "uuid_type": ID,
    "uuid_parsing": ID,
    "datetime_type": MOMENT,
    "datetime_parsing": MOMENT,
    "datetime_from_date_parsing": MOMENT,
    "timezone_aware": MOMENT,
    "date_type": DAY,
    "date_parsing": DAY,
    "date_from_datetime_parsing": DAY,
    "date_from_datetime_inexact": DAY,
    "enum": CODE,
    "literal_error": CODE,
    "string_too_short": ("too_short", "至少 {min_length} 个字符", "must have at least {min_length} characters"),
    "string_too_long": ("too_long", "最多 {max_length} 个字符", "must have at most {max_length} characters"),
    "too_short": ("too_few", "至少 {min_length} 项", "must have at least {min_length} items"),
    "too_long": ("too_many", "最多 {max_length} 项", "must have at most {max_length} items"),
    "greater_than": ("out_of_range", "应大于 {gt}", "must be greater than {gt}"),
    "greater_than_equal": ("out_of_range", "不小于 {ge}", "must be at least {ge}"),
    "less_than": ("out_of_range", "应小于 {lt}", "must be less than {lt}"),
    "less_than_equal": ("out_of_range", "不大于 {le}", "must be at most {le}"),
}
"""Pydantic's error types in our words: code, Chinese, English. Braces take limits of the schema, nothing else."""


def wrong(code: str, zh: str, en: str) -> PydanticCustomError:
    """What a field's own validator raises; the texts are fixed and speak of the rule."""
    return PydanticCustomError(f"ow.{code}", "{en}", {"zh": zh, "en": en})  # type: ignore[arg-type,unused-ignore]


def of_validation(error: RequestValidationError) -> Problem:
    """The 422 that names each field and what it should have been."""
    errors = error.errors()
    return Problem(
        422,
        "validation_failed",
        "提交的内容不符合要求，请按 errors 逐项修改",
        "The request does not have the required form; see errors",
        tuple(field_problem(detail) for detail in errors[:SHOWN_ERRORS]),
    )


def field_problem(detail: ErrorDetails | Mapping[str, Any]) -> FieldProblem:
    """One error of Pydantic in our words."""
    kind, where, context = detail["type"], detail["loc"], detail.get("ctx", {})
    if kind == "extra_forbidden":  # the last step of the path is the caller's own word
        parent = field_path(where[:-1])
        return FieldProblem(
            field=parent, code="unknown_field", zh=f"{parent} 中有未知字段", en=f"an unknown field in `{parent}`"
        )
    field = field_path(where)
    if kind.startswith("ow."):
        return FieldProblem(field=field, code=kind.removeprefix("ow."), zh=context["zh"], en=context["en"])
    code, zh, en = MEANINGS.get(kind, FORMAT)
    return FieldProblem(field=field, code=code, zh=zh.format_map(context), en=en.format_map(context))


def field_path(where: Sequence[str | int]) -> str:
    """`("body", "parties", 0, "phone")` as `parties[0].phone`; a step that no schema names becomes `*`."""
    place, *steps = where or (WHOLE_BODY,)
    if place != WHOLE_BODY:  # parameters are found by their declared names, so these are ours
        return str(steps[0]) if steps else str(place)
    path = ""
    for step in steps:
        if isinstance(step, int):
            path += f"[{step}]"
        else:
            name = step if step in SCHEMA_NAMES else UNKNOWN_STEP
            path += f".{name}" if path else name
    return path or WHOLE_BODY
