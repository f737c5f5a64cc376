"""What a row becomes, and what an answer means."""

import pytest

from onewindow.importing.divisions import BAD_CODE, BAD_LEVEL, DivisionRows
from onewindow.importing.messages import BAD_ID, BAD_TIME, MessageRows, posted
from onewindow.importing.reading import Reason
from onewindow.importing.rows import Outcome, reason_of

MESSAGE = {
    "message_id": "188006",
    "author": "A000102948",
    "subject": "路灯不亮",
    "posted_at": "2019/2/28 11:25:05",
    "body": "村口路灯坏了。\n\t请修。 ",
}
DIVISION = {"code": "130926102000", "name": "窝北镇", "parent_code": "130926000000", "level": "township"}
ROWS = MessageRows("130926000000", "messages")


def test_a_message_becomes_a_case_that_came_online_and_waits_to_be_classified() -> None:
    item = ROWS.item(MESSAGE)
    assert isinstance(item, dict)
    assert item["case"] == {
        "kind": "CONSULTATION",
        "channel": "ONLINE",
        "division": "130926000000",
        "title": "路灯不亮",
        "narrative": "村口路灯坏了。\n\t请修。 ",
        "received_at": "2019-02-28T11:25:05+08:00",
        "source": {"name": "messages", "id": "188006", "author": "A000102948"},
    }


def test_the_key_follows_from_the_content_alone() -> None:
    def key(rows: MessageRows, **change: str) -> str:
        item = rows.item({**MESSAGE, **change})
        assert isinstance(item, dict)
        return str(item["key"])

    keys = [
        key(ROWS),
        key(ROWS, body="别的"),
        key(ROWS, message_id="188007"),
        key(MessageRows("130929000000", "messages")),
        key(MessageRows("130926000000", "other")),
    ]
    assert len(set(keys)) == len(keys)
    assert key(ROWS) == key(MessageRows("130926000000", "messages"))
    longest = key(MessageRows("130926000000", "s" * 32), message_id="1" * 64)
    assert 8 <= len(longest) <= 128


@pytest.mark.parametrize(
    ("text", "iso"),
    [
        ("2019/8/1 0:00:00", "2019-08-01T00:00:00+08:00"),
        ("2019-08-01 00:00:00", "2019-08-01T00:00:00+08:00"),
        ("2020/12/31 23:59:59", "2020-12-31T23:59:59+08:00"),
    ],
)
def test_both_forms_of_time_are_shanghai_time(text: str, iso: str) -> None:
    found = posted(text)
    assert found is not None
    assert found.isoformat() == iso


@pytest.mark.parametrize(
    "text",
    ["", "2019/8/1", "2019/2/30 0:00:00", "1/8/2019 0:00:00", "２０１９/8/1 0:00:00", "2019/8/1 0:00:00 ", "now"],
)
def test_other_times_are_refused(text: str) -> None:
    assert ROWS.item({**MESSAGE, "posted_at": text}) == BAD_TIME


@pytest.mark.parametrize("text", ["", "1 2", "１２", "x" * 65, "1/2"])
def test_ids_that_are_none_are_refused(text: str) -> None:
    assert ROWS.item({**MESSAGE, "message_id": text}) == BAD_ID


def test_a_division_becomes_one_of_the_directory() -> None:
    assert DivisionRows().item(DIVISION) == {**DIVISION, "level": "TOWNSHIP"}
    assert DivisionRows().item({**DIVISION, "parent_code": "", "level": "province"}) == {
        "code": "130926102000",
        "name": "窝北镇",
        "parent_code": None,
        "level": "PROVINCE",
    }


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"code": "13092610200"}, BAD_CODE),
        ({"code": "１３０９２６１０２０００"}, BAD_CODE),
        ({"parent_code": "x"}, BAD_CODE),
        ({"level": "Township"}, BAD_LEVEL),
        ({"level": ""}, BAD_LEVEL),
    ],
)
def test_what_is_no_division_is_refused(change: dict[str, str], reason: Reason) -> None:
    assert DivisionRows().item({**DIVISION, **change}) == reason


def test_what_answers_mean() -> None:
    assert ROWS.outcome({"status": 201, "repeated": False}) == Outcome.ADDED
    assert ROWS.outcome({"status": 201, "repeated": True}) == Outcome.ALREADY_THERE
    assert ROWS.outcome({"status": 409, "problem": {"code": "already_registered"}}) == Outcome.ALREADY_THERE
    refused = ROWS.outcome(
        {"status": 422, "problem": {"code": "division_unknown", "detail": "没有", "detail_en": "none"}}
    )
    assert refused == Reason("division_unknown", "没有 none")
    assert DivisionRows().outcome({"status": "recorded"}) == Outcome.ADDED
    assert DivisionRows().outcome({"status": "unchanged"}) == Outcome.ALREADY_THERE
    conflict = {"status": "refused", "problem": {"code": "division_conflict", "zh": "冲突", "en": "conflict"}}
    assert DivisionRows().outcome(conflict) == Reason("division_conflict", "冲突 conflict", repeats=True)


def test_a_reason_names_the_field_that_a_problem_names() -> None:
    problem = {"code": "validation", "errors": [{"field": "name", "code": "too_long", "zh": "过长", "en": "too long"}]}
    assert reason_of(problem) == Reason("too_long", "name: 过长 too long")
    assert reason_of({}) == Reason("refused", "")
