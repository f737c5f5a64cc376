"""`onewindow journal`: whether every chain of every journal holds, and the signed digest of where they end."""

from pathlib import Path
from typing import Annotated

import typer

from onewindow.cli.ending import EPILOG, NOT_SO, REFUSED, Json, fail, in_loop, print_json, surroundings

app = typer.Typer(
    no_args_is_help=True,
    pretty_exceptions_show_locals=False,
    epilog=EPILOG,
    help="日志 The journals of the services: hash chains of everything that happened to every case.",
)


@app.callback()
def group() -> None:
    """日志 The journals of the services: hash chains of everything that happened to every case."""


@app.command("verify")
def verify(
    as_json: Json = False,
    digest: Annotated[
        Path | None, typer.Option(help="先前 `journal digest` 的文件 A digest taken earlier and kept elsewhere.")
    ] = None,
) -> None:
    """核验全部日志 Recompute every chain of all four services and compare it with its head.

    An entry that was changed, taken out or put in is named by service, case and version. With --digest a chain that
    was cut at its end, is gone, or was rewritten together with its head is found as well.

    Exit code 0 only when every chain holds; 1 when one does not, or a database does not answer; 2 when the digest is
    not one of this county's.
    """
    from chassis.journal.digest import DigestUnreadable
    from onewindow import proof

    around = surroundings()
    try:
        heads = {} if digest is None else proof.read(around.home, digest.read_bytes())
    except OSError as error:
        fail(f"文件无法读取 the file cannot be read: {error.strerror}", REFUSED)
    except DigestUnreadable:
        fail("不是本县域签名的摘要 not a digest that this county has signed", REFUSED)
    found = in_loop(proof.verified(around.home, heads))
    if as_json:
        print_json(found.as_json())
    else:
        proof.show(found)
    if found.broken:
        raise typer.Exit(NOT_SO)


@app.command("digest")
def digest(
    output: Annotated[Path | None, typer.Option(help="写入文件 Write to this file instead of standard output.")] = None,
) -> None:
    """签名摘要 Print where every chain ends now, signed with the key in ONEWINDOW_HOME.

    Keep it where whoever administers the database cannot write: it is what finds a rewritten history. It is JSON
    whether asked for or not. Exit code 1 when a database does not answer, or the file cannot be written.
    """
    from onewindow import proof

    document = in_loop(proof.digest(surroundings().home))
    if output is None:
        typer.echo(document)
        return
    try:
        output.write_bytes(document + b"\n")
    except OSError as error:
        fail(f"文件无法写入 the file cannot be written: {error.strerror}")
