"""What an address may say: declared parameters, each once, and no character that the database cannot hold."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from fastapi._compat import ModelField, field_annotation_is_sequence
from fastapi.dependencies.models import Dependant
from starlette.requests import Request

from chassis.http.examples import OPERATION, Operation
from chassis.http.json_refusals import NulCharacter
from chassis.rules.refusals import Kind, Refusal

DECLARED: Final = "ow_declared_parameters"


class UnknownParameter(Refusal):
    """A parameter that the route does not have: ignoring a misspelt filter would answer another question."""

    kind = Kind.INVALID
    code = "unknown_parameter"
    zh = "查询参数中有未知项"
    en = "The query has a parameter that this address does not know"


class RepeatedParameter(Refusal):
    """A parameter twice: two readers could take different ones."""

    kind = Kind.INVALID
    code = "repeated_parameter"
    zh = "查询参数重复"
    en = "The query has a parameter twice"


class NulInAddress(NulCharacter):
    """U+0000 in path or query."""

    zh = "地址中有空字符 U+0000"
    en = "The address holds U+0000"


@dataclass(frozen=True, slots=True)
class Declared:
    """Names of a route's query parameters; `repeatable` are those of lists, `kind=TOWN&kind=TOWNSHIP`."""

    names: frozenset[str]
    repeatable: frozenset[str]


def check_address(request: Request) -> None:
    """Look at path and query before anything is done with them; raises the refusals above."""
    scope = request.scope
    if "\0" in scope["path"] or b"%00" in scope["query_string"]:
        raise NulInAddress
    if not scope["query_string"]:
        return
    given = [name for name, _ in request.query_params.multi_items()]
    declared = declared_parameters(scope.get("route", scope["endpoint"]))  # of plain routes only the endpoint is there
    if not declared.names.issuperset(given):
        raise UnknownParameter
    once = [name for name in given if name not in declared.repeatable]
    if len(set(once)) != len(once):
        raise RepeatedParameter


def declared_parameters(route: Any) -> Declared:  # noqa: ANN401 -- an APIRoute, or the endpoint of a plain route
    """What a route may be asked, a plain one by its Operation."""
    declared: Declared | None = getattr(route, DECLARED, None)
    if declared is None:
        fields = list(_query_fields(getattr(route, "dependant", None)))
        repeatable = [field.alias for field in fields if field_annotation_is_sequence(field.field_info.annotation)]
        operation = getattr(route, OPERATION, None)
        plain = operation.parameters if isinstance(operation, Operation) else ()
        names = [*(field.alias for field in fields), *(parameter["name"] for parameter in plain)]
        declared = Declared(frozenset(names), frozenset(repeatable))
        setattr(route, DECLARED, declared)
    return declared


def _query_fields(dependant: Dependant | None) -> Iterator[ModelField]:
    if dependant is not None:
        yield from dependant.query_params
        for dependency in dependant.dependencies:
            yield from _query_fields(dependency)
