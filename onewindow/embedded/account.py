"""As whom PostgreSQL's programs run: as ourselves, or, since it refuses to be root, as an account without rights."""

import asyncio
import os
import pwd
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from onewindow.embedded.errors import ClusterError

# Nothing of ours is inherited: a PGHOST or a locale of the caller must not change what the server does.
ENVIRONMENT: Mapping[str, str] = {"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"}


@dataclass(frozen=True)
class Account:
    """The user and group that own the data; `switch` tells whether that is someone else than this process."""

    uid: int
    gid: int
    switch: bool

    def own(self, path: Path) -> None:
        """Hand over a file or folder that this process has just created."""
        if self.switch:
            os.chown(path, self.uid, self.gid)

    def popen(self, command: Sequence[str | Path], **options: Any) -> subprocess.Popen[bytes]:  # noqa: ANN401 - Popen's own
        """Start a program under the account, in a session of its own.

        The session keeps a terminal's Ctrl-C away from the server: it goes down after those who use it. The standard
        library is used, not the event loop's subprocess, since uvloop's cannot change the user.
        """
        return subprocess.Popen(
            [str(part) for part in command],
            env=ENVIRONMENT,
            cwd="/",
            start_new_session=True,
            **self._identity(),
            **options,
        )

    async def run(self, command: Sequence[str | Path], *, limit: float) -> subprocess.CompletedProcess[str]:
        """Run a program to its end under the account, at most `limit` seconds; the exit code is for the caller."""

        def blocking() -> subprocess.CompletedProcess[str]:
            return subprocess.run(
                [str(part) for part in command],
                env=ENVIRONMENT,
                cwd="/",
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                check=False,
                timeout=limit,
                **self._identity(),
            )

        try:
            return await asyncio.to_thread(blocking)
        except subprocess.TimeoutExpired as error:
            raise ClusterError(f"{Path(command[0]).name} did not end within {limit:g} s") from error
        except OSError as error:
            raise ClusterError(f"{command[0]} cannot be run as user {self.uid}: {error.strerror}") from error

    async def reaches(self, path: Path) -> bool:
        """Whether the account can enter the folder, found by trying: modes alone do not know of access lists."""
        if not self.switch:
            return True
        return (await self.run(["/bin/sh", "-c", 'cd "$0"', path], limit=10)).returncode == 0

    def _identity(self) -> dict[str, Any]:
        return {"user": self.uid, "group": self.gid, "extra_groups": []} if self.switch else {}


def account_for(data: Path) -> Account:
    """The owner of the data if there are any, else `nobody` for root and this process's own user for everyone else."""
    if os.geteuid() != 0:
        return Account(os.geteuid(), os.getegid(), switch=False)
    if data.is_dir() and data.stat().st_uid != 0:
        return Account(data.stat().st_uid, data.stat().st_gid, switch=True)
    try:
        nobody = pwd.getpwnam("nobody")
    except KeyError as error:
        raise ClusterError("PostgreSQL must not run as root and there is no user `nobody`; run as a user") from error
    return Account(nobody.pw_uid, nobody.pw_gid, switch=True)
