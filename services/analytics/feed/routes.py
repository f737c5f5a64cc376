"""HTTP edge of the feed: the open facts as lines, from any place on, for those who have no Kafka."""

import base64
from typing import Annotated, Final
from urllib.parse import urlencode

from fastapi import APIRouter, Query

from chassis.database.scope import CODE_LENGTH
from chassis.http.acting import Act, reads
from chassis.http.dependencies import DivisionMalformed, SealerOf, Subtree
from chassis.http.examples import openapi_example, refuses
from chassis.http.lists import CURSOR_LENGTH
from chassis.security.ciphers import SealBroken
from chassis.security.sealing import Sealer
from contracts.roles import Permission
from services.analytics.feed import queries, schemas
from services.analytics.feed.domain import LIMIT, LONGEST, CursorNotOfThisFeed
from services.analytics.feed.queries import Filters, Reach
from services.analytics.feed.schemas import Lines, OpenTopic, OpenType

router = APIRouter(prefix="/events", tags=["feed"])

CURSOR: Final = "events.cursor"
DIGITS: Final = 19
"""Of every position, however low, so that the length of a cursor tells nothing."""
REPEATABLE: Final = "may be repeated"


@router.get(
    "",
    response_class=Lines,
    openapi_extra=openapi_example(limit=10),
    responses=schemas.DESCRIBED | refuses(CursorNotOfThisFeed, DivisionMalformed),
)
async def read_events(
    *,
    act: Annotated[Act, reads(Permission.ANALYTICS_FEED_READ)],
    sealer: SealerOf,
    division: Subtree,
    after: Annotated[
        str, Query(max_length=CURSOR_LENGTH, description="`Next-Cursor` of an answer; empty or left out: the start")
    ] = "",
    limit: Annotated[int, Query(ge=1, le=LONGEST, description="lines of the answer")] = LIMIT,
    topic: Annotated[list[OpenTopic] | None, Query(max_length=len(schemas.TOPICS), description=REPEATABLE)] = None,
    kind: Annotated[
        list[OpenType] | None, Query(alias="type", max_length=len(schemas.TYPES), description=REPEATABLE)
    ] = None,
) -> Lines:
    """The open facts of the caller's divisions, in the order in which analytics applied them, from the start on.

    An event never appears before one that was read. It may be read again, after a repeat with the same cursor and
    after the feed was built anew: drop repeats by `id`. As long as there is a `Link` to the next part, follow it, even
    if a part has no line; without one, ask again with `Next-Cursor` when it suits you.
    """
    reached = await queries.reach(act.session)
    part = await queries.part(
        act.session,
        act.principal.scope,
        Filters(division=division, topics=topic or (), types=kind or ()),
        after=_position(sealer, reached, after) if after else 0,
        reached=reached.last,
        limit=limit,
    )
    cursor = _cursor(sealer, reached, part.last)
    headers = {"Next-Cursor": cursor}
    if part.last < reached.last:
        within = [] if division is None else [("division", division.value.ljust(CODE_LENGTH, "0"))]
        filters = [*within, *(("topic", name) for name in topic or ()), *(("type", name) for name in kind or ())]
        headers["Link"] = f'<?{urlencode([("after", cursor), ("limit", limit), *filters])}>; rel="next"'
    return Lines("".join(f"{line}\n" for line in part.lines), headers=headers)


def _cursor(sealer: Sealer, reached: Reach, position: int) -> str:
    """A place in this feed, sealed rather than signed: positions would tell how much happens in all divisions."""
    sealed = sealer.seal(f"{position:0{DIGITS}}", CURSOR, reached.feed)
    return base64.urlsafe_b64encode(sealed).decode().rstrip("=")


def _position(sealer: Sealer, reached: Reach, cursor: str) -> int:
    """The place that a cursor of this feed names; raises CursorNotOfThisFeed."""
    try:
        sealed = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
        position = int(sealer.unseal(sealed, CURSOR, reached.feed))
    except (ValueError, SealBroken):
        raise CursorNotOfThisFeed(field="after") from None
    if position > reached.last:  # from before a restore: what will take these places is not what the reader saw there
        raise CursorNotOfThisFeed(field="after")
    return position
