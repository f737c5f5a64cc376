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
DONE: Final = re.compile(r"number of transactions actually processed: (\d+)")
RATE: Final = re.compile(r"tps = ([0-9.]+)")


@dataclass(frozen=True, slots=True)
class Ran:
    """One run: transactions and how many a second, CPU seconds of pgbench itself."""

    transactions: int
    rate: float
    cpu_seconds: float


async def run(
    program: Path,
    dsn: str,
    script: str,
    *,
    seconds: float,
    clients: int,
    variables: Mapping[str, str],
    options: str = "",
) -> Ran:
    """Run a script of `sql/` for whole seconds with prepared statements; `options` are settings of its connections."""
    parts = urlsplit(dsn)
    where = parse_qs(parts.query)
    environment = {
        **os.environ,
        "PGHOST": where["host"][0] if "host" in where else parts.hostname or "",
        "PGPORT": where["port"][0] if "port" in where else str(parts.port or 5432),
        "PGUSER": unquote(parts.username or ""),
        "PGPASSWORD": unquote(parts.password or ""),
        "PGDATABASE": unquote(parts.path.removeprefix("/")),
        "PGOPTIONS": options,
    }
    given = [word for name, value in variables.items() for word in ("-D", f"{name}={value}")]
    whole = str(max(1, round(seconds)))
    command = ["-n", "-M", "prepared", "-c", str(clients), "-j", "1", "-T", whole, "-f", str(SCRIPTS / script)]
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    process = await asyncio.create_subprocess_exec(
        str(program), *command, *given, env=environment, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    async with asyncio.timeout(seconds + SPARE_SECONDS):
        out, err = await process.communicate()
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    told = out.decode()
    done, rate = DONE.search(told), RATE.search(told)
    if process.returncode != 0 or done is None or rate is None:
        raise RuntimeError(f"pgbench ended with {process.returncode}: {told[-500:]} {err.decode()[-500:]}")
    used = (after.ru_utime + after.ru_stime) - (before.ru_utime + before.ru_stime)
    return Ran(int(done[1]), float(rate[1]), used)
