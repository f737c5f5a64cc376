"""`onewindow dead-letters`: facts that a service could not apply, listed, tried again, or thrown away."""

import re
from typing import Annotated, Final

import typer

from onewindow.cli.ending import EPILOG, NOT_SO, REFUSED, Json, fail, in_loop, print_json, surroundings

app = typer.Typer(
    no_args_is_help=True,
    pretty_exceptions_show_locals=False,
    epilog=EPILOG,
    help="死信 Facts that a service could not apply, and what waits behind them.",
)

Name = Annotated[str, typer.Argument(metavar="ID", help="如 mediation:12 As `list` names it.")]
LONGEST_REASON: Final = 1000
OPERATOR: Final = re.compile(r"[A-Za-z0-9._@-]{1,64}")


@app.callback()
def group() -> None:
    """死信 Facts that a service could not apply, and what waits behind them."""


@app.command("list")
def list_letters(as_json: Json = False) -> None:
    """列出死信 Every letter of every service, in the order of arrival; nothing of its content.

    Reasons and what to do about each stand in docs/operations/runbook.md. Exit code 0 whether there are any or not; 1
    when a database does not answer.
    """
    from onewindow import letters

    found = in_loop(letters.of_home(surroundings().home))
    if as_json:
        print_json({"items": found})
    else:
        letters.show(found)


@app.command("replay")
def replay(
    letter: Name,
    as_json: Json = False,
) -> None:
    """重放 Apply a letter anew, and with it all letters of its case, in their order, through the same handlers.

    Stops at the first that fails again. Works beside a run and without one.
    Exit code 0 when all are applied; 1 when one failed again; 2 when there is no such letter.
    """
    from onewindow import letters

    service, number = _named(letter)
    found = in_loop(letters.replay(surroundings().home, service, number))
    if found is None:
        fail("没有这封死信 there is no such letter", REFUSED)
    if as_json:
        print_json(found)
    else:
        typer.echo(f"已重放 applied {found['applied']}, 剩余 left {found['left']}".encode())
        if found["stopped"]:
            typer.echo(f"停在 stopped at {found['stopped']['id']}: {found['stopped']['reason']}".encode(), err=True)
    if found["stopped"]:
        raise typer.Exit(NOT_SO)


@app.command("discard")
def discard(
    letter: Name,
    reason: Annotated[str, typer.Option("--reason", metavar="TEXT", help="为何丢弃 Why; kept sealed with the record.")],
    by: Annotated[
        str,
        typer.Option(
            "--by", metavar="NAME", envvar="ONEWINDOW_OPERATOR", help="经办人工号 Who: a staff code, no name."
        ),
    ],
    as_json: Json = False,
) -> None:
    """丢弃 Throw away a letter that nothing makes readable: damaged, too large, or made by no honest sender.

    The journal says who did it; the reason and the record lie sealed beside that entry. What can be read is a fact and
    is not discarded: replay it. The next letter of the case takes its place.
    Exit code 0 when it is gone; 2 when there is no such letter, when it is a fact, or when who or why is unclear.
    """
    from onewindow import letters

    service, number = _named(letter)
    if not reason.strip() or len(reason) > LONGEST_REASON:
        fail(f"请说明理由，至多 {LONGEST_REASON} 字 say why, in at most {LONGEST_REASON} characters", REFUSED)
    if not OPERATOR.fullmatch(by):
        fail("经办人代号只含字母、数字和 . _ @ - a staff code has letters, digits and . _ @ - only", REFUSED)
    entry = in_loop(letters.discard(surroundings().home, service, number, by=by, reason=reason))
    if entry is None:
        fail("没有这封死信 there is no such letter", REFUSED)
    if as_json:
        print_json({"id": letter, "entry_id": str(entry)})
    else:
        typer.echo(f"已丢弃，记入账本 discarded, journal entry {entry}".encode())


def _named(letter: str) -> tuple[str, int]:
    """Service and number of a letter's name; ends the command for what is none."""
    from onewindow import letters

    service, _, number = letter.partition(":")
    if service not in letters.SERVICES or not (number.isascii() and number.isdigit()):
        fail("死信编号形如 mediation:12 a letter is named like mediation:12", REFUSED)
    return service, int(number)
