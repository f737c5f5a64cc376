from datetime import UTC, datetime

import pytest

from chassis.rules.deadline_refusals import (
    DateOutOfRange,
    InstantNotValid,
    PauseEndsBeforeItBegins,
    PauseNotValid,
    PauseWithoutOffset,
    StartWithoutOffset,
)
from chassis.rules.instants import parse_pause, parse_start

NOON = datetime(2024, 12, 30, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        "2024-12-30T12:00:00Z",
        "2024-12-30t12:00:00z",
        "2024-12-30 20:00:00+08:00",
        "2024-12-30T20:00+08:00",
        "2024-12-30T02:30:00-09:30",
        "2024-12-30T12:00:00.000000-00:00",
        "  2024-12-30T12:00:00.0000009Z ",
    ],
)
def test_rfc_3339_with_an_offset_is_understood(text: str) -> None:
    assert parse_start(text) == NOON


@pytest.mark.parametrize("text", ["2024-12-30T12:00:00", "2024-12-30 12:00", "2024-12-30"])
def test_without_an_offset_the_day_would_be_a_guess(text: str) -> None:
    with pytest.raises(StartWithoutOffset):
        parse_start(text)
    with pytest.raises(PauseWithoutOffset):
        parse_pause(f"{text}..2025-01-01T00:00:00Z")
    with pytest.raises(PauseWithoutOffset):
        parse_pause(f"2024-01-01T00:00:00Z..{text}")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "now",
        "2024-02-30T12:00:00Z",
        "2024-12-30T24:00:00Z",
        "2024-12-30T12:00:60Z",
        "2024-12-30T12:00:00+24:00",
        "2024-12-30T12:00:00+0800",
        "2024-12-30Z",
        "20241230T120000Z",
        "2024-W01-1T12:00:00Z",
        "0000-01-01T12:00:00Z",
        "２０２４-12-30T12:00:00Z",
        "2024-12-30T12:00:00Z\x00",
    ],
)
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(InstantNotValid) as refused:
        parse_start(text)
    assert refused.value.field == "start"


def test_an_instant_outside_of_all_years_is_refused() -> None:
    with pytest.raises(DateOutOfRange):
        parse_start("0001-01-01T00:00:00+08:00")


def test_a_pause_is_two_instants_or_one_and_open() -> None:
    closed = parse_pause("2024-12-30T12:00:00Z..2024-12-30T20:00:01+08:00")
    assert (closed.begin, closed.end) == (NOON, NOON.replace(second=1))
    assert parse_pause("2024-12-30T12:00:00.5Z..").end is None


@pytest.mark.parametrize("text", ["", "..", "2024-12-30T12:00:00Z", "..2024-12-30T12:00:00Z"])
def test_half_a_pause_is_refused(text: str) -> None:
    with pytest.raises(PauseNotValid):
        parse_pause(text)


@pytest.mark.parametrize("end", ["2024-12-30T12:00:00Z", "2024-12-30T11:59:59Z", "2024-12-30T19:00:00+08:00"])
def test_a_pause_has_to_last(end: str) -> None:
    with pytest.raises(PauseEndsBeforeItBegins):
        parse_pause(f"2024-12-30T12:00:00Z..{end}")
