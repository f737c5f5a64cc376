"""`onewindow outbox`: what waits to be published, and everything published again after the brokers have lost it."""

from typing import Annotated

import typer

from onewindow.cli.ending import EPILOG, REFUSED, Json, fail, in_loop, print_json, surroundings

app = typer.Typer(
    no_args_is_help=True,
    pretty_exceptions_show_locals=False,
    epilog=EPILOG,
    help="发件箱 The facts that wait to be published.",
)


@app.callback()
def group() -> None:
    """发件箱 The facts that wait to be published."""


@app.command("republish")
def republish(
    service: Annotated[
        str | None,
        typer.Argument(help="intake | mediation | petition | analytics; 不给则全部 all within reach if left out"),
    ] = None,
    as_json: Json = False,
) -> None:
    """从日志重新发布 Publish every fact again, from the journals, in their order: when Kafka has lost its data.

    Only queues them, which needs no broker; the relays of the running services publish. Best done before
    `onewindow topics apply`: then nothing else comes first. Safe to repeat, since receivers absorb what they know.

    Exit code 0 when all are queued; 1 when a database does not answer; 2 when there is no such service.
    """
    from onewindow import republishing

    if service is not None and service not in republishing.SERVICES:
        fail(f"没有这个服务 there is no such service; services: {', '.join(republishing.SERVICES)}", REFUSED)
    done = in_loop(republishing.of_home(surroundings().home, [service] if service else []))
    if as_json:
        print_json(done)
    else:
        republishing.show(done)
