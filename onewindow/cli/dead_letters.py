"""`onewindow dead-letters`: facts that a service could not apply, listed and tried again after a repair."""

from typing import Annotated

import typer

from onewindow.cli.ending import EPILOG, NOT_SO, REFUSED, Json, fail, in_loop, print_json, surroundings

app = typer.Typer(
    no_args_is_help=True,
    pretty_exceptions_show_locals=False,
    epilog=EPILOG,
    help="死信 Facts that a service could not apply, and what waits behind them.",
)


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
    letter: Annotated[str, typer.Argument(metavar="ID", help="如 mediation:12 As `list` names it.")],
    as_json: Json = False,
) -> None:
    """重放 Apply a letter anew, and with it all letters of its case, in their order, through the same handlers.

    Stops at the first that fails again. Works beside a run and without one.
    Exit code 0 when all are applied; 1 when one failed again; 2 when there is no such letter.
    """
    from onewindow import letters

    service, _, number = letter.partition(":")
    if service not in letters.SERVICES or not (number.isascii() and number.isdigit()):
        fail("死信编号形如 mediation:12 a letter is named like mediation:12", REFUSED)
    found = in_loop(letters.replay(surroundings().home, service, int(number)))
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
