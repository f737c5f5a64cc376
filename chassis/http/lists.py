"""How lists are asked for and answered: a limit, a cursor, and a total only for those who ask."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Annotated, Final, Generic, TypeVar

from fastapi import Depends, Query
from pydantic import BaseModel, Field

from chassis.database.paging import BadCursor, decode_cursor, encode_cursor

LIMIT: Final = 20
LONGEST: Final = 100
EXACT_UP_TO: Final = 10_000
"""Counting stops here: a total beyond it is a minimum."""
CURSOR_LENGTH: Final = 512

Row = TypeVar("Row")
Item = TypeVar("Item")


def _unasked(value: object) -> bool:
    """A total that nobody asked for is not null but absent."""
    return value is None


class Page(BaseModel, Generic[Item]):
    """One page of a list."""

    items: list[Item]
    next_cursor: str | None = Field(description="give it back as `cursor`; null on the last page")
    total: int | None = Field(default=None, exclude_if=_unasked, description="with `total=true`; exact up to 10,000")
    total_is_minimum: bool | None = Field(
        default=None, exclude_if=_unasked, description="true where there are more than 10,000"
    )


@dataclass(frozen=True, slots=True)
class Paging:
    """What a caller asked of a list."""

    limit: int = LIMIT
    cursor: str | None = None
    total: bool = False

    @property
    def rows(self) -> int:
        """How many rows to read: one more than are shown tells whether there is a next page."""
        return self.limit + 1

    def after(self, key: bytes, name: str) -> list[str | int] | None:
        """Sort values of the last row that the caller saw, None on the first page; raises BadCursor.

        `name` is the list's own: a cursor of one list is no cursor of another.
        """
        if self.cursor is None:
            return None
        given, *values = decode_cursor(key, self.cursor) or [""]
        if given != name:
            raise BadCursor
        return values

    def page(
        self,
        rows: Sequence[Row],
        *,
        key: bytes,
        name: str,
        position: Callable[[Row], Sequence[str | int]],
        view: Callable[[Row], Item],
        counted: int | None = None,
    ) -> Page[Item]:
        """The page of `rows`, of which there are at most `self.rows`.

        `position` gives a row's sort values. `counted` is the total, counted no further than EXACT_UP_TO + 1.
        """
        shown = rows[: self.limit]
        more = len(rows) > self.limit
        return Page[Item](
            items=[view(row) for row in shown],
            next_cursor=encode_cursor(key, [name, *position(shown[-1])]) if more else None,
            total=None if counted is None else min(counted, EXACT_UP_TO),
            total_is_minimum=True if counted is not None and counted > EXACT_UP_TO else None,
        )


async def paging(
    limit: Annotated[int, Query(ge=1, le=LONGEST, description="items on a page")] = LIMIT,
    cursor: Annotated[
        str | None, Query(min_length=1, max_length=CURSOR_LENGTH, description="`next_cursor` of the page before")
    ] = None,
    total: Annotated[bool, Query(description="ask for the total, which costs a count")] = False,  # noqa: FBT002
) -> Paging:
    """Dependency: `paged: Paged`."""
    return Paging(limit, cursor, total)


Paged = Annotated[Paging, Depends(paging)]
"""A list's parameters, for a route's signature."""
