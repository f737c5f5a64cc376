"""How much of the feed one request may ask for, and what a place in it is."""

from typing import Final

from chassis.rules.refusals import Refusal

LIMIT: Final = 100
LONGEST: Final = 1000
"""Lines of an answer. A fact has about one kilobyte."""
WINDOW: Final = 20_000
"""Events that one request looks at, whatever it filters by: a filter that hardly anything passes must not cost a scan
of years. The answer then has few lines or none, and its cursor has moved on."""


class CursorNotOfThisFeed(Refusal):
    """A cursor that this feed did not give: changed, another list's, or from before the feed was built anew."""

    code = "bad_cursor"
    zh = "游标无效或事件流已重建，请从头读取，并按 id 去重"
    en = "The cursor was not given by this feed, or the feed was built anew: read it from the start, drop repeats by id"
