"""The lamp: green, yellow for a fifth or three days, red when over, out when nothing is owed."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from chassis.deadlines.commands import counted
from chassis.deadlines.lamp import Lamp, lamp_of
from chassis.deadlines.tables import DeadlineState
from chassis.journal.entries import new_id

START = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)
PETITION = counted("PET_HANDLE", case_id=new_id(), division="130926102000", started_at=START)
SHORT = counted("MED_COURT_POST_SUM", case_id=new_id(), division="130926102000", started_at=START)


@pytest.mark.parametrize(
    ("deadline", "left", "lamp"),
    [
        (PETITION, timedelta(days=40), Lamp.GREEN),
        (PETITION, timedelta(days=13), Lamp.GREEN),
        (PETITION, timedelta(days=12), Lamp.YELLOW),  # a fifth of 60 days
        (SHORT, timedelta(days=3, hours=1), Lamp.GREEN),
        (SHORT, timedelta(days=3), Lamp.YELLOW),  # longer than a fifth of seven
        (SHORT, timedelta(seconds=1), Lamp.YELLOW),
        (SHORT, timedelta(), Lamp.RED),
        (SHORT, timedelta(days=-1), Lamp.RED),
    ],
)
def test_an_open_deadline_shines_by_what_is_left(deadline: object, left: timedelta, lamp: Lamp) -> None:
    chosen = PETITION if deadline is PETITION else SHORT
    assert chosen.due_at is not None
    assert lamp_of(chosen, chosen.due_at - left) is lamp


def test_a_missed_one_is_red_until_it_is_met_late() -> None:
    missed = replace(SHORT, state=DeadlineState.MISSED, missed_at=START)
    assert lamp_of(missed, START) is Lamp.RED
    assert lamp_of(replace(missed, met_at=START), START) is None


def test_a_paused_clock_is_green_and_what_is_over_is_out() -> None:
    assert lamp_of(replace(SHORT, due_at=None, due_date=None), START) is Lamp.GREEN
    for state in (DeadlineState.MET, DeadlineState.CLOSED):
        assert lamp_of(replace(SHORT, state=state), START) is None
