"""How a command ends: its exit code, what it says of a failure, and JSON alone on standard output where asked for."""

import asyncio
import json
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from typing import Annotated, Any, Final, NoReturn, TypeVar

import typer

from onewindow.surroundings import SettingUnclear, Surroundings

DONE: Final = 0
NOT_SO: Final = 1
"""Something does not hold, cannot be reached or was refused in part."""
REFUSED: Final = 2
"""The command was used wrongly, or what it was given is refused."""
INTERRUPTED: Final = 130

EPILOG: Final = (
    "退出码 Exit codes: 0 完成 done; 1 不成立、连不上或部分被拒 does not hold, cannot be reached, or refused in part;"
    " 2 用法或输入有误 wrong usage or refused input; 130 被中断 interrupted."
)

Json = Annotated[bool, typer.Option("--json", help="只输出 JSON Nothing but JSON on standard output.")]
Result = TypeVar("Result")


def fail(text: str, code: int = NOT_SO) -> NoReturn:
    """End with one line on standard error."""
    typer.echo(text.encode(), err=True)
    raise typer.Exit(code)


def print_json(value: object, *, err: bool = False) -> None:
    """One JSON document, as UTF-8 whatever the terminal's locale says; with `err` on standard error."""
    typer.echo(json.dumps(value, ensure_ascii=False).encode(), err=err)


def surroundings() -> Surroundings:
    """The settings in the environment."""
    try:
        return Surroundings.read()
    except SettingUnclear as error:
        fail(str(error), REFUSED)


def in_loop(work: Coroutine[Any, Any, Result]) -> Result:
    """Run a command's work to its end; what a person can mend ends as one line instead of a traceback."""
    with _told():
        return asyncio.run(work)


@contextmanager
def _told() -> Iterator[None]:
    import asyncpg

    from chassis.rules.refusals import Refusal
    from onewindow.embedded.errors import ClusterError

    try:
        yield
    except ClusterError as error:
        fail(str(error))
    except Refusal as refusal:
        fail(f"{refusal.zh} {refusal.en}", REFUSED)
    except (asyncpg.UndefinedTableError, asyncpg.InvalidCatalogNameError):
        fail("数据库尚未建好，请先运行 the databases are not set up yet; start: onewindow run")
    except (asyncpg.PostgresError, asyncpg.InterfaceError, TimeoutError, OSError) as error:
        fail(f"数据库没有应答 the database does not answer ({type(error).__name__})")
