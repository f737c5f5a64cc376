"""`onewindow import`: divisions and citizens' messages from CSV files, through the HTTP API."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from onewindow.cli.ending import EPILOG, NOT_SO, REFUSED, Json, fail, print_json, surroundings
from onewindow.surroundings import Surroundings

if TYPE_CHECKING:
    from onewindow.importing.rows import Rows

app = typer.Typer(
    no_args_is_help=True,
    pretty_exceptions_show_locals=False,
    epilog=EPILOG,
    help="导入 Bring in CSV files over HTTP; killed at any instant, the same command goes on.",
)

File = Annotated[Path, typer.Argument(exists=True, dir_okay=False, readable=True, help="CSV, UTF-8")]
Url = Annotated[
    str | None,
    typer.Option(help="受理服务地址 Where intake answers; http://127.0.0.1:$ONEWINDOW_PORT/intake if left out."),
]
Token = Annotated[
    str | None,
    typer.Option(envvar="ONEWINDOW_TOKEN", help="令牌 A bearer token; one of the development issuer if left out."),
]
Report = Annotated[
    Path | None, typer.Option(help="未导入行的清单 Where refused rows are listed; FILE.report.csv here if left out.")
]
Patience = Annotated[int, typer.Option(min=0, help="等待秒数 Seconds that a server may be away before this gives up.")]
PATIENCE: Final = 600


@app.callback()
def group() -> None:
    """导入 Bring in CSV files over HTTP; killed at any instant, the same command goes on."""


@app.command("divisions")
def divisions(
    file: File,
    *,
    division: Annotated[
        str, typer.Option(help="以此辖区目录管理员的身份 As the keeper of this division's directory.")
    ] = "130926000000",
    url: Url = None,
    token: Token = None,
    report: Report = None,
    patience: Patience = PATIENCE,
    as_json: Json = False,
) -> None:
    """导入行政区划 Import divisions: columns code,name,parent_code,level.

    Of a code that comes again with another level the first is kept and the other listed. Repeating adds nothing.
    Exit code 0 when every code is in; 1 when rows were refused (see the report) or the server stayed away.
    """
    from onewindow.importing.divisions import DivisionRows

    asked = _Asked(file, "DIRECTORY_ADMIN", division, url, token, report, patience, as_json)
    _import(DivisionRows(), asked)


@app.command("messages")
def messages(
    file: File,
    *,
    division: Annotated[str, typer.Option(help="12位区划代码 The division that the messages are registered in.")],
    source: Annotated[str, typer.Option(help="来源名 Name of the source; a message is unique within it.")] = "messages",
    url: Url = None,
    token: Token = None,
    report: Report = None,
    patience: Patience = PATIENCE,
    as_json: Json = False,
) -> None:
    """导入群众留言 Import citizens' messages: columns message_id,author,subject,posted_at,body,downvotes,upvotes.

    Each becomes a registered case that came in online and waits to be classified. Repeating adds nothing.
    Exit code 0 when every row is in; 1 when some were refused (see the report) or the server stayed away.
    """
    from onewindow.importing.messages import SOURCE_FORM, MessageRows

    if not SOURCE_FORM.fullmatch(source):
        fail("来源名由小写字母、数字和下划线组成 a source is named in lower case letters, digits and _", REFUSED)
    asked = _Asked(file, "WINDOW_CLERK", division, url, token, report, patience, as_json)
    _import(MessageRows(division, source), asked)


@dataclass(frozen=True)
class _Asked:
    """What was asked for on the command line."""

    file: Path
    role: str
    division: str
    url: str | None
    token: str | None
    report: Path | None
    patience: int
    as_json: bool


def _import(rows: "Rows", asked: _Asked) -> None:
    from onewindow.importing.checkpoint import Checkpoint
    from onewindow.importing.importer import Importer
    from onewindow.importing.reading import ColumnsMissing
    from onewindow.importing.screen import Screen
    from onewindow.importing.sending import NotAllowed, Sender, ServerAway

    around = surroundings()
    url = (asked.url or f"{around.address}/intake").rstrip("/")
    report = asked.report or Path(f"{asked.file.stem}.report.csv")
    if report.exists() and report.samefile(asked.file):
        fail("清单不能写入被导入的文件 the report cannot be the file itself", REFUSED)
    checkpoint = Checkpoint(around.home, asked.file, {"kind": rows.kind, "url": url, **rows.parameters()})
    began = time.monotonic()
    with Screen(asked.file.stat().st_size) as screen:
        try:
            with Sender(
                url, _token(around, asked), patience=asked.patience, waiting=lambda: screen.wait_for(url)
            ) as sender:
                if not sender.knows_division(asked.division):
                    fail("目录中没有这个区划 the directory has no such division", REFUSED)
                importer = Importer(rows, asked.file, sender, checkpoint, report, screen.show)
                progress = importer.run()
        except ColumnsMissing as error:
            fail(f"文件首行缺少列名 the first line has to name these columns once: {error}", REFUSED)
        except NotAllowed as error:
            fail(str(error), REFUSED)
        except ServerAway:
            fail(f"{url} 一直没有应答；再次执行同一命令即可继续 stayed away; the same command goes on from here")
        except OSError as error:
            fail(f"{error.filename}: {error.strerror}")
    summary = {
        "file": str(asked.file),
        "rows": progress.rows,
        "added": progress.added,
        "already_there": progress.already_there,
        "repeated": progress.repeated,
        "refused": progress.refused,
        "report": str(report) if progress.refused + progress.repeated else None,
        "resumed": importer.resumed,
        "seconds": round(time.monotonic() - began, 2),
    }
    if asked.as_json:
        print_json(summary)
    else:
        _tell(summary)
    if progress.refused:
        raise typer.Exit(NOT_SO)


def _token(around: Surroundings, asked: _Asked) -> Callable[[], str]:
    """How a token is had: as given, or from the development issuer, anew whenever one has run out."""
    if asked.token is not None:
        given = asked.token
        return lambda: given
    from chassis.rules.clock import SystemClock
    from chassis.rules.refusals import Refusal
    from chassis.security.issuer import DevelopmentIssuer, NoDevelopmentIssuer
    from onewindow.embedded.places import make_home

    try:
        issuer = DevelopmentIssuer.at(
            make_home(around.home), clock=SystemClock(), environment=around.environment, audience=around.audience
        )
        issuer.mint(asked.role, asked.division)
    except NoDevelopmentIssuer:
        fail("请用 --token 或 ONEWINDOW_TOKEN 给出令牌 give a token in --token or ONEWINDOW_TOKEN", REFUSED)
    except Refusal as refusal:
        fail(f"{refusal.zh} {refusal.en}", REFUSED)
    return lambda: issuer.mint(asked.role, asked.division)


def _tell(summary: Mapping[str, Any]) -> None:
    typer.echo(
        f"共 rows {summary['rows']:,}，新增 added {summary['added']:,}，已有 already there"
        f" {summary['already_there']:,}，重复 repeated {summary['repeated']:,}，未导入 refused {summary['refused']:,}，"
        f"用时 {summary['seconds']} s".encode()
    )
    if summary["report"]:
        typer.echo(f"重复和未导入的行见 repeated and refused rows are listed in {summary['report']}".encode())
