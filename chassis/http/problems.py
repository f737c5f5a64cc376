"""What a refused or failed request is answered with: RFC 9457 problem details in Chinese and English."""

from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, ClassVar, Final

import orjson
from pydantic import BaseModel, Field
from starlette.responses import Response

from chassis.http.tracing import trace_of
from chassis.rules.refusals import Kind, Refusal

MEDIA_TYPE: Final = "application/problem+json"
TYPES: Final = "https://onewindow.dev/problems/"
"""Where the type URI of every problem begins; what follows is its code, which never changes its meaning."""

STATUS: Final[Mapping[Kind, int]] = {
    Kind.CONFLICT: HTTPStatus.CONFLICT,
    Kind.FORBIDDEN: HTTPStatus.FORBIDDEN,
    Kind.GONE: HTTPStatus.GONE,
    Kind.INVALID: HTTPStatus.UNPROCESSABLE_ENTITY,
    Kind.NOT_FOUND: HTTPStatus.NOT_FOUND,
    Kind.PRECONDITION_FAILED: HTTPStatus.PRECONDITION_FAILED,
    Kind.PRECONDITION_REQUIRED: HTTPStatus.PRECONDITION_REQUIRED,
    Kind.UNAUTHENTICATED: HTTPStatus.UNAUTHORIZED,
}
"""The one place where a refusal's kind becomes a status."""

TITLES: Final[Mapping[int, str]] = {
    400: "请求格式错误 Bad request",
    401: "未通过身份验证 Unauthenticated",
    403: "无权办理 Forbidden",
    404: "未找到 Not found",
    405: "不支持此方法 Method not allowed",
    408: "请求超时 Request timeout",
    409: "与当前状态冲突 Conflict",
    410: "已不存在 Gone",
    412: "前提条件不符 Precondition failed",
    413: "请求体过大 Content too large",
    415: "不支持此格式 Unsupported media type",
    422: "内容不符合要求 Unprocessable content",
    428: "缺少前提条件 Precondition required",
    500: "系统内部错误 Internal error",
    503: "暂时不可用 Temporarily unavailable",
}


class HttpRefusal(Refusal):
    """A refusal that only HTTP knows: it names its own status and the headers that belong to it."""

    status: ClassVar[int] = HTTPStatus.BAD_REQUEST
    headers: ClassVar[Mapping[str, str]] = {}


class FieldProblem(BaseModel):
    """What is wrong with one field; `field` is a path of schema names, never something that was sent."""

    field: str = Field(examples=["parties[0].phone"])
    code: str = Field(examples=["wrong_format"])
    zh: str = Field(examples=["格式不正确"])
    en: str = Field(examples=["does not have the required format"])


class ProblemDetails(BaseModel):
    """RFC 9457 problem details, as OpenAPI shows them."""

    type: str = Field(examples=[f"{TYPES}not_found"])
    title: str = Field(examples=[TITLES[404]])
    status: int = Field(examples=[404])
    code: str = Field(examples=["not_found"], description="stable; programs decide by it")
    detail: str = Field(examples=["未找到该事项"], description="for people, in Chinese")
    detail_en: str = Field(examples=["Nothing is known under this id"])
    trace_id: str | None = Field(default=None, examples=["4bf92f3577b34da6a3ce929d0e0e4736"])
    errors: list[FieldProblem] = Field(default=[], description="one for each field that was refused")


@dataclass(frozen=True, slots=True)
class Problem:
    """An answer that says no: nothing in it comes from the request, its path or its query."""

    status: int
    code: str
    zh: str
    en: str
    errors: tuple[FieldProblem, ...] = ()
    headers: Mapping[str, str] | None = None

    def content(self, trace_id: str | None) -> dict[str, Any]:
        """The members of the problem, with the trace id under which the logs know the request."""
        content: dict[str, Any] = {
            "type": TYPES + self.code,
            "title": TITLES.get(self.status, "请求未完成 Not done"),
            "status": int(self.status),
            "code": self.code,
            "detail": self.zh,
            "detail_en": self.en,
            "trace_id": trace_id,
        }
        if self.errors:
            content["errors"] = [error.model_dump() for error in self.errors]
        return content

    def response(self, scope: Mapping[str, Any]) -> Response:
        """The answer to the request of `scope`."""
        trace = trace_of(scope)
        content = orjson.dumps(self.content(trace.trace_id if trace else None))
        return Response(content, int(self.status), dict(self.headers) if self.headers else None, MEDIA_TYPE)


def status_of(refusal: type[Refusal]) -> int:
    """The status that a class of refusals is answered with."""
    return int(refusal.status if issubclass(refusal, HttpRefusal) else STATUS[refusal.kind])


def of_refusal(refusal: Refusal) -> Problem:
    """The problem that a rule's refusal becomes."""
    errors: tuple[FieldProblem, ...] = ()
    if refusal.field is not None:
        errors = (FieldProblem(field=refusal.field, code=refusal.code, zh=refusal.zh, en=refusal.en),)
    headers = refusal.headers if isinstance(refusal, HttpRefusal) else None
    return Problem(status_of(type(refusal)), refusal.code, refusal.zh, refusal.en, errors, headers)
