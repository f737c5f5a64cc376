"""The command `onewindow`: its groups of commands, and the ones that stand alone."""

from typing import Annotated

import typer

from onewindow.cli import database, dead_letters, deadline, importing, journal, outbox, serve, token, topics
from onewindow.cli.ending import EPILOG, Json, fail, in_loop, print_json, surroundings

app = typer.Typer(
    name="onewindow",
    no_args_is_help=True,
    pretty_exceptions_show_locals=False,
    epilog=EPILOG,
    help="""一窗：矛盾纠纷与信访事项一窗受理。 One window for a county's disputes and petitions.

    第一次 First time: `onewindow run`，打开 open http://127.0.0.1:8000/ ；另开终端 in a second terminal
    `onewindow token mint --role WINDOW_CLERK --division 130926000000`.

    数据 Data: ONEWINDOW_HOME (默认 .onewindow)；端口 port: ONEWINDOW_PORT (8000).
    """,
)
app.add_typer(token.app, name="token")
app.add_typer(database.app, name="database")
app.add_typer(journal.app, name="journal")
app.add_typer(outbox.app, name="outbox")
app.add_typer(dead_letters.app, name="dead-letters")
app.add_typer(importing.app, name="import")
app.add_typer(deadline.app, name="deadline")
app.add_typer(topics.app, name="topics")


@app.command()
def run(
    demonstration: Annotated[
        bool | None,
        typer.Option(
            "--demonstration/--no-demonstration",
            help="载入示范县域 Load the demonstration county into an empty home (ONEWINDOW_DEMONSTRATION).",
        ),
    ] = None,
) -> None:
    """启动全部四个服务 Run the whole county in the foreground; Ctrl-C stops it.

    PostgreSQL, the four services and the bus between them, on ONEWINDOW_HOST (127.0.0.1) and ONEWINDOW_PORT (8000),
    with all data in ONEWINDOW_HOME. After any kill the next run goes on with what is there. Log lines are JSON on
    standard error, from ONEWINDOW_LOG_LEVEL (warning) upwards; one line a request goes to ONEWINDOW_ACCESS_LOG
    (access.log in the home, or off).

    Exit code 0 when stopped; 1 when it could not start, or when a part of it ended by itself.
    """
    from dataclasses import replace

    around = surroundings()
    if demonstration is not None:
        around = replace(around, demonstration=demonstration)

    import uvloop

    from onewindow.embedded import serving
    from onewindow.embedded.errors import ClusterError
    from onewindow.listening import PortTaken

    try:
        uvloop.run(serving.run(around))
    except (PortTaken, ClusterError) as error:
        fail(str(error))
    except serving.Ended:
        fail("有部件意外终止，已全部停止 a part ended by itself, so everything was stopped; see the log above")


@app.command()
def status(as_json: Json = False) -> None:
    """各服务的数字 How many cases, journal entries, unpublished facts and dead letters each service has.

    Works beside a run and without one. Exit code 1 when the county cannot be reached.
    """
    from onewindow import figures

    found = in_loop(figures.of_home(surroundings().home))
    if as_json:
        print_json(found)
    else:
        figures.show(found)


app.command()(serve.serve)
app.command()(serve.migrate)
