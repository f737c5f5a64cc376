"""`onewindow database`: the addresses of the services' databases."""

import asyncio
from typing import Annotated

import typer

from onewindow.cli.ending import EPILOG, REFUSED, fail, surroundings

app = typer.Typer(
    no_args_is_help=True,
    pretty_exceptions_show_locals=False,
    epilog=EPILOG,
    help="数据库 The databases of the services.",
)


@app.callback()
def group() -> None:
    """数据库 The databases of the services."""


@app.command("url")
def url(
    service: Annotated[str, typer.Argument(help="intake | mediation | petition | analytics")],
    *,
    owner: Annotated[bool, typer.Option("--owner", help="以库主身份 As the owner of the tables.")] = False,
) -> None:
    """数据库地址 Print the address (DSN) of a service's database, with its password, as psql takes it.

    Without --owner it is the service's own role: row-level security binds it, so set a scope first, for example
    `SET ow.scope = '130926'` for a county or `'*'` for everything. It answers while `onewindow run` runs.

    Example: psql "$(onewindow database url intake --owner)"
    """
    from onewindow.embedded.addresses import SERVICES, is_running, lasting
    from onewindow.embedded.errors import ClusterError

    if service not in SERVICES:
        fail(f"没有这个服务 there is no such service; services: {', '.join(SERVICES)}", REFUSED)
    home = surroundings().home
    try:
        address = asyncio.run(lasting(home)).get(service)
    except (ClusterError, OSError) as error:
        fail(str(error))
    if address is None:
        fail(f"没有设置 {service.upper()}_DATABASE_URL is not set")
    found = address.owner_url if owner else address.url
    if found is None:
        fail(f"没有设置 {service.upper()}_OWNER_DATABASE_URL is not set")
    if not is_running(home):
        typer.echo("数据库未运行 it answers only while this runs: onewindow run".encode(), err=True)
    typer.echo(found)
