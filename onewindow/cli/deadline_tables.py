"""Deadlines, rules and calendars as tables for people, Chinese first."""

from collections.abc import Iterable
from typing import Final

from rich.console import Console
from rich.table import Table

from chassis.rules.calendar.model import Year
from chassis.rules.counting import Due
from chassis.rules.refusals import Refusal
from contracts.clocks import (
    CLASS_LABELS,
    CLOCKS,
    CLOCKS_VERSION,
    CONSENT_LABELS,
    PAUSE_LABELS,
    UNIT_LABELS,
    Clock,
)

_STEPS: Final = {
    "start_day": "起算日",
    "count": "计算",
    "pause": "中止",
    "pause_has_no_effect": "中止无影响",
    "month_end": "月末",
    "extend": "延长",
    "roll": "顺延",
    "due": "截止",
}
_KINDS: Final = {"holiday": "放假 day off", "make_up": "调休上班 make-up workday"}
_PIPE_WIDTH: Final = 160
_OPEN: Final = "中止中 paused"


def show_due(due: Due) -> None:
    """One deadline: the date first, then how it was reached."""
    table = Table(title=f"{CLOCKS[due.rule].label} {due.rule}", title_justify="left")
    for heading in ("步骤 step", "日期 date", "日数 days"):
        table.add_column(heading, no_wrap=True)
    table.add_column("说明 text", overflow="fold")
    for step in due.steps:
        days = "" if step.days is None else str(step.days)
        table.add_row(_STEPS[step.step], step.date.isoformat(), days, step.text)
    console = _console()
    console.print(table)
    console.print(f"截止日 due date: {_date(due)}")
    console.print(f"截止时刻 due at: {_OPEN if due.due_at is None else due.due_at.isoformat()}")
    console.print(f"起算 start: {due.start.isoformat()}")
    console.print(f"依据 basis: {due.basis}；日历 calendar: {due.calendar_version}")


def show_file(results: Iterable[Due | Refusal]) -> None:
    """Many deadlines, a line each."""
    table = Table("规则 rule", "起算 start", "截止日 due date", "依据 basis")
    for result in results:
        if isinstance(result, Refusal):
            table.add_row("—", "—", result.code, result.zh)
        else:
            table.add_row(result.rule, result.start.isoformat(), _date(result), result.basis)
    _console().print(table)


def show_rules() -> None:
    """The table of statutory clocks."""
    table = Table(title=f"法定期限 statutory clocks ({CLOCKS_VERSION})", title_justify="left")
    table.add_column("编号 id", no_wrap=True)
    for heading in (
        "名称 name",
        "期限 limit",
        "依据 basis",
        "类别 class",
        "顺延 rolls",
        "中止 pause",
        "延长 extension",
    ):
        table.add_column(heading, overflow="fold")
    for clock in CLOCKS.values():
        table.add_row(
            clock.id,
            clock.label,
            f"{clock.length}{UNIT_LABELS[clock.unit]}",
            clock.basis,
            CLASS_LABELS[clock.clock_class],
            "是" if clock.rolls else "否",
            "、".join(PAUSE_LABELS[kind] for kind in clock.pauses) or "—",
            _extension(clock),
        )
    _console().print(table)


def show_year(version: str, year: Year) -> None:
    """The days of a year that differ from the plain week."""
    status = "已公布 announced" if year.announced else "未公布，暂定 not announced, provisional"
    table = Table(
        "日期 date", "类别 kind", "名称 name", title=f"{year.number} {version} {status}", title_justify="left"
    )
    for day, kind, name in year.each_day():
        if kind in _KINDS:
            table.add_row(day.isoformat(), _KINDS[kind], name)
    console = _console()
    console.print(table)
    console.print(f"工作日 working days: {len(year.workdays)}；通知 notice: {year.notice or '—'}")


def _console() -> Console:
    """As wide as the terminal; into a file or a pipe, wide enough that nothing is cut."""
    console = Console()
    return console if console.is_terminal else Console(width=_PIPE_WIDTH)


def _date(due: Due) -> str:
    if due.due_date is None:
        return _OPEN
    return f"{due.due_date}{' (暂定 provisional)' if due.provisional else ''}"


def _extension(clock: Clock) -> str:
    policy = clock.extension
    if policy is None:
        return "—"
    most = "" if policy.most is None else f"，至多{policy.most}{UNIT_LABELS[policy.unit]}"
    once = "，一次" if policy.once else ""
    return f"{CONSENT_LABELS[policy.consent]}{most}{once}"
