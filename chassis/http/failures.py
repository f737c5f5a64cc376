"""Which problem an exception becomes: refusals, wrong requests, outages that pass, and faults that are ours."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Final

import structlog
from fastapi.exceptions import RequestValidationError
from sqlalchemy.exc import DBAPIError
from starlette.exceptions import HTTPException

from chassis.database.outages import is_outage
from chassis.database.writer import WriterFull
from chassis.http.problems import Problem, of_refusal
from chassis.http.validation import of_validation
from chassis.rules.refusals import Refusal
from chassis.security.jwks import KeysUnavailable

LOG: Final[structlog.stdlib.BoundLogger] = structlog.get_logger(__name__)

RETRY_SECONDS: Final = 1
FAULT: Final = Problem(
    500, "internal_error", "系统内部错误，已记录，请稍后重试", "An error of ours; it has been logged"
)
BUSY: Final = Problem(
    503,
    "unavailable",
    "系统暂时繁忙，请稍后用同一幂等键重试",
    "Temporarily unavailable; repeat with the same idempotency key",
    headers={"Retry-After": str(RETRY_SECONDS)},
)
OUTSIDE: Final = Problem(
    403, "outside_jurisdiction", "超出您的管辖范围", "This lies outside the jurisdiction of the caller"
)
NOT_STORABLE: Final = Problem(
    422, "value_not_accepted", "有数值或文字超出可保存的范围", "A value lies outside what can be stored"
)
OF_STATUS: Final[Mapping[int, tuple[str, str, str]]] = {
    400: ("bad_request", "请求无法理解", "The request cannot be understood"),
    404: ("not_found", "没有这个地址或事项", "There is nothing at this address"),
    405: ("method_not_allowed", "此地址不支持该方法", "This address does not take that method"),
    413: ("body_too_large", "请求体过大", "The request body is too large"),
    415: ("unsupported_media_type", "只接受 application/json", "Only application/json is taken"),
}
"""What Starlette and FastAPI refuse by themselves."""

VALUE_STATES: Final = ("22003", "22008", "22021", "22P05")
"""SQLSTATEs of values that a column cannot hold: numbers and times out of range, characters that are none."""
ROW_SECURITY: Final = "42501"


def problem_of(error: Exception) -> Problem:
    """The problem that is answered. What is ours to mend is logged; telemetry keeps class and place of it only."""
    match error:
        case Refusal():
            return of_refusal(error)
        case RequestValidationError():
            return of_validation(error)
        case HTTPException():
            return _of_http(error)
        case WriterFull() | KeysUnavailable():
            return BUSY
    if is_outage(error):
        LOG.warning("request_met_outage", exc_info=error)
        return BUSY
    problem = _of_value(error)
    if problem is None:
        LOG.error("request_failed", exc_info=error)
        problem = FAULT
    return problem


def _of_http(error: HTTPException) -> Problem:
    status = error.status_code
    code, zh, en = OF_STATUS.get(status, OF_STATUS[HTTPStatus.BAD_REQUEST])
    return Problem(status, code, zh, en, headers=error.headers)


def _of_value(error: Exception) -> Problem | None:
    """What the database refuses for the request's sake: the second walls, should the first have let it through."""
    source = error.orig if isinstance(error, DBAPIError) else error
    state = getattr(source, "sqlstate", None)
    if state == ROW_SECURITY and "row-level security" in str(source):
        return OUTSIDE
    if state in VALUE_STATES:
        LOG.warning("value_met_only_the_database", exc_info=error)
        return NOT_STORABLE
    return None
