"""What routes take from the running service, beside their transaction."""

from typing import Annotated

from fastapi import Depends, Query, Request

from chassis.database.scope import NotADivisionCode, Scope
from chassis.http.bodies import Code12
from chassis.rules.refusals import Refusal
from chassis.security.sealing import Sealer


class DivisionMalformed(Refusal):
    """Twelve digits that are no division's code."""

    code = "division_malformed"
    zh = "不是有效的区划代码"
    en = "This is not the code of a division"


async def sealer(request: Request) -> Sealer:
    """Seals and opens the values of this service's columns."""
    sealer: Sealer = request.app.state.service.sealer
    return sealer


async def cursor_key(request: Request) -> bytes:
    """The key under which this service signs the cursors of its lists."""
    key: bytes = request.app.state.service.keyring.cursor_key
    return key


async def subtree(
    division: Annotated[Code12 | None, Query(description="this division and all below it")] = None,
) -> Scope | None:
    """The subtree that a list is narrowed to; raises DivisionMalformed."""
    try:
        return None if division is None else Scope.of(division)
    except NotADivisionCode:
        raise DivisionMalformed(field="division") from None


SealerOf = Annotated[Sealer, Depends(sealer)]
CursorKey = Annotated[bytes, Depends(cursor_key)]
Subtree = Annotated[Scope | None, Depends(subtree)]
