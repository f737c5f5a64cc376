"""What a route adds to its OpenAPI entry by hand: an example that can be sent as it stands, and its refusals."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from pydantic import BaseModel

from chassis.http.problems import MEDIA_TYPE, TITLES, Problem, status_of
from chassis.rules.refusals import Refusal

EXAMPLE: Final = "x-example"
OPERATION: Final = "ow_operation"
"""Attribute of a plain route's endpoint that describes it to OpenAPI."""
PROBLEM: Final[Mapping[str, str]] = {"$ref": "#/components/schemas/ProblemDetails"}
EXAMPLE_TRACE: Final = "4bf92f3577b34da6a3ce929d0e0e4736"

Endpoint = TypeVar("Endpoint", bound=Callable[..., Any])
Responses = dict[int | str, dict[str, Any]]


def openapi_example(
    *,
    key: str | None = None,
    if_match: int | None = None,
    body: Mapping[str, Any] | None = None,
    **parameters: object,
) -> dict[str, Any]:
    """For a route's `openapi_extra`: a request that a fresh demonstration accepts as it stands.

    `parameters` are values of path and query parameters by name, such as `case_id="..."`; `body` overrules the
    example of the body's model.
    """
    example: dict[str, Any] = {"parameters": {name: str(value) for name, value in parameters.items()}}
    if key is not None:
        example["key"] = key
    if if_match is not None:
        example["if_match"] = if_match
    if body is not None:
        example["body"] = dict(body)
    return {EXAMPLE: example}


def refuses(*refusals: type[Refusal]) -> Responses:
    """For a route's `responses`: which rules may say no, by status, each with the problem that it becomes."""
    responses: Responses = {}
    for refusal in refusals:
        status = status_of(refusal)
        examples = responses.setdefault(status, problem_response(status))["content"][MEDIA_TYPE].setdefault(
            "examples", {}
        )
        content = Problem(status, refusal.code, refusal.zh, refusal.en).content(EXAMPLE_TRACE)
        examples[refusal.code] = {"summary": refusal.zh, "value": content}
    return responses


def problem_response(status: int) -> dict[str, Any]:
    """The OpenAPI response of a problem with this status."""
    return {"description": TITLES.get(status, "问题 Problem"), "content": {MEDIA_TYPE: {"schema": dict(PROBLEM)}}}


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """The OpenAPI entry of a plain route, which FastAPI knows nothing of.

    `extra` is what `openapi_example` gives, `responses` what `refuses` gives. Summary and description come from the
    endpoint's docstring.
    """

    response: type[BaseModel]
    request: type[BaseModel] | None = None
    status: int = 200
    tags: tuple[str, ...] = ()
    parameters: tuple[dict[str, Any], ...] = ()
    """Query parameters as OpenAPI writes them; a query with any other is refused."""
    keyed: bool = True
    """Whether a POST takes an Idempotency-Key; a batch has one in each item, or is safe to repeat as it is."""
    extra: Mapping[str, Any]
    responses: Mapping[int | str, dict[str, Any]]


def describes(operation: Operation) -> Callable[[Endpoint], Endpoint]:
    """For plain routes: the endpoint's OpenAPI entry, beside `declares`, which names its permission."""

    def decorate(endpoint: Endpoint) -> Endpoint:
        setattr(endpoint, OPERATION, operation)
        return endpoint

    return decorate
