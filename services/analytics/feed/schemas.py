"""What may be asked of the feed, and how its answer is described."""

from collections.abc import Callable, Collection
from typing import Annotated, Any, Final

from pydantic import AfterValidator, WithJsonSchema
from starlette.responses import Response

from chassis.http.validation import wrong
from contracts.catalog import OPEN_EVENTS

TOPICS: Final = tuple(dict.fromkeys(event.topic.name for event in OPEN_EVENTS))
TYPES: Final = tuple(dict.fromkeys(event.type for event in OPEN_EVENTS))


class Lines(Response):
    """JSON documents, one a line."""

    media_type = "application/x-ndjson"


def _one_of(known: Collection[str]) -> Callable[[str], str]:
    def check(given: str) -> str:
        if given not in known:
            raise wrong("not_open", "不是开放的主题或事件类型", "is no open topic or type of event; see OpenAPI")
        return given

    return check


OpenTopic = Annotated[str, AfterValidator(_one_of(TOPICS)), WithJsonSchema({"type": "string", "enum": TOPICS})]
"""The name of a topic whose facts an analyst may read."""
OpenType = Annotated[str, AfterValidator(_one_of(TYPES)), WithJsonSchema({"type": "string", "enum": TYPES})]
"""The type of an event on one of them."""

DESCRIBED: Final[dict[int | str, dict[str, Any]]] = {
    200: {
        "description": "每行一个 CloudEvents 信封，与发布时一致 A CloudEvents envelope a line, as it was published",
        "headers": {
            "Next-Cursor": {
                "description": "下次以 `after` 给出 Give it as `after` the next time; always there",
                "schema": {"type": "string"},
            },
            "Link": {
                "description": '`rel="next"`，仅在还有后续时给出 Only while more is there already',
                "schema": {"type": "string"},
            },
        },
    }
}
