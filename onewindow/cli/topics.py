"""`onewindow topics`: the topics of the published language at the brokers of KAFKA_BOOTSTRAP_SERVERS."""

from typing import Annotated

import typer

from onewindow.cli.ending import EPILOG, NOT_SO, REFUSED, Json, fail, print_json

app = typer.Typer(
    no_args_is_help=True,
    pretty_exceptions_show_locals=False,
    epilog=EPILOG,
    help="主题 The topics at the Kafka brokers.",
)


@app.callback()
def group() -> None:
    """主题 The topics at the Kafka brokers."""


@app.command("apply")
def apply(
    *,
    check: Annotated[bool, typer.Option("--check", help="只检查 Create nothing, only compare.")] = False,
    partitions: Annotated[
        int,
        typer.Option(min=1, max=1000, envvar="KAFKA_TOPIC_PARTITIONS", help="分区数，以后不能改 Never changed later."),
    ] = 12,
    replicas: Annotated[
        int | None,
        typer.Option(
            min=1,
            max=7,
            envvar="KAFKA_TOPIC_REPLICAS",
            help="副本数 Copies; as many as brokers, at most 3, if left out.",
        ),
    ] = None,
    as_json: Json = False,
) -> None:
    """创建并核对主题 Create the topics that are missing, and compare the others with what contracts/topics.py wants.

    Nothing that exists is changed. Needs KAFKA_BOOTSTRAP_SERVERS. Exit code 1 when a topic differs, or is missing with
    --check, or when the brokers do not answer; 2 when a setting is unclear.
    """
    from chassis.bus.protocol import Unavailable
    from onewindow.distributed import topics
    from onewindow.distributed.place import kafka_access
    from onewindow.surroundings import SettingUnclear

    try:
        outcomes = topics.apply(kafka_access(), partitions=partitions, replicas=replicas, create=not check)
    except SettingUnclear as error:
        fail(str(error), REFUSED)
    except Unavailable as error:
        fail(f"Kafka 没有应答 the brokers do not answer ({error})")
    if as_json:
        print_json(topics.as_json(outcomes))
    else:
        topics.show(outcomes)
    if not topics.are_as_wanted(outcomes):
        raise typer.Exit(NOT_SO)
