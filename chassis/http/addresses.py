"""What an address may say: declared parameters, each once, and no character that the database cannot hold."""

from typing import Any, Final

from fastapi._compat import field_annotation_is_sequence
from fastapi.dependencies.models import Dependant
from fastapi.params import Query
from starlette.requests import Request

from chassis.http.examples import OPERATION, Operation
from chassis.http.json_refusals import NulCharacter
from chassis.rules.refusals import Kind, Refusal

DECLARED: Final = "ow_query_names"
LISTS: Final = "ow_query_lists"


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


def check_address(request: Request) -> None:
    """Look at path and query before anything is done with them; raises the refusals above."""
    scope = request.scope
    if "\0" in scope["path"] or b"%00" in scope["query_string"]:
        raise NulInAddress
    if not scope["query_string"]:
        return
    names = [name for name, _ in request.query_params.multi_items()]
    route = scope["route"]
    if not query_names(route).issuperset(names):
        raise UnknownParameter
    once = [name for name in names if name not in list_names(route)]
    if len(set(once)) != len(once):
        raise RepeatedParameter


def query_names(route: Any) -> frozenset[str]:  # noqa: ANN401 -- an APIRoute or a plain one
    """Names of the query parameters that a route declares, a plain one in its Operation."""
    names: frozenset[str] | None = getattr(route, DECLARED, None)
    if names is None:
        dependant = getattr(route, "dependant", None)
        operation = getattr(getattr(route, "endpoint", None), OPERATION, None)
        if isinstance(operation, Operation):
            names = frozenset(parameter["name"] for parameter in operation.parameters)
        else:
            names = frozenset(_names(dependant) if dependant is not None else ())
        setattr(route, DECLARED, names)
    return names


def list_names(route: Any) -> frozenset[str]:  # noqa: ANN401 -- same
    """Names of the query parameters that are lists, `kind=TOWN&kind=TOWNSHIP`: these may stand more than once."""
    names: frozenset[str] | None = getattr(route, LISTS, None)
    if names is None:
        dependant = getattr(route, "dependant", None)
        names = frozenset(_names(dependant, lists=True) if dependant is not None else ())
        setattr(route, LISTS, names)
    return names


def _names(dependant: Dependant, *, lists: bool = False) -> set[str]:
    own = {
        field.alias
        for field in dependant.query_params
        if isinstance(field.field_info, Query)
        and (not lists or field_annotation_is_sequence(field.field_info.annotation))
    }
    return own.union(*(_names(dependency, lists=lists) for dependency in dependant.dependencies))
