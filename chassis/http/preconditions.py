"""Versions in headers: the ETag of an answer, and the If-Match with which a caller says what it last saw."""

import re
from http import HTTPStatus
from typing import Final

from starlette.requests import HTTPConnection

from chassis.http.problems import HttpRefusal
from chassis.rules.refusals import Kind, Refusal

IF_MATCH: Final = re.compile(r'"([1-9][0-9]{0,8})"')


class IfMatchMissing(Refusal):
    """A change without the version that it changes."""

    kind = Kind.PRECONDITION_REQUIRED
    code = "if_match_missing"
    zh = "请在 If-Match 中给出读到的版本（ETag）"
    en = "Give the version that was read, its ETag, in If-Match"


class IfMatchMalformed(HttpRefusal):
    """An If-Match that is no version of ours."""

    status = HTTPStatus.BAD_REQUEST
    code = "if_match_malformed"
    zh = 'If-Match 应为一个带引号的版本号，如 "3"'
    en = 'If-Match must be one quoted version, such as "3"'


def etag(version: int) -> str:
    """A case's version as an entity tag."""
    return f'"{version}"'


def expected_version(connection: HTTPConnection, *, required: bool) -> int | None:
    """The version in If-Match, None without one; raises IfMatchMissing and IfMatchMalformed."""
    given = connection.headers.getlist("if-match")
    if not given:
        if required:
            raise IfMatchMissing
        return None
    match = IF_MATCH.fullmatch(given[0].strip()) if len(given) == 1 else None
    if match is None:
        raise IfMatchMalformed
    return int(match[1])
