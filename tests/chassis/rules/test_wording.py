from datetime import UTC, datetime

import pytest

from chassis.rules.counting import explain
from chassis.rules.instants import parse_pause, parse_start
from chassis.rules.phrases import ordinal
from chassis.rules.result import result_json
from chassis.rules.wording import StepKind
from contracts.clocks import PauseKind

SECTION_8 = {
    "rule": "JC_APPLY",
    "basis": "RM§33; MSF§205",
    "start": "2024-12-30T23:59:59+08:00",
    "due_at": "2025-02-06T00:00:00+08:00",
    "due_date": "2025-02-05",
    "unit": "calendar_day",
    "calendar_version": "cn-2026.1",
    "provisional": False,
    "steps": [
        {"step": "start_day", "date": "2024-12-30", "text": "起算日不计入 start day, not counted"},
        {"step": "count", "date": "2025-01-29", "days": 30, "text": "第30日 30th day"},
        {
            "step": "roll",
            "date": "2025-02-05",
            "text": "末日为休息日(春节 1月28日至2月4日)，顺延 last day is a rest day, rolled",
        },
        {"step": "due", "date": "2025-02-05", "text": "2025-02-05 24:00 截止"},
    ],
}


def text_of(rule: str, start: str, kind: StepKind, *pauses: str, extension: int | None = None) -> str:
    found = explain(rule, parse_start(start), [parse_pause(pause) for pause in pauses], extension)
    return next(step.text for step in found.steps if step.step is kind)


def test_the_example_of_the_rules_page_word_for_word_and_in_its_order() -> None:
    found = result_json(explain("JC_APPLY", parse_start("2024-12-30T15:59:59Z")))
    assert found == SECTION_8
    assert list(found) == list(SECTION_8)
    assert [list(step) for step in found["steps"]] == [list(step) for step in SECTION_8["steps"]]  # type: ignore[attr-defined]


def test_skipped_holidays_and_counted_make_up_days_are_named() -> None:
    text = text_of("PET_OBJECTION", "2022-04-29T15:00:00+08:00", StepKind.COUNT)
    assert text.startswith("第5个工作日 5th working day")
    assert "劳动节 4月30日至5月4日" in text
    assert "5月7日" in text


def test_what_lies_in_a_pause_is_neither_skipped_nor_counted() -> None:
    pause = "2025-04-25T14:00:00+08:00..2025-05-07T10:00:00+08:00"
    start = "2025-04-14T10:00:00+08:00"
    count = text_of("MED_MEDICAL", start, StepKind.COUNT, pause)
    assert "端午节 5月31日至6月2日" in count
    assert "劳动节" not in count
    assert "4月27日" not in count
    assert text_of("MED_MEDICAL", start, StepKind.PAUSE, pause) == (
        "鉴定期间不计入(4月25日至5月7日) appraisal, not counted"
    )
    extended = text_of("MED_MEDICAL", "2025-08-11T10:00:00+08:00", StepKind.EXTEND, extension=15)
    assert "国庆节、中秋节 10月1日至10月8日" in extended
    assert "9月28日" in extended


def test_a_roll_names_weekends_and_pauses_too() -> None:
    text = text_of("MED_COURT_PRE", "2021-09-06T09:00:00+08:00", StepKind.ROLL, extension=10)
    assert "周六 10月16日、周日 10月17日" in text
    paused = text_of(
        "MED_COURT_PRE",
        "2021-09-06T09:00:00+08:00",
        StepKind.ROLL,
        "2021-10-08T09:00:00+08:00..2021-10-08T10:00:00+08:00",
    )
    assert "国庆节 10月1日至10月7日、鉴定期间 10月8日" in paused


def test_open_pauses_say_what_is_left() -> None:
    start, pause = "2021-09-06T09:00:00+08:00", "2021-09-16T09:00:00+08:00.."
    assert "剩余21日" in text_of("MED_COURT_PRE", start, StepKind.PAUSE, pause)
    assert "剩余31日(含延长10日)" in text_of("MED_COURT_PRE", start, StepKind.PAUSE, pause, extension=10)
    assert "待顺延" in text_of("MED_COURT_PRE", start, StepKind.PAUSE, "2021-10-08T09:00:00+08:00..")


def test_a_pause_over_a_weekend_or_of_a_clock_that_never_stops_is_said_to_change_nothing() -> None:
    weekend = "2025-04-19T00:00:00+08:00..2025-04-21T00:00:00+08:00"
    assert "不影响期限" in text_of("MED_MEDICAL", "2025-04-14T10:00:00+08:00", StepKind.PAUSE_HAS_NO_EFFECT, weekend)
    assert "不影响本期限" in text_of("PET_HANDLE", "2025-04-14T10:00:00+08:00", StepKind.PAUSE_HAS_NO_EFFECT, weekend)
    found = explain(
        "PET_REVIEW_DECIDE",
        parse_start("2025-04-14T10:00:00+08:00"),
        [parse_pause(weekend)],
    )
    assert [step.step for step in found.steps] == ["start_day", "pause_has_no_effect", "count", "due"]


@pytest.mark.parametrize("kind", PauseKind)
def test_every_kind_of_pause_has_words(kind: PauseKind) -> None:
    pause = parse_pause("2025-04-19T00:00:00+08:00..2025-04-21T00:00:00+08:00")
    found = explain("PET_HANDLE", datetime(2025, 4, 14, tzinfo=UTC), [type(pause)(pause.begin, pause.end, kind)])
    assert kind.replace("_", " ") in found.steps[1].text


def test_a_provisional_date_says_so() -> None:
    assert "暂定" in text_of("PET_OBJECTION", "2026-12-29T09:00:00+08:00", StepKind.DUE)
    assert "暂定" not in text_of("JC_APPLY", "2026-10-29T09:00:00+08:00", StepKind.DUE)


def test_ordinals() -> None:
    assert [ordinal(n) for n in (1, 2, 3, 4, 11, 12, 13, 21, 30, 101, 111)] == [
        "1st",
        "2nd",
        "3rd",
        "4th",
        "11th",
        "12th",
        "13th",
        "21st",
        "30th",
        "101st",
        "111th",
    ]
