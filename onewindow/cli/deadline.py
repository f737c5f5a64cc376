"""`onewindow deadline`: explain a due date, list the statutory clocks, show a year. Needs no database, no service."""

from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer

from chassis.rules.calendar.load import current
from chassis.rules.counting import Due
from chassis.rules.refusals import Refusal
from chassis.rules.result import result_json
from contracts.clocks import CLOCKS, CLOCKS_VERSION, NOT_CLOCKS, Clock
from onewindow.cli import deadline_input, deadline_tables
from onewindow.cli.ending import EPILOG, REFUSED, Json, print_json

app = typer.Typer(
    no_args_is_help=True,
    pretty_exceptions_show_locals=False,
    epilog=EPILOG,
    help="法定期限：计算、规则、工作日历 Statutory deadlines: count, rules, calendar.",
)


@app.command("explain")
def explain_deadline(
    rule: Annotated[str | None, typer.Argument(help="规则编号，如 JC_APPLY Id of the rule.")] = None,
    *,
    start: Annotated[str | None, typer.Option(help="起算时刻，RFC 3339 Starting instant, with offset or Z.")] = None,
    pause: Annotated[list[str] | None, typer.Option(help="中止 起..止，可重复 FROM..TO, or FROM.. while open.")] = None,
    extend: Annotated[list[str] | None, typer.Option(help="延长日数 Days of an extension.")] = None,
    file: Annotated[Path | None, typer.Option(help="CSV: rule,start,pauses,extension_days")] = None,
    as_json: Json = False,
) -> None:
    """计算期限并说明每一步 When a deadline ends, and why.

    Exit code 0 with the result, 2 with a problem object on standard error. With --file the results stand in the
    file's order, one a line; a row that is refused gives its problem on its line, and the exit code is 2 at the end.
    """
    try:
        if file is not None and rule is None and start is None and not pause and not extend:
            _explain_file(file, as_json=as_json)
            return
        if file is not None or rule is None or start is None:
            raise deadline_input.InputUnclear
        due = deadline_input.count(rule, start, pause or (), extend or ())
    except Refusal as refusal:
        _refuse(refusal)
    if as_json:
        print_json(result_json(due))
    else:
        deadline_tables.show_due(due)


@app.command("rules")
def list_rules(as_json: Json = False) -> None:
    """全部法定期限规则 The table of statutory clocks: what `explain` takes, how long each is and by which article."""
    if as_json:
        print_json(
            {
                "version": CLOCKS_VERSION,
                "items": [clock_json(clock) for clock in CLOCKS.values()],
                "not_clocks": [{"id": step.id, "zh": step.zh, "en": step.en} for step in NOT_CLOCKS.values()],
            }
        )
    else:
        deadline_tables.show_rules()


@app.command("calendar")
def show_calendar(
    year: Annotated[int, typer.Argument(help="年份 The year.")],
    as_json: Json = False,
) -> None:
    """某年的工作日、放假日和调休上班日 The days of a year: working days, days off, make-up workdays.

    Exit code 2, with a problem object on standard error, for a year that the calendar does not have.
    """
    try:
        days = current().year(year)
    except Refusal as refusal:
        _refuse(refusal)
    if not as_json:
        deadline_tables.show_year(current().version, days)
        return
    print_json(
        {
            "calendar_version": current().version,
            "year": days.number,
            "announced": days.announced,
            "notice": days.notice,
            "workdays": len(days.workdays),
            "items": [
                {
                    "date": day.isoformat(),
                    "workday": kind in {"working_day", "make_up"},
                    "kind": kind,
                    "name": name,
                }
                for day, kind, name in days.each_day()
            ],
        }
    )


def clock_json(clock: Clock) -> dict[str, Any]:
    """A clock of the table as JSON."""
    extension = clock.extension
    return {
        "id": clock.id,
        "label": clock.label,
        "basis": clock.basis,
        "length": clock.length,
        "unit": clock.unit,
        "class": clock.clock_class,
        "rolls": clock.rolls,
        "pauses": list(clock.pauses),
        "extension": extension
        and {
            "unit": extension.unit,
            "minimum": 1,
            "maximum": extension.most,
            "once": extension.once,
            "consent": extension.consent,
        },
    }


def problem(refusal: Refusal) -> dict[str, Any]:
    """The refusal as a problem object, in the form of the HTTP edge; it repeats nothing of what was typed."""
    return {
        "type": f"https://onewindow.dev/problems/{refusal.code}",
        "title": "内容不符合要求 Unprocessable content",
        "status": 422,
        "code": refusal.code,
        "detail": refusal.zh,
        "detail_en": refusal.en,
    }


def _explain_file(path: Path, *, as_json: bool) -> None:
    refused = False
    results: list[Due | Refusal] = []
    for result in deadline_input.count_file(path):
        refused = refused or isinstance(result, Refusal)
        if as_json:
            print_json(problem(result) if isinstance(result, Refusal) else result_json(result))
        else:
            results.append(result)
    if not as_json:
        deadline_tables.show_file(results)
    if refused:
        raise typer.Exit(REFUSED)


def _refuse(refusal: Refusal) -> NoReturn:
    print_json(problem(refusal), err=True)
    raise typer.Exit(REFUSED)
