"""Operations of a service as its OpenAPI document describes them, ready to be called."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from fastapi import FastAPI

from contracts.roles import PERMISSIONS

WRITING = ("post", "put", "patch", "delete")


@dataclass(frozen=True)
class Described:
    """One operation with its example: where it is called, with which headers, body and permission."""

    service: str
    method: str
    template: str
    path: str
    headers: dict[str, str]
    body: Any
    permission: str

    @property
    def content(self) -> bytes | None:
        return None if self.body is None else json.dumps(self.body, ensure_ascii=False).encode()

    @property
    def role(self) -> str:
        """Some role that holds the permission."""
        return next(role for role in sorted(PERMISSIONS) if self.permission in PERMISSIONS[role])

    def __str__(self) -> str:
        return f"{self.service} {self.method} {self.template}"


def operations(service: str, app: FastAPI) -> Iterator[Described]:
    """Every operation under /v1/, with the values that its document gives as examples."""
    for template, methods in app.openapi()["paths"].items():
        for method, operation in methods.items():
            if template.startswith("/v1/"):
                yield _described(service, method, template, operation)


def _described(service: str, method: str, template: str, operation: dict[str, Any]) -> Described:
    path, headers = template, {}
    for parameter in operation.get("parameters", ()):
        example = _example(parameter)
        if parameter["in"] == "path":
            path = path.replace(f"{{{parameter['name']}}}", str(example))
        elif parameter["in"] == "header" and example is not None:
            headers[parameter["name"]] = str(example)
        elif parameter["in"] == "query" and parameter.get("required"):
            path += f"{'&' if '?' in path else '?'}{parameter['name']}={example}"
    content = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
    body = _example(content) if content else None
    return Described(service, method.upper(), template, path, headers, body, operation["x-permission"])


def _example(described: dict[str, Any]) -> Any:
    if "example" in described:
        return described["example"]
    if "examples" in described:
        return next(iter(described["examples"].values()))["value"]
    examples = described.get("schema", {}).get("examples")
    return examples[0] if examples else None
