from datetime import UTC, date, datetime

import pytest

from chassis.rules.clock import SHANGHAI
from chassis.rules.counting import clock_of, due, explain, recounted
from chassis.rules.deadline_refusals import (
    CalendarMissing,
    DateOutOfRange,
    ExtensionNotAllowed,
    ExtensionOverLimit,
    NotAClock,
    StartWithoutOffset,
    UnknownRule,
)
from chassis.rules.instants import parse_pause, parse_start
from chassis.rules.pauses import Pause
from contracts.clocks import CLOCKS, NOT_CLOCKS, PauseKind

WORKED_EXAMPLES: list[tuple[int, str, str, str, int | None, str]] = [
    (1, "PET_DISPATCH", "2023-04-10T10:00:00+08:00", "", None, "2023-04-25"),
    (2, "PET_NOTICE_TRANSFERRED", "2025-09-17T16:40:00Z", "", None, "2025-10-03"),
    (3, "PET_OBJECTION", "2022-04-29T15:00:00+08:00", "", None, "2022-05-10"),
    (4, "PET_HANDLE", "2023-08-07T11:00:00+08:00", "", None, "2023-10-06"),
    (5, "PET_HANDLE", "2023-08-07T11:00:00+08:00", "", 20, "2023-10-26"),
    (
        6,
        "PET_HANDLE",
        "2025-02-12T09:00:00+08:00",
        "2025-03-03T00:00:00+08:00..2025-03-13T00:00:00+08:00",
        None,
        "2025-04-13",
    ),
    (7, "PET_REVIEW_REQUEST", "2024-04-03T16:00:00+08:00", "", None, "2024-05-06"),
    (
        8,
        "PET_RECHECK_DECIDE",
        "2026-03-10T09:00:00+08:00",
        "2026-03-23T09:00:00+08:00..2026-03-23T11:30:00+08:00",
        None,
        "2026-04-10",
    ),
    (9, "MED_GENERAL", "2023-10-31T14:00:00+08:00", "", None, "2023-11-30"),
    (
        10,
        "MED_MEDICAL",
        "2025-04-14T10:00:00+08:00",
        "2025-04-25T14:00:00+08:00..2025-05-07T10:00:00+08:00",
        None,
        "2025-06-09",
    ),
    (11, "JC_APPLY", "2024-12-30T23:59:59+08:00", "", None, "2025-02-05"),
    (12, "MED_COURT_PRE", "2021-09-06T09:00:00+08:00", "", None, "2021-10-08"),
    (13, "MED_COURT_PRE", "2021-09-06T09:00:00+08:00", "", 10, "2021-10-18"),
    (14, "LA_DECIDE", "2024-09-26T09:00:00+08:00", "", None, "2024-10-03"),
    (15, "NOTARY_ISSUE", "2022-12-28T09:00:00+08:00", "", None, "2023-01-19"),
    (16, "MED_ONLINE_CONFIRM", "2026-02-12T17:50:00+08:00", "", None, "2026-02-24"),
    (17, "PET_OBJECTION", "2026-12-29T09:00:00+08:00", "", None, "2027-01-06"),
]


@pytest.mark.parametrize("example", WORKED_EXAMPLES, ids=lambda example: f"{example[0]}-{example[1]}")
def test_worked_examples(example: tuple[int, str, str, str, int | None, str]) -> None:
    number, rule, start, pause, extension, expected = example
    found = explain(rule, parse_start(start), [parse_pause(pause)] if pause else [], extension)
    assert found.due_date == date.fromisoformat(expected)
    assert found.due_at is not None
    assert found.due_at.isoformat() == f"{date.fromordinal(found.due_date.toordinal() + 1)}T00:00:00+08:00"
    assert found.provisional == (number == 17)


START = datetime(2024, 1, 2, 3, 4, 5, tzinfo=UTC)


def test_hours_are_elapsed_time() -> None:
    found = explain("DV_ORDER", datetime(2024, 2, 8, 23, 30, tzinfo=SHANGHAI))
    assert found.due_at == datetime(2024, 2, 11, 23, 30, tzinfo=SHANGHAI)
    assert found.due_date == date(2024, 2, 11)
    urgent = explain("DV_ORDER_URGENT", datetime(2024, 2, 8, 0, 0, tzinfo=SHANGHAI))
    assert urgent.due_date == date(2024, 2, 9)
    assert not urgent.years


def test_a_hearing_during_an_order_in_hours_changes_nothing() -> None:
    pause = Pause(datetime(2024, 2, 9, 9, tzinfo=SHANGHAI), None, PauseKind.HEARING)
    start = datetime(2024, 2, 8, 23, 30, tzinfo=SHANGHAI)
    found = explain("DV_ORDER", start, [pause])
    assert found.due_at == explain("DV_ORDER", start).due_at
    assert "pause_has_no_effect" in [step.step for step in found.steps]


def test_two_years_from_a_leap_day_end_on_the_last_of_february_and_roll() -> None:
    found = explain("ENFORCE_APPLY", datetime(2024, 2, 29, 12, tzinfo=SHANGHAI))
    assert [step.step for step in found.steps] == ["start_day", "count", "month_end", "due"]
    assert found.due_date == date(2026, 2, 28)  # a make-up Saturday
    assert explain("ENFORCE_APPLY", datetime(2024, 2, 22, 12, tzinfo=SHANGHAI)).due_date == date(2026, 2, 24)


def test_the_thirtieth_of_april_and_a_month_is_the_thirtieth_of_may() -> None:
    assert explain("MED_GENERAL", datetime(2024, 4, 30, 12, tzinfo=SHANGHAI)).due_date == date(2024, 5, 30)
    assert explain("MED_GENERAL", datetime(2024, 12, 31, 12, tzinfo=SHANGHAI)).due_date == date(2025, 1, 31)


def test_a_pause_of_another_kind_does_not_stop_the_clock() -> None:
    hearing = Pause(datetime(2024, 1, 8, tzinfo=UTC), datetime(2024, 1, 20, tzinfo=UTC), PauseKind.HEARING)
    appraisal = Pause(hearing.begin, hearing.end, PauseKind.APPRAISAL)
    plain = explain("MED_MEDICAL", START)
    assert explain("MED_MEDICAL", START, [hearing]).due_date == plain.due_date
    later = explain("MED_MEDICAL", START, [appraisal])
    assert later.due_date == explain("MED_MEDICAL", START, [Pause(hearing.begin, hearing.end)]).due_date
    assert later.due_date is not None
    assert plain.due_date is not None
    assert later.due_date > plain.due_date


@pytest.mark.parametrize(
    ("begin", "end", "expected"),
    [
        ("2026-04-08T23:00:00+08:00", "2026-04-09T00:00:00+08:00", "2026-04-10"),  # ends at 00:00: one day only
        ("2026-04-09T23:59:59+08:00", "2026-04-10T00:00:00+08:00", "2026-04-10"),  # on the last day: takes it
        ("2026-04-10T00:00:00+08:00", "2026-04-20T00:00:00+08:00", "2026-04-09"),  # after the last day: no second life
        ("2026-03-01T00:00:00+08:00", "2026-03-10T23:00:00+08:00", "2026-04-09"),  # up to the start day: none
        ("2026-03-10T00:00:00+08:00", "2026-03-11T00:00:01+08:00", "2026-04-10"),  # over the start day: the rest
    ],
)
def test_edges_of_a_pause(begin: str, end: str, expected: str) -> None:
    found = explain("PET_RECHECK_DECIDE", parse_start("2026-03-10T09:00:00+08:00"), [parse_pause(f"{begin}..{end}")])
    assert found.due_date == date.fromisoformat(expected)


def test_an_open_pause_leaves_the_date_open_and_says_what_is_left() -> None:
    start = parse_start("2026-03-10T09:00:00+08:00")
    found = explain("PET_RECHECK_DECIDE", start, [parse_pause("2026-03-23T09:00:00+08:00..")])
    assert (found.due_at, found.due_date) == (None, None)
    assert [(step.step, step.days) for step in found.steps] == [("start_day", None), ("pause", 18)]


def test_an_open_pause_after_the_end_does_not_revive_the_clock() -> None:
    start = parse_start("2026-03-10T09:00:00+08:00")
    found = explain("PET_RECHECK_DECIDE", start, [parse_pause("2026-04-10T09:00:00+08:00..")])
    assert found.due_date == date(2026, 4, 9)
    assert [step.step for step in found.steps] == ["start_day", "count", "pause_has_no_effect", "due"]


def test_an_open_pause_can_stop_the_extension_or_the_roll() -> None:
    start = parse_start("2021-09-06T09:00:00+08:00")  # 30th day 6 October, a rest day until the 7th
    extended = explain("MED_COURT_PRE", start, [parse_pause("2021-10-09T09:00:00+08:00..")], 10)
    assert [(step.step, step.days) for step in extended.steps][1:] == [("count", 30), ("pause", 8)]
    rolling = explain("MED_COURT_PRE", start, [parse_pause("2021-10-08T09:00:00+08:00..")])
    assert rolling.due_date is None
    assert [(step.step, step.days) for step in rolling.steps][1:] == [("count", 30), ("pause", 0)]


def test_a_pause_in_the_roll_is_rolled_over() -> None:
    start = parse_start("2021-09-06T09:00:00+08:00")
    pause = parse_pause("2021-10-08T09:00:00+08:00..2021-10-08T10:00:00+08:00")
    assert explain("MED_COURT_PRE", start, [pause]).due_date == date(2021, 10, 9)  # a make-up Saturday


@pytest.mark.parametrize(
    ("pause", "step", "days"),
    [
        ("2021-10-07T09:00:00+08:00..2021-10-08T10:00:00+08:00", "pause", 1),  # of its two days one was a working day
        ("2021-10-07T09:00:00+08:00..2021-10-07T10:00:00+08:00", "pause_has_no_effect", None),
    ],
)
def test_in_the_roll_a_pause_takes_working_days_only(pause: str, step: str, days: int | None) -> None:
    found = explain("MED_COURT_PRE", parse_start("2021-09-06T09:00:00+08:00"), [parse_pause(pause)])
    assert (step, days) in [(each.step, each.days) for each in found.steps]


@pytest.mark.parametrize("rule", NOT_CLOCKS)
def test_what_is_no_clock_is_refused_with_its_hint(rule: str) -> None:
    with pytest.raises(NotAClock) as refused:
        clock_of(rule)
    assert NOT_CLOCKS[rule].zh in refused.value.zh
    assert refused.value.code == "not_a_clock"


@pytest.mark.parametrize("rule", ["", "jc_apply", "JC_APPLY ", "MED_COURT_POST", "PET_SIMPLE"])
def test_any_other_id_is_unknown(rule: str) -> None:
    with pytest.raises(UnknownRule):
        clock_of(rule)


def test_a_start_without_an_offset_is_refused() -> None:
    with pytest.raises(StartWithoutOffset):
        explain("JC_APPLY", datetime(2024, 1, 1))  # noqa: DTZ001 - that is the point


@pytest.mark.parametrize(
    ("rule", "days", "refusal"),
    [
        ("PET_HANDLE", 31, ExtensionOverLimit),
        ("PET_HANDLE", 0, ExtensionNotAllowed),
        ("PET_HANDLE", -1, ExtensionNotAllowed),
        ("JC_APPLY", 1, ExtensionNotAllowed),
        ("JC_APPLY", 0, ExtensionNotAllowed),
        ("MED_GENERAL", 0, ExtensionNotAllowed),
        ("MED_GENERAL", 10**10, DateOutOfRange),
        ("MED_MEDICAL", 10**6, CalendarMissing),
    ],
)
def test_extensions_that_are_refused(rule: str, days: int, refusal: type[Exception]) -> None:
    with pytest.raises(refusal):
        explain(rule, START, extension_days=days)


@pytest.mark.parametrize("rule", ["NOTARY_ISSUE", "JC_APPLY"])
def test_a_clock_that_looks_before_the_calendar_is_refused(rule: str) -> None:
    with pytest.raises(CalendarMissing):
        explain(rule, datetime(2010, 6, 1, tzinfo=UTC))


@pytest.mark.parametrize("year", [1995, 2200, 8000])
def test_a_calendar_day_duty_needs_no_calendar_in_any_year(year: int) -> None:
    found = explain("PET_HANDLE", datetime(year, 1, 1, 1, tzinfo=UTC))
    assert found.due_date is not None
    assert (found.due_date - date(year, 1, 1)).days == 60
    assert not found.provisional
    assert not found.years


@pytest.mark.parametrize("rule", CLOCKS)
@pytest.mark.parametrize(
    "start",
    [datetime.max.replace(tzinfo=UTC), datetime.max.replace(tzinfo=SHANGHAI), datetime.min.replace(tzinfo=SHANGHAI)],
)
def test_the_ends_of_time_are_refused_and_do_not_crash(rule: str, start: datetime) -> None:
    try:
        explain(rule, start)
    except (DateOutOfRange, CalendarMissing):
        return
    assert start.year == 1


def test_the_start_is_shown_in_shanghai() -> None:
    assert explain("JC_APPLY", START).start.isoformat() == "2024-01-02T11:04:05+08:00"


def test_after_a_notice_a_window_never_shrinks_and_a_duty_takes_the_new_date() -> None:
    early, late = (datetime(2024, 3, day, tzinfo=UTC) for day in (1, 10))
    window, duty = CLOCKS["JC_APPLY"], CLOCKS["PET_HANDLE"]
    told, fresh = due(window, late), due(window, early)
    assert recounted(window, told, fresh) is told
    assert recounted(window, fresh, told) is told
    told, fresh = due(duty, late), due(duty, early)
    assert recounted(duty, told, fresh) is fresh
