"""`onewindow serve` and `onewindow migrate`: one service as a process of its own, and the schema of its database."""

from typing import Annotated

import typer

from onewindow.cli.ending import REFUSED, fail


def serve(
    service: Annotated[
        str, typer.Argument(envvar="ONEWINDOW_SERVICE", help="intake | mediation | petition | analytics")
    ],
) -> None:
    """启动一个服务 Serve one service, which meets the others on Kafka; Ctrl-C or SIGTERM stops it within 30 seconds.

    Needs INTAKE_DATABASE_URL (for intake) and KAFKA_BOOTSTRAP_SERVERS, or the files that INTAKE_DATABASE_URL_FILE and
    so on name. Listens on ONEWINDOW_HOST (127.0.0.1) and INTAKE_PORT: 8001 intake, 8002 mediation, 8003 petition, 8004
    analytics. Ready (/readyz) while its database answers; brokers that are away only delay what others hear.
    Log lines are JSON on standard error, from ONEWINDOW_LOG_LEVEL (warning) upwards, one line a request included
    (ONEWINDOW_ACCESS_LOG: a file, or off).

    Exit code 0 when stopped; 1 when the port is taken or a part ended by itself; 2 when a setting is unclear.
    """
    import uvloop

    from onewindow.distributed import serving
    from onewindow.distributed.place import Place
    from onewindow.listening import PortTaken
    from onewindow.surroundings import SettingUnclear

    try:
        uvloop.run(serving.run(Place.read(service)))
    except SettingUnclear as error:
        fail(str(error), REFUSED)
    except PortTaken as error:
        fail(str(error))
    except serving.Ended:
        fail("有部件意外终止，已全部停止 a part ended by itself, so everything was stopped; see the log above")


def migrate(
    service: Annotated[
        str | None, typer.Argument(help="intake | mediation | petition | analytics; 不给则全部 all if left out")
    ] = None,
) -> None:
    """升级数据库结构 Bring databases to the newest schema, as their owner; safe to repeat and to run twice at once.

    Takes INTAKE_OWNER_DATABASE_URL, or INTAKE_DATABASE_URL where there is no owner apart; without a name, every
    service that has one. `onewindow run` does this by itself.

    Exit code 0 when every schema is the newest; 1 when a database does not answer; 2 when a setting is unclear.
    """
    import asyncpg

    from onewindow.distributed import schema
    from onewindow.surroundings import SettingUnclear

    try:
        for name, (owner_url, role) in schema.owners([service] if service else []).items():
            schema.upgrade(name, owner_url, role)
            typer.echo(f"{name}: 已是最新 up to date".encode())
    except SettingUnclear as error:
        fail(str(error), REFUSED)
    except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        fail(f"数据库没有应答 the database does not answer ({type(error).__name__})")
