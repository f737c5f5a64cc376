import re
from datetime import UTC, date, datetime
from typing import Annotated, Any
from uuid import UUID

import orjson
import pytest
from pydantic import BaseModel, Field, TypeAdapter, ValidationError

from chassis.http.bodies import Body, Code12, Day, Id, Moment, Text
from chassis.http.validation import field_problem
from contracts.codes import Tier

ID = "0193e6a2-7c1e-7b3a-8f00-000000000001"


class Inner(Body):
    id: Id
    plain: UUID | None = None
    name: Annotated[str, Text(5)] = "x"


class Outer(Body):
    number: int = 0
    ratio: float = 0.0
    flag: bool = False
    text: str = ""
    tier: Tier = Tier.COUNTY
    division: Code12 = "130926000000"
    at: Moment | None = None
    day: Day | None = None
    story: Annotated[str, Text(20, lines=True)] = "x"
    inner: Annotated[list[Inner], Field(max_length=2, default_factory=list)]
    pair: tuple[int, int] | None = None


def refusal(**values: object) -> tuple[str, str]:
    """Field and code of the one error, the same by either way in."""
    with pytest.raises(ValidationError) as parsed:
        TypeAdapter(Outer).validate_python(values)
    with pytest.raises(ValidationError) as read:
        Outer.model_validate_json(orjson.dumps(values))
    told = [
        [field_problem({**error, "loc": ("body", *error["loc"])}) for error in caught.value.errors()]
        for caught in (parsed, read)
    ]
    assert told[0] == told[1]
    assert len(told[0]) == 1
    return told[0][0].field, told[0][0].code


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"number": "5"}, "not_an_integer"),
        ({"number": 1.0}, "not_an_integer"),
        ({"number": True}, "not_an_integer"),
        ({"number": None}, "not_an_integer"),
        ({"ratio": "1.5"}, "not_a_number"),
        ({"ratio": True}, "not_a_number"),
        ({"flag": 1}, "not_a_boolean"),
        ({"flag": "true"}, "not_a_boolean"),
        ({"text": 1}, "not_a_text"),
        ({"text": ["x"]}, "not_a_text"),
        ({"tier": "VILAGE"}, "not_a_code"),
        ({"tier": 1}, "not_a_code"),
        ({"division": "1309260000001"}, "wrong_format"),
        ({"division": "130926000000\n"}, "wrong_format"),
        ({"division": "１３０９２６００００００"}, "wrong_format"),
        ({"division": 130926000000}, "not_a_text"),
        ({"at": "2026-03-01T08:00:00"}, "not_a_moment"),
        ({"at": "2026-03-01"}, "not_a_moment"),
        ({"at": "2026-03-01 08:00:00Z"}, "not_a_moment"),
        ({"at": "1500000000"}, "not_a_moment"),
        ({"at": 1500000000}, "not_a_moment"),
        ({"at": "0001-01-01T00:00:00+08:00"}, "not_a_moment"),
        ({"at": "2026-02-30T08:00:00Z"}, "not_a_moment"),
        ({"at": "2026-W09-1T08:00:00Z"}, "not_a_moment"),
        ({"day": "2026-02-30"}, "not_a_day"),
        ({"day": "20260301"}, "not_a_day"),
        ({"day": "2026-03-01T00:00:00Z"}, "not_a_day"),
        ({"day": 20260301}, "not_a_day"),
        ({"day": "1500000000"}, "not_a_day"),
        ({"story": ""}, "too_short"),
        ({"story": " 　\n"}, "blank"),
        ({"story": "x" * 21}, "too_long"),
        ({"story": "\x1b[31m"}, "control_character"),
        ({"story": "\x85"}, "control_character"),
        ({"inner": {}}, "not_a_list"),
        ({"inner": [{"id": ID}] * 3}, "too_many"),
        ({"pair": [1]}, "required"),
    ],
)
def test_nothing_is_converted(values: dict[str, object], code: str) -> None:
    field = next(iter(values))
    assert refusal(**values) == (f"{field}[1]" if field == "pair" else field, code)


@pytest.mark.parametrize(
    ("inner", "field", "code"),
    [
        ({}, "inner[0].id", "required"),
        ({"id": "x"}, "inner[0].id", "not_an_id"),
        ({"id": ID.replace("-", "")}, "inner[0].id", "not_an_id"),
        ({"id": f"{{{ID}}}"}, "inner[0].id", "not_an_id"),
        ({"id": 5}, "inner[0].id", "not_an_id"),
        ({"id": ID, "plain": 5}, "inner[0].plain", "not_an_id"),
        ({"id": ID, "name": "a\nb"}, "inner[0].name", "control_character"),
        ({"id": ID, "name": "六个字的名字"}, "inner[0].name", "too_long"),
        ({"id": ID, "13800138000": 1}, "inner[0]", "unknown_field"),
        ([], "inner[0]", "not_an_object"),
        ("张三", "inner[0]", "not_an_object"),
    ],
)
def test_the_path_names_fields_of_the_schema(inner: object, field: str, code: str) -> None:
    assert refusal(inner=[inner]) == (field, code)


def test_an_unknown_field_is_not_named() -> None:
    assert refusal(**{"13800138000": 1}) == ("body", "unknown_field")


def test_json_has_its_own_way_to_write_ids_days_instants_and_codes() -> None:
    values: dict[str, Any] = {
        "number": -5,
        "ratio": 2,
        "tier": "VILLAGE",
        "at": "2026-03-01T08:00:00.5+08:00",
        "day": "2026-03-01",
        "story": "一\n二\t三",
        "inner": [{"id": ID, "plain": ID, "name": "𠮷👨\u200d👩\u202e"}],
        "pair": [1, 2],
    }
    body = TypeAdapter(Outer).validate_python(values)
    assert body == Outer.model_validate_json(orjson.dumps(values)) == Outer(**values)
    assert body.at == datetime(2026, 3, 1, 0, 0, 0, 500_000, tzinfo=UTC)
    assert (body.day, body.tier, body.pair) == (date(2026, 3, 1), Tier.VILLAGE, (1, 2))
    assert body.inner[0] == Inner(id=UUID(ID), plain=UUID(ID), name="𠮷👨\u200d👩\u202e")
    assert body.model_dump(mode="json", exclude_unset=True) == values | {"at": "2026-03-01T00:00:00.500000Z"}


def test_texts_are_kept_exactly() -> None:
    decomposed = "e\u0301"
    assert Inner(id=UUID(ID), name=decomposed).name == decomposed


def test_openapi_knows_bodies_by_name() -> None:
    schema = Outer.model_json_schema()
    assert schema["properties"]["inner"]["items"] == {"$ref": "#/$defs/Inner"}
    assert schema["$defs"]["Inner"]["properties"]["id"] == {"type": "string", "format": "uuid", "title": "Id"}
    assert schema["$defs"]["Inner"]["additionalProperties"] is False
    story = schema["properties"]["story"]
    assert (story["minLength"], story["maxLength"]) == (1, 20)
    assert re.search(story["pattern"], "一\n二")
    name = schema["$defs"]["Inner"]["properties"]["name"]["pattern"]
    assert [bool(re.search(name, text)) for text in ("张 三", " ", "a\nb", "\x7f")] == [True, False, False, False]


def test_the_types_serve_views_and_parameters_as_well() -> None:
    class View(BaseModel):
        id: Id
        at: Moment
        day: Day

    now = datetime(2026, 3, 1, tzinfo=UTC)
    view = View(id=UUID(ID), at=now, day=now.date())
    assert orjson.loads(view.model_dump_json()) == {"id": ID, "at": "2026-03-01T00:00:00Z", "day": "2026-03-01"}
    assert TypeAdapter(Id).validate_python(ID) == UUID(ID)
    with pytest.raises(ValidationError):
        TypeAdapter(Day).validate_python(now)
