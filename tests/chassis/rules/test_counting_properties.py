import json
import os
import subprocess
import sys
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chassis.rules.calendar.load import current
from chassis.rules.clock import SHANGHAI
from chassis.rules.counting import Due, due
from chassis.rules.pauses import Pause, admits, united
from contracts.clocks import CLOCKS, Clock, ClockClass, Unit
from tests.chassis.rules.reference import Reference
from tests.chassis.rules.strategies import (
    DAY_CLOCKS,
    PAUSED_CLOCKS,
    Question,
    closed_pauses,
    offsets,
    questions,
    starts,
)

DAY = timedelta(days=1)
ROOT = Path(__file__).parents[3]
CALENDAR_DUTIES = [
    clock for clock in DAY_CLOCKS if clock.clock_class is ClockClass.DUTY and clock.unit is Unit.CALENDAR_DAY
]


def answer(question: Question) -> Due:
    return due(question.clock, question.start, question.pauses, question.extension)


def date_of(found: Due) -> date:
    assert found.due_date is not None
    return found.due_date


@pytest.mark.parametrize("clock", DAY_CLOCKS, ids=lambda clock: clock.id)
@given(data=st.data())
@settings(max_examples=60)
def test_a_differently_written_reference_agrees(clock: Clock, data: st.DataObject) -> None:
    question = data.draw(questions([clock], open_pauses=True))
    reference = Reference(clock, question.start, question.pauses, question.extension or 0)
    found = answer(question)
    assert found.due_date == reference.due()
    assert found.years == reference.looked_at
    assert found.provisional == any(year > 2026 for year in reference.looked_at)


@pytest.mark.parametrize("year", range(2018, 2051))
def test_every_rule_agrees_with_the_reference_on_the_days_of_every_year(year: int) -> None:
    for clock in DAY_CLOCKS:
        for n in range(0, 365, 13):
            start = datetime(year, 1, 1, 12, tzinfo=UTC) + n * DAY
            found = due(clock, start)
            assert found.due_date == Reference(clock, start, (), 0).due(), (clock.id, start)


@given(starts(), st.sampled_from(["DV_ORDER", "DV_ORDER_URGENT"]))
def test_hours_are_exact(start: datetime, rule: str) -> None:
    found = due(CLOCKS[rule], start)
    assert found.due_at is not None
    assert found.due_at.astimezone(UTC) - start.astimezone(UTC) == timedelta(hours=CLOCKS[rule].length)


@given(questions(PAUSED_CLOCKS), st.data())
def test_a_pause_never_brings_a_date_forward(question: Question, data: st.DataObject) -> None:
    more = data.draw(closed_pauses(question.start))
    later = due(question.clock, question.start, (*question.pauses, more), question.extension)
    assert date_of(later) >= date_of(answer(question))


@given(questions([clock for clock in DAY_CLOCKS if clock.extension]), st.integers(1, 30))
def test_an_extension_never_brings_a_date_forward(question: Question, days: int) -> None:
    without = due(question.clock, question.start, question.pauses)
    assert date_of(due(question.clock, question.start, question.pauses, days)) >= date_of(without)


@given(questions(PAUSED_CLOCKS, open_pauses=True), st.randoms(use_true_random=False))
def test_the_order_of_pauses_does_not_matter(question: Question, random: Random) -> None:
    pauses = list(question.pauses)
    random.shuffle(pauses)
    shuffled = due(question.clock, question.start, pauses + pauses[:1], question.extension)
    assert shuffled.due_date == answer(question).due_date


@given(questions(PAUSED_CLOCKS))
def test_splitting_a_pause_at_midnight_changes_nothing(question: Question) -> None:
    halves: list[Pause] = []
    for pause in question.pauses:
        assert pause.end is not None
        first = pause.begin.astimezone(SHANGHAI).replace(hour=0, minute=0, second=0, microsecond=0) + DAY
        if first < pause.end:
            halves += [Pause(pause.begin, first, pause.kind), Pause(first, pause.end, pause.kind)]
        else:
            halves.append(pause)
    found = due(question.clock, question.start, halves, question.extension)
    assert found.due_date == answer(question).due_date


@given(st.sampled_from(CALENDAR_DUTIES), st.dates(date(1992, 1, 1), date(2900, 1, 1)))
def test_a_second_before_midnight_and_midnight_are_a_day_apart(clock: Clock, day: date) -> None:
    midnight = datetime(day.year, day.month, day.day, tzinfo=timezone(timedelta(hours=8)))
    before = due(clock, midnight - timedelta(seconds=1))
    assert date_of(due(clock, midnight)) - date_of(before) == DAY


@given(questions(list(CLOCKS.values()), open_pauses=True), offsets)
def test_how_the_offset_is_written_does_not_matter(question: Question, zone: timezone) -> None:
    pauses = [
        Pause(pause.begin.astimezone(zone), pause.end and pause.end.astimezone(zone), pause.kind)
        for pause in question.pauses
    ]
    assert due(question.clock, question.start.astimezone(zone), pauses, question.extension) == answer(question)


@given(questions(open_pauses=True))
def test_computing_twice_gives_the_same(question: Question) -> None:
    assert answer(question) == answer(question)


@given(questions([clock for clock in DAY_CLOCKS if clock.rolls or clock.unit is Unit.WORKING_DAY]))
def test_rolled_and_working_day_dates_are_free_working_days(question: Question) -> None:
    last = date_of(answer(question))
    spans = united(pause for pause in question.pauses if admits(question.clock, pause))
    assert current().is_workday(last)
    assert not any(span.covers(last) for span in spans)


@given(questions([clock for clock in DAY_CLOCKS if clock.rolls]))
def test_roll_never_passes_a_working_day_that_is_not_paused(question: Question) -> None:
    found = answer(question)
    spans = united(pause for pause in question.pauses if admits(question.clock, pause))
    day = next(step.date for step in reversed(found.steps) if step.step in {"count", "extend"})
    while day < date_of(found):
        assert not current().is_workday(day) or any(span.covers(day) for span in spans)
        day += DAY


@given(questions(list(CLOCKS.values()), open_pauses=True))
def test_steps_begin_with_the_start_day_and_go_by_date(question: Question) -> None:
    found = answer(question)
    first, *middle = found.steps
    assert (first.step, first.days) == ("start_day", None)
    assert (found.due_date is not None) == (found.steps[-1].step == "due")
    reasons = [step for step in middle if step.step not in {"pause_has_no_effect", "due"}]
    assert [step.date for step in reasons] == sorted(step.date for step in reasons)
    assert all(step.text for step in found.steps)
    assert len([step for step in found.steps if step.step == "due"]) <= 1


@given(questions([clock for clock in PAUSED_CLOCKS if clock.unit is Unit.CALENDAR_DAY and not clock.rolls]))
def test_days_of_the_steps_add_up(question: Question) -> None:
    found = answer(question)
    counted = sum(step.days or 0 for step in found.steps if step.step in {"count", "pause", "extend"})
    assert found.steps[0].date + counted * DAY == found.due_date


@pytest.mark.parametrize("zone", ["UTC", "America/Los_Angeles", "Pacific/Kiritimati", "Asia/Kathmandu"])
def test_the_zone_of_the_machine_has_no_influence(zone: str) -> None:
    program = (
        "import json\n"
        "from chassis.rules.counting import explain\n"
        "from chassis.rules.instants import parse_start\n"
        "from chassis.rules.result import result_json\n"
        "from contracts.clocks import CLOCKS\n"
        "starts = ['2024-12-30T15:59:59Z', '2024-12-30T16:00:00Z', '2025-03-09T10:30:00-08:00']\n"
        "print(json.dumps([result_json(explain(rule, parse_start(start))) for rule in CLOCKS for start in starts]))\n"
    )
    here, there = (
        subprocess.run(
            [sys.executable, "-c", program],
            cwd=ROOT,
            env={**os.environ, "TZ": tz},
            capture_output=True,
            check=True,
            timeout=60,
        ).stdout
        for tz in ("Asia/Shanghai", zone)
    )
    assert len(json.loads(here)) == 3 * len(CLOCKS)
    assert here == there
