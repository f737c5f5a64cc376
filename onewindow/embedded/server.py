"""One PostgreSQL server on the data of a home: created, launched, adopted, recovered, stopped."""

import asyncio
import shlex
import shutil
import subprocess
import tempfile
import time
from collections.abc import Mapping
from enum import Enum
from pathlib import Path

import asyncpg

from onewindow.embedded import binaries, postmaster
from onewindow.embedded.errors import ClusterError, PasswordRefused
from onewindow.embedded.places import LONGEST_LOG, PORT, Places

SUPERUSER = "postgres"
SETTINGS: Mapping[str, str] = {
    "timezone": "UTC",
    "log_timezone": "UTC",
    "max_connections": "150",
    "shared_buffers": "128MB",
    # A killed client must not keep its locks for as long as its statement would have run.
    "client_connection_check_interval": "1000",
    # No word of a statement, of its parameters or of a row reaches the log: they are about people.
    "log_destination": "stderr",
    "log_error_verbosity": "terse",
    "log_min_error_statement": "panic",
    "log_parameter_max_length": "0",
    "log_parameter_max_length_on_error": "0",
    "log_line_prefix": "%m [%p] ",
    "update_process_title": "on",
}
START_LIMIT = 120.0  # recovery after a crash replays what was written since the last checkpoint
INITDB_LIMIT = 120.0
SILENCE_LIMIT = 10.0


class Answer(Enum):
    """What a server said when asked for a connection."""

    READY = "ready"
    NOT_NOW = "starting or stopping"
    SILENT = "no answer"


class Server:
    """The server process of one home. The caller owns the home (see `guard`) for as long as it uses this."""

    def __init__(self, places: Places, password: str, settings: Mapping[str, str]) -> None:
        self._places = places
        self._password = password
        self._settings = {**SETTINGS, **settings}
        self._process: subprocess.Popen[bytes] | None = None
        self.pid: int | None = None
        self.sockets = places.sockets
        self.port = PORT

    async def start(self) -> None:
        """Have the server answer: adopt the one that runs, or launch one, creating or recovering the data."""
        data = self._places.data
        version = data / "PG_VERSION"
        programs = await binaries.find(self._places.account, version.read_text().strip() if version.exists() else None)
        if not version.exists():
            await self._create(programs)
        command = self._command(programs)
        if await self._adopted(command):
            return
        await postmaster.clear(data, self._places.sockets)
        await self._launch(command)

    def alive(self) -> bool:
        """Whether the process that was started or adopted still serves the data."""
        if self._process is not None:
            return self._process.poll() is None
        return self.pid is not None and postmaster.serves(self.pid, self._places.data)

    async def stop(self) -> None:
        """Stop the server and wait until it is gone; nothing happens if it is gone already."""
        if self.pid is not None:
            await postmaster.stop(self.pid, self._places.data)
        if self._process is not None:
            await asyncio.to_thread(self._process.wait, 10)
        self.pid = self._process = None

    async def _create(self, programs: Path) -> None:
        """A new data folder, which stands under its name only when it is complete."""
        places = self._places
        places.data.parent.mkdir(parents=True, exist_ok=True)
        for leftover in places.data.parent.glob(".initdb-*"):
            # The initdb of a killed run may still be writing; what it leaves goes the next time.
            shutil.rmtree(leftover, ignore_errors=True)
        scratch = Path(tempfile.mkdtemp(dir=places.data.parent, prefix=".initdb-"))
        (scratch / "password").write_text(self._password)
        (scratch / "password").chmod(0o600)
        places.account.own(scratch / "password")
        places.account.own(scratch)
        options = [
            "--auth=scram-sha-256",
            "--encoding=UTF8",
            "--no-locale",
            "--data-checksums",
            f"--username={SUPERUSER}",
        ]
        if self._settings.get("fsync") == "off":
            options.append("--no-sync")
        answer = await places.account.run(
            [programs / "initdb", *options, f"--pwfile={scratch / 'password'}", "-D", scratch / "data"],
            limit=INITDB_LIMIT,
        )
        if answer.returncode != 0:
            raise ClusterError(f"initdb failed: {answer.stderr.strip()}")
        (scratch / "data").rename(places.data)
        shutil.rmtree(scratch)

    def _command(self, programs: Path) -> list[str]:
        places = self._places
        command = [
            str(programs / "postgres"),
            "-D",
            str(places.data),
            "-k",
            str(places.sockets),
            "-h",
            "",
            "-p",
            str(PORT),
        ]
        settings = {**self._settings, "cluster_name": postmaster.name_of(places.data)}
        for name, value in sorted(settings.items()):
            command += ["-c", f"{name}={value}"]
        return command

    async def _adopted(self, command: list[str]) -> bool:
        """Take over the server that a killed owner left, if it answers and runs as this run would have started it."""
        data = self._places.data
        found = postmaster.find(data)
        if found is None:
            return False
        heard = give_up = time.monotonic()
        give_up += START_LIMIT
        while postmaster.serves(found.pid, data):
            answer = await self._ask(found.sockets, found.port)
            if answer is Answer.READY and _started_by(data, command):
                self.pid, self.sockets, self.port = found.pid, found.sockets, found.port
                return True
            now = time.monotonic()
            heard = now if answer is Answer.NOT_NOW else heard
            if answer is Answer.READY or now > give_up or now - heard > SILENCE_LIMIT:
                await postmaster.stop(found.pid, data)
            await asyncio.sleep(postmaster.POLL)
        return False

    async def _launch(self, command: list[str]) -> None:
        places = self._places
        if places.log.exists() and places.log.stat().st_size > LONGEST_LOG:
            places.log.rename(places.log.with_suffix(".log.1"))
        places.log.touch(mode=0o600)
        with places.log.open("ab") as log:
            self._process = places.account.popen(
                command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=log
            )
        self.pid, self.sockets, self.port = self._process.pid, places.sockets, PORT
        give_up = time.monotonic() + START_LIMIT
        while await self._ask(self.sockets, self.port) is not Answer.READY:
            if self._process.poll() is not None:
                raise ClusterError(f"PostgreSQL did not start; the end of {places.log}:\n{_tail(places.log)}")
            if time.monotonic() > give_up:
                raise ClusterError(f"PostgreSQL did not answer within {START_LIMIT:g} s; see {places.log}")
            await asyncio.sleep(postmaster.POLL)

    async def _ask(self, sockets: Path, port: int) -> Answer:
        try:
            connection = await asyncpg.connect(
                host=str(sockets),
                port=port,
                user=SUPERUSER,
                password=self._password,
                database="postgres",
                timeout=SILENCE_LIMIT / 2,
            )
        except asyncpg.InvalidPasswordError as error:
            raise PasswordRefused(f"the server of {self._places.home} refuses the password in secrets.json") from error
        except asyncpg.TooManyConnectionsError:
            return Answer.READY
        except asyncpg.CannotConnectNowError:
            return Answer.NOT_NOW
        except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InternalClientError):
            return Answer.SILENT
        connection.terminate()
        return Answer.READY


def _started_by(data: Path, command: list[str]) -> bool:
    """Whether the running server was started by this very command: another release may have other settings."""
    try:
        return shlex.split((data / "postmaster.opts").read_text()) == command
    except (OSError, ValueError):
        return False


def _tail(log: Path) -> str:
    return "\n".join(log.read_text(errors="replace").splitlines()[-8:])
