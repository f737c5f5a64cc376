"""Secrets that are files of this machine: made once, by whoever comes first, readable by their owner alone."""

import os
import secrets
from collections.abc import Callable
from pathlib import Path
from typing import Final

OWNER_ONLY: Final = 0o600
OTHERS: Final = 0o077


class UnsafeSecretFile(Exception):
    """A secret that others on this machine can read; its mode has to be 0600."""


def create_once(path: Path, make: Callable[[], bytes]) -> bytes:
    """The content of `path`, made by `make` if it is not there yet; raises UnsafeSecretFile.

    Of several processes that come at once one wins and all return its content: the file is written and flushed under
    another name and then linked, which fails for all but the first and never shows half a file.
    """
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
        try:
            descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, OWNER_ONLY)
            with os.fdopen(descriptor, "wb") as file:
                file.write(make())
                file.flush()
                os.fsync(file.fileno())
            _link(draft, path)
        finally:
            draft.unlink(missing_ok=True)
    return read_secret(path)


def read_secret(path: Path) -> bytes:
    """The content of a secret file; raises UnsafeSecretFile when anybody but its owner may read or write it."""
    if path.stat().st_mode & OTHERS:
        raise UnsafeSecretFile(path.name)
    return path.read_bytes()


def _link(draft: Path, path: Path) -> None:
    try:
        path.hardlink_to(draft)
    except FileExistsError:
        return  # another process was first, and its content counts
