"""Where a home's data and sockets lie: in the home, or behind a symbolic link that stands in it."""

import contextlib
import os
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

from onewindow.embedded.account import Account, account_for
from onewindow.embedded.binaries import SHARED, make_open
from onewindow.embedded.errors import ClusterError

DATA = "postgres"
SOCKETS = "sockets"
LOG = "postgres.log"
OWNER = "home"
PORT = 5432
# What the kernel takes as the name of a socket, without the closing zero.
LONGEST_SOCKET = 107
LONGEST_LOG = 16 * 1024 * 1024


@dataclass(frozen=True)
class Places:
    """The folders of one home, as real paths."""

    home: Path
    data: Path
    sockets: Path
    account: Account

    @property
    def log(self) -> Path:
        """What the server says; it holds no statement and no value of a row."""
        return self.home / LOG


def make_home(home: Path) -> Path:
    """The home as a real path, created if need be; others may pass through it as root's server account has to."""
    home = home.absolute()
    if not home.exists():
        home.parent.mkdir(parents=True, exist_ok=True)
        home.mkdir(exist_ok=True)
        home.chmod(0o711 if os.geteuid() == 0 else 0o700)
    return home.resolve()


async def settle(home: Path) -> Places:
    """Decide where the home's data and sockets lie, once; later calls find what the first one decided."""
    account = account_for(home / DATA)
    data = home / DATA
    if data.is_symlink():
        data = data.readlink()
        _refuse_copy(home, data.parent)
    elif not data.exists() and not await account.reaches(home):
        data = _outside(home) / DATA
        (home / DATA).symlink_to(data)
    return Places(home, data, _sockets(home, data, account), account)


def remove(home: Path) -> None:
    """Delete a home with everything that lies outside of it. Its server must be stopped."""
    for link in (home / DATA, home / SOCKETS):
        if link.is_symlink():
            target = link.readlink()
            shutil.rmtree(target.parent if target.parent.parent == SHARED.resolve() else target, ignore_errors=True)
    shutil.rmtree(home)


def _outside(home: Path) -> Path:
    """A new folder for this home where root's server account can reach it; its permissions are ours."""
    make_open(SHARED)
    store = Path(tempfile.mkdtemp(dir=SHARED.resolve(), prefix="home-"))
    store.chmod(0o711)
    (store / OWNER).write_text(str(home))
    return store


def _refuse_copy(home: Path, store: Path) -> None:
    """A copied home carries the link but not the data: two homes must not write to the same ones."""
    owner = store / OWNER
    if not owner.exists():
        return
    first = Path(owner.read_text())
    with contextlib.suppress(OSError):
        if first != home and (first / DATA).readlink().parent == store:
            raise ClusterError(f"{home} is a copy of {first}, whose data lie in {store}; copy them by dump and restore")
    owner.write_text(str(home))


def _sockets(home: Path, data: Path, account: Account) -> Path:
    """A folder for the sockets with a name short enough, which only the server's account and root can enter."""
    link = home / SOCKETS
    if link.is_symlink():
        target = link.readlink()
        if _private(target, account):
            return target
        link.unlink()  # the folder for temporary files was emptied
    beside = data.parent / SOCKETS
    if len(os.fsencode(beside / f".s.PGSQL.{PORT}.lock")) <= LONGEST_SOCKET:
        beside.mkdir(mode=0o700, exist_ok=True)
        account.own(beside)
        if beside != link:
            link.symlink_to(beside)
        return beside
    short = Path(tempfile.mkdtemp(prefix="onewindow-"))
    account.own(short)
    link.symlink_to(short)
    return short


def _private(folder: Path, account: Account) -> bool:
    try:
        status = folder.lstat()
    except OSError:
        return False
    return folder.is_dir() and not folder.is_symlink() and status.st_uid == account.uid and status.st_mode & 0o077 == 0
