"""What intake's routes take from the running service, beside their transaction."""

from typing import Annotated

from fastapi import Depends, Query, Request

from chassis.http.bodies import Code12
from chassis.security.sealing import Sealer


async def sealer(request: Request) -> Sealer:
    """Seals and opens the values of this service's columns."""
    sealer: Sealer = request.app.state.service.sealer
    return sealer


async def cursor_key(request: Request) -> bytes:
    """The key under which this service signs the cursors of its lists."""
    key: bytes = request.app.state.service.keyring.cursor_key
    return key


SealerOf = Annotated[Sealer, Depends(sealer)]
CursorKey = Annotated[bytes, Depends(cursor_key)]
Subtree = Annotated[Code12 | None, Query(description="this division and all below it")]
