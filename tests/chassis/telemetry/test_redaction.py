"""What may stand in a line: the closed list of keys, and the shapes of their values."""

from datetime import UTC, datetime
from enum import StrEnum
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chassis.telemetry.redaction import KEYS, event_name, shown

IDENTITY = "13092619900101123X"
PERSONAL = [
    "王小明",
    "13812345678",
    "138 1234 5678",
    "138-1234-5678",
    "+8613812345678",
    "phone=13812345678",
    "0317-5021234",
    IDENTITY,
    f"number:{IDENTITY.lower()}",
    "河北省沧州市肃宁县肃宁镇东街3号",
    "房子漏水，邻居不管",
    "name\nof two lines",
    "\u202ename",
    "",
    "x" * 301,
    13812345678,
    130926199001011231,
    13812345678.0,
    b"13812345678",
    ["13812345678"],
    {"phone": "13812345678"},
    object(),
    ValueError("13812345678"),
]


class State(StrEnum):
    DEAD = "dead"


@pytest.mark.parametrize("value", PERSONAL)
def test_under_no_key_does_a_personal_value_pass(value: object) -> None:
    for key in KEYS:
        assert shown({key: value}) == {"withheld": 1}, key


@pytest.mark.parametrize(
    "key", ["name", "phone", "narrative", "body", "args", "division", "path", "query", "actor", "url"]
)
def test_other_keys_are_dropped_whatever_they_hold(key: str) -> None:
    assert shown({key: "harmless", "count": 3}) == {"count": 3, "withheld": 1}


def test_useful_values_pass() -> None:
    fields = {
        "topic": "onewindow.intake.case.v1",
        "route": "/intake/v1/cases/{case_id}",
        "error": "IntegrityError 23505",
        "reason": "too many cases failed within a minute",
        "state": State.DEAD,
        "count": 0,
        "seconds": 0.25,
        "case_id": UUID("0190f1a0-0000-7000-8000-000000000001"),
        "trace_id": "4bf92f3577b34da6a3ce929d0e0e4736",
        "due_at": datetime(2026, 3, 2, tzinfo=UTC),
        "offset": 999_999_999,
        "task": None,
    }
    assert shown(fields) == {
        **{key: value for key, value in fields.items() if key != "task"},
        "state": "dead",
        "case_id": "0190f1a0-0000-7000-8000-000000000001",
        "due_at": "2026-03-02T00:00:00+00:00",
    }


@pytest.mark.parametrize(
    "event",
    ["registered 13812345678", "case_王小明", "Case for Wang", "case 7", "", None, 7, "x" * 70, IDENTITY],
)
def test_an_event_that_was_put_together_loses_its_name(event: object) -> None:
    assert event_name(event) == "unnamed_event"


def test_an_event_is_words() -> None:
    assert event_name("relay_published") == "relay_published"


@given(st.dictionaries(st.text(max_size=20) | st.sampled_from(sorted(KEYS)), st.text(max_size=60), max_size=8))
@settings(deadline=None)
def test_only_plain_text_under_known_keys_ever_stays(fields: dict[str, str]) -> None:
    kept = shown(fields)
    assert kept.keys() <= KEYS.keys() | {"withheld"}
    assert all(str(value).isascii() for value in kept.values())
