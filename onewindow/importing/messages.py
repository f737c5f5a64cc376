"""Rows of citizens' messages, as a county's message board exports them; each becomes a registered case."""

import hashlib
import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

import orjson

from chassis.rules.clock import SHANGHAI
from contracts.codes import CaseKind, IntakeChannel
from onewindow.importing.reading import Reason
from onewindow.importing.rows import Item, Outcome, reason_of

SOURCE_FORM: Final = re.compile(r"[a-z][a-z0-9_]{0,31}", re.ASCII)
ID_FORM: Final = re.compile(r"[A-Za-z0-9_.-]{1,64}", re.ASCII)
TIME_FORM: Final = re.compile(r"\d{4}[-/]\d{1,2}[-/]\d{1,2} \d{1,2}:\d{2}:\d{2}", re.ASCII)
KEY_BYTES: Final = 6
BAD_ID: Final = Reason("message_id_malformed", "留言编号无效 not an id of a message")
BAD_TIME: Final = Reason(
    "posted_at_malformed", "时间应如 2019/8/1 0:00:00 或 2019-08-01 00:00:00 a time is written like one of these"
)
CREATED: Final = 201


class MessageRows:
    """Messages of one source, registered in one division: online, without a type until somebody classifies them."""

    kind = "messages"
    columns: Sequence[str] = ("message_id", "author", "subject", "posted_at", "body")
    path = "/v1/cases/batch"
    batch = 100

    def __init__(self, division: str, source: str) -> None:
        self._division = division
        self._source = source

    def item(self, cells: Mapping[str, str]) -> Item | Reason:
        """The case under a key that follows from its content: the same row sent again is the same request."""
        if not ID_FORM.fullmatch(cells["message_id"]):
            return BAD_ID
        posted_at = posted(cells["posted_at"])
        if posted_at is None:
            return BAD_TIME
        case = {
            "kind": CaseKind.CONSULTATION,
            "channel": IntakeChannel.ONLINE,
            "division": self._division,
            "title": cells["subject"] or None,
            "narrative": cells["body"],
            "received_at": posted_at.isoformat(),
            "source": {"name": self._source, "id": cells["message_id"], "author": cells["author"] or None},
        }
        digest = hashlib.sha256(orjson.dumps(case)).hexdigest()[: 2 * KEY_BYTES]
        return {"key": f"import:{self._source}:{cells['message_id']}:{digest}", "case": case}

    def outcome(self, answer: Mapping[str, Any]) -> str | Reason:
        """Registered now, registered before (by whomever), or refused."""
        if answer["status"] == CREATED:
            return Outcome.ALREADY_THERE if answer.get("repeated") else Outcome.ADDED
        problem = answer.get("problem") or {}
        return Outcome.ALREADY_THERE if problem.get("code") == "already_registered" else reason_of(problem)

    def parameters(self) -> Mapping[str, str]:
        """Where they are registered, and as whose messages."""
        return {"division": self._division, "source": self._source}


def posted(text: str) -> datetime | None:
    """When a message was posted, by the clocks of Shanghai, in either of the two forms that exports have."""
    if not TIME_FORM.fullmatch(text):
        return None
    try:
        return datetime.strptime(text.replace("-", "/"), "%Y/%m/%d %H:%M:%S").replace(tzinfo=SHANGHAI)
    except ValueError:
        return None
