"""The passwords of a home's database roles: drawn once, kept in `secrets.json`, which only its owner may read."""

import fcntl
import json
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

FILE = "secrets.json"
SECTION = "postgres"


def password(home: Path, role: str) -> str:
    """The password of a role in this home. The first call draws it and has it on disk before it returns."""
    with _alone(home):
        path = home / FILE
        everything: dict[str, dict[str, str]] = json.loads(path.read_text()) if path.exists() else {}
        section = everything.setdefault(SECTION, {})
        if role not in section:
            section[role] = secrets.token_urlsafe(24)
            _replace(path, json.dumps(everything, indent=2) + "\n")
        return section[role]


def _replace(path: Path, text: str) -> None:
    """Write the whole file or nothing, whenever the power fails; from its first byte on nobody else can read it."""
    draft = path.with_suffix(".draft")
    draft.unlink(missing_ok=True)
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    draft.rename(path)


@contextmanager
def _alone(home: Path) -> Iterator[None]:
    """One process at a time; the folder itself is the lock, so no further file is needed."""
    descriptor = os.open(home, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
        os.fsync(descriptor)  # the new name of the file, too, survives a power cut
    finally:
        os.close(descriptor)
