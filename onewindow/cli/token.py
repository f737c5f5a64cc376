"""`onewindow token`: tokens of the development issuer, for whoever can read the data of the run."""

from typing import Annotated
from uuid import UUID

import typer

from onewindow.cli.ending import EPILOG, REFUSED, fail, surroundings

app = typer.Typer(
    no_args_is_help=True,
    pretty_exceptions_show_locals=False,
    epilog=EPILOG,
    help="令牌 Tokens of the development issuer.",
)


@app.callback()
def group() -> None:
    """令牌 Tokens of the development issuer."""


@app.command("mint")
def mint(
    role: Annotated[
        list[str], typer.Option("--role", help="岗位，可重复，如 WINDOW_CLERK A role; may be given more than once.")
    ],
    division: Annotated[str, typer.Option(help="12位区划代码，如 130926000000 The division, with all below it.")],
    ttl: Annotated[int, typer.Option(help="有效秒数 Seconds that it lives: 1 to 30 days.")] = 8 * 3600,
    subject: Annotated[
        str | None, typer.Option(help="主体 Whom it names; fixed by role and division if left out.")
    ] = None,
    organisation: Annotated[UUID | None, typer.Option(help="机构编号 Id of the organisation.")] = None,
) -> None:
    """签发令牌 Print a bearer token, and nothing else on standard output.

    Works whether the county runs or not: the key lies in ONEWINDOW_HOME, and whoever can read that may be anybody.
    A production run has no such issuer. Exit code 2 for an unknown role, with the list on standard error.

    Example: curl -H "Authorization: Bearer $(onewindow token mint --role WINDOW_CLERK --division 130926000000)" ...
    """
    from datetime import timedelta

    from chassis.rules.clock import SystemClock
    from chassis.rules.refusals import Refusal
    from chassis.security.files import UnsafeSecretFile
    from chassis.security.issuer import LONGEST, DevelopmentIssuer, LifetimeNotAllowed, NoDevelopmentIssuer
    from onewindow.embedded.places import make_home

    around = surroundings()
    try:
        issuer = DevelopmentIssuer.at(
            make_home(around.home), clock=SystemClock(), environment=around.environment, audience=around.audience
        )
        if not 0 < ttl <= LONGEST.total_seconds():  # before timedelta, which has a largest value of its own
            raise LifetimeNotAllowed(field="ttl")
        token = issuer.mint(role, division, timedelta(seconds=ttl), subject, organisation)
    except NoDevelopmentIssuer:
        fail("生产环境没有开发签发者 a production run has no development issuer", REFUSED)
    except Refusal as refusal:
        fail(f"{refusal.zh} {refusal.en}", REFUSED)
    except UnsafeSecretFile as error:
        fail(f"密钥文件权限过宽，应为 0600 others can read the key {error}; its mode has to be 0600")
    except OSError as error:
        fail(f"ONEWINDOW_HOME 无法使用 cannot use ONEWINDOW_HOME: {error.strerror}")
    typer.echo(token)
