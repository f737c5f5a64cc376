"""The OpenAPI document of a service and of several together: what an operation needs, an example, its problems."""

import inspect
from collections.abc import Callable, Mapping, MutableMapping
from functools import cache
from typing import Any, Final

from fastapi import FastAPI
from fastapi.routing import RouteContext
from pydantic import BaseModel, TypeAdapter

from chassis.http.acting import IF_MATCH, WRITES
from chassis.http.authentication import PROTECTED
from chassis.http.examples import EXAMPLE, OPERATION, Operation, problem_response
from chassis.http.permissions import dependency_of, permission_of
from chassis.http.problems import ProblemDetails
from chassis.http.templates import routes_of

SCHEMAS: Final = "#/components/schemas/"
BEARER: Final = {
    "type": "http",
    "scheme": "bearer",
    "bearerFormat": "JWT",
    "description": "令牌说明持有人、岗位与管辖区划 A token names its holder, roles and division",
}
EXAMPLE_KEY: Final = "4c1f7a52-0d0e-4b8a-9d35-6a1f0f0c2b11"
EXAMPLE_VERSION: Final = 1
FASTAPIS_OWN: Final = ("HTTPValidationError", "ValidationError")
ALWAYS: Final = (400, 401, 403, 422, 503)
Document = dict[str, Any]


def customise(app: FastAPI) -> None:
    """Let the document at `/openapi.json` say what the edge does to every request."""
    plain = app.openapi

    @cache
    def openapi() -> Document:
        return _completed(app, plain())

    app.openapi = openapi  # type: ignore[method-assign]


def merged(apps: Mapping[str, FastAPI], *, title: str, version: str, description: str = "") -> Document:
    """One document for services that are mounted under prefixes, such as `/intake`.

    Schemas get the service's name in front, since two services may call different things by one name.
    """
    paths: Document = {}
    schemas: Document = {}
    for prefix, app in apps.items():
        name = prefix.strip("/")
        document = _renamed(app.openapi(), f"{name}.")
        for path, operations in document["paths"].items():
            for operation in operations.values():
                operation["operationId"] = f"{name}.{operation['operationId']}"
                operation["tags"] = [f"{name}: {tag}" for tag in operation.get("tags", ["service"])]
            paths[prefix + path] = operations
        schemas |= {f"{name}.{schema}": content for schema, content in document["components"]["schemas"].items()}
    return {
        "openapi": "3.1.0",
        "info": {"title": title, "version": version, "description": description},
        "paths": paths,
        "components": {"schemas": schemas, "securitySchemes": {"bearer": BEARER}},
    }


def _completed(app: FastAPI, document: Document) -> Document:
    components = document.setdefault("components", {})
    components["securitySchemes"] = {"bearer": BEARER}
    schemas = components.setdefault("schemas", {})
    for name in FASTAPIS_OWN:
        schemas.pop(name, None)
    _add_schema(schemas, ProblemDetails, "serialization")
    for route in routes_of(app):
        described = getattr(route.endpoint, OPERATION, None)
        for method in sorted(route.methods or ()):
            if isinstance(described, Operation) and method != "HEAD":
                entry = _plain_entry(route, described, schemas)
                document["paths"].setdefault(route.path, {})[method.lower()] = entry
            operation = document["paths"].get(route.path, {}).get(method.lower())
            if operation is not None:
                _complete(operation, route, method, schemas)
    return document


def _complete(operation: Document, route: RouteContext, method: str, schemas: Document) -> None:
    """Add to one operation what the route itself does not say to FastAPI."""
    example = operation.pop(EXAMPLE, {})
    statuses: list[int] = []
    if str(route.path).startswith(PROTECTED):
        operation["security"] = [{"bearer": []}]
        operation["x-permission"] = permission_of(route)
        statuses.extend(ALWAYS)
    parameters = operation.setdefault("parameters", [])
    for parameter in parameters:
        if parameter["name"] in example.get("parameters", {}):
            parameter["example"] = example["parameters"][parameter["name"]]
    if any(parameter["in"] == "path" for parameter in parameters):
        statuses.append(404)
    statuses.extend(_add_headers(parameters, route, method, example))
    if not parameters:
        del operation["parameters"]
    if "requestBody" in operation:
        statuses += [400, 413, 415]
        _add_body_example(operation["requestBody"]["content"]["application/json"], example, schemas)
    responses = operation["responses"]
    if not any(media == "application/problem+json" for media in responses.get("422", {}).get("content", {})):
        responses.pop("422", None)  # FastAPI's own description of its own answer
    for status in statuses:
        responses.setdefault(str(status), problem_response(status))


def _add_headers(parameters: list[Document], route: RouteContext, method: str, example: Document) -> list[int]:
    """Document the headers of a writing operation; returns the statuses that they bring with them."""
    dependant = getattr(route, "dependant", None)
    writing = dependency_of(dependant, WRITES) if dependant is not None else None
    described = getattr(route.endpoint, OPERATION, None)
    if writing is None and (method != "POST" or not isinstance(described, Operation) or not described.keyed):
        return []
    statuses = [409]
    if method == "POST":
        key = example.get("key", EXAMPLE_KEY)
        text = "本次请求的唯一标识，重复提交得到同一答复 The same key and body get the first answer again"
        schema = {"type": "string", "minLength": 8, "maxLength": 128, "pattern": "^[!-~]+$"}
        parameters.append(_header("Idempotency-Key", text, schema, key, required=True))
        statuses.append(400)
    if writing is not None:
        required = bool(getattr(writing, IF_MATCH, False))
        text = "读到的版本（ETag） The version that was read, its ETag"
        schema = {"type": "string", "pattern": '^"[1-9][0-9]{0,8}"$'}
        version = example.get("if_match", EXAMPLE_VERSION if required else None)
        quoted = None if version is None else f'"{version}"'
        parameters.append(_header("If-Match", text, schema, quoted, required=required))
        statuses += [400, 412, *([428] if required else [])]
    return statuses


def _header(name: str, text: str, schema: Document, example: str | None, *, required: bool) -> Document:
    header = {"name": name, "in": "header", "required": required, "description": text, "schema": schema}
    return header if example is None else header | {"example": example}


def _add_body_example(content: Document, example: Document, schemas: Document) -> None:
    if "body" in example:
        content["example"] = example["body"]
    elif "example" not in content and "examples" not in content:
        schema: Document = content["schema"]
        named: Document = schemas.get(schema.get("$ref", "").removeprefix(SCHEMAS), schema)
        if named.get("examples"):
            content["example"] = named["examples"][0]


def _plain_entry(route: RouteContext, described: Operation, schemas: Document) -> Document:
    """The entry of a plain route, in the form that FastAPI gives its own."""
    summary, _, description = (inspect.getdoc(route.endpoint) or "").partition("\n\n")
    answer = {"schema": _add_schema(schemas, described.response, "serialization")}
    entry: Document = {
        "tags": list(described.tags),
        "summary": summary,
        "description": description,
        "operationId": getattr(route.endpoint, "__name__", str(route.path)),
        "parameters": [_path_parameter(name) for name in route.param_convertors] + list(described.parameters),
        "responses": {
            str(described.status): {"description": "Successful Response", "content": {"application/json": answer}}
        },
        **described.extra,
    }
    entry["responses"] |= {str(status): response for status, response in described.responses.items()}
    if described.request is not None:
        schema = _add_schema(schemas, described.request, "validation")
        entry["requestBody"] = {"required": True, "content": {"application/json": {"schema": schema}}}
    return entry


def _path_parameter(name: str) -> Document:
    return {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}


def _add_schema(schemas: MutableMapping[str, Any], model: type[BaseModel], mode: Any) -> dict[str, str]:  # noqa: ANN401
    """Put a model's schema, and those it needs, among the components; returns the reference to it."""
    schema = TypeAdapter(model).json_schema(ref_template=SCHEMAS + "{model}", mode=mode)
    for name, needed in schema.pop("$defs", {}).items():
        schemas.setdefault(name, needed)
    schemas.setdefault(model.__name__, schema)
    return {"$ref": SCHEMAS + model.__name__}


def _renamed(value: Any, prefix: str) -> Any:  # noqa: ANN401 -- any JSON value
    """A copy in which every reference to a schema has `prefix` before the schema's name."""
    rename: Callable[[Any], Any] = lambda inner: _renamed(inner, prefix)  # noqa: E731
    if isinstance(value, dict):
        return {
            name: SCHEMAS + prefix + inner.removeprefix(SCHEMAS)
            if name == "$ref" and isinstance(inner, str) and inner.startswith(SCHEMAS)
            else rename(inner)
            for name, inner in value.items()
        }
    return [rename(inner) for inner in value] if isinstance(value, list) else value
