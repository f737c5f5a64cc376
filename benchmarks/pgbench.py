"""The reference: pgbench, which writes the same rows in hand-written statements and has nothing else to do."""

import asyncio
import os
import re
import resource
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import parse_qs, unquote, urlsplit

SCRIPTS: Final = Path(__file__).with_name("sql")
SPARE_SECONDS: Final = 60.0
ATTEMPTS: Final = 5
DONE: Final = re.compile(r"number of transactions actually processed: (\d+)")
RATE: Final = re.compile(r"tps = ([0-9.]+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Script:
    """A script of `sql/`, where it runs, and with how many connections; `options` are settings of these."""

    file: str
    dsn: str
    clients: int
    variables: Mapping[str, str]
    options: str = ""


@dataclass(frozen=True, slots=True)
class Ran:
    """One run: transactions and how many a second, CPU seconds of pgbench itself."""

    transactions: int
    rate: float
    cpu_seconds: float


async def run(program: Path, script: Script, seconds: float) -> Ran:
    """Run the script for whole seconds, with prepared statements.

    Where the machine is so busy that the time was over before all were connected: once more, and longer.
    """
    whole = max(1, round(seconds))
    for attempt in range(ATTEMPTS):
        ran = await _run(program, script, whole << attempt)
        if ran is not None:
            return ran
    raise RuntimeError("pgbench did not get to a single transaction")


async def _run(program: Path, script: Script, seconds: int) -> Ran | None:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    process = await asyncio.create_subprocess_exec(
        *_command(program, script, seconds),
        env=_environment(script),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    async with asyncio.timeout(seconds + SPARE_SECONDS):
        out, err = await process.communicate()
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    told = out.decode()
    done, rate = DONE.search(told), RATE.search(told)
    if process.returncode == 0 and done is not None and done[1] == "0":
        return None
    if process.returncode != 0 or done is None or rate is None:
        raise RuntimeError(f"pgbench ended with {process.returncode}: {told[-500:]} {err.decode()[-500:]}")
    used = (after.ru_utime + after.ru_stime) - (before.ru_utime + before.ru_stime)
    return Ran(int(done[1]), float(rate[1]), used)


def _command(program: Path, script: Script, seconds: int) -> list[str]:
    given = [word for name, value in script.variables.items() for word in ("-D", f"{name}={value}")]
    how = ["-n", "-M", "prepared", "-j", "1", "-c", str(script.clients), "-T", str(seconds)]
    return [str(program), *how, "-f", str(SCRIPTS / script.file), *given]


def _environment(script: Script) -> dict[str, str]:
    """The address in libpq's variables, which no list of processes shows."""
    parts = urlsplit(script.dsn)
    where = parse_qs(parts.query)
    return {
        **os.environ,
        "PGHOST": where["host"][0] if "host" in where else parts.hostname or "",
        "PGPORT": where["port"][0] if "port" in where else str(parts.port or 5432),
        "PGUSER": unquote(parts.username or ""),
        "PGPASSWORD": unquote(parts.password or ""),
        "PGDATABASE": unquote(parts.path.removeprefix("/")),
        "PGOPTIONS": script.options,
    }
