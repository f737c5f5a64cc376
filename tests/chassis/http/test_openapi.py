from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from chassis.http.openapi import merged
from chassis.http.permissions import permission_of
from chassis.http.templates import routes_of
from chassis.security.tokens import Verifier
from tests.chassis.http.conftest import Client
from tests.chassis.http.desk import EXAMPLE_CASE, make_desk

Document = dict[str, Any]


@pytest.fixture
async def document(closed: Client) -> Document:
    answer: httpx.Response = await closed.get("/openapi.json")
    found: Document = answer.json()
    return found


def operations(document: Document) -> dict[str, Document]:
    return {
        f"{method.upper()} {path}": operation
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    }


def refs(value: object) -> set[str]:
    if isinstance(value, dict):
        own = {value["$ref"]} if isinstance(value.get("$ref"), str) else set()
        return own.union(*(refs(inner) for inner in value.values()))
    return set().union(*(refs(inner) for inner in value)) if isinstance(value, list) else set()


def test_every_route_under_v1_declares_its_permission(closed_desk: FastAPI, document: Document) -> None:
    declared = {str(route.path): permission_of(route) for route in routes_of(closed_desk)}
    protected = {path: permission for path, permission in declared.items() if path.startswith("/v1/")}
    assert len(protected) == 6
    assert all(protected.values())
    assert protected["/v1/plain"] == "mediation.cases.accept"
    assert declared["/healthz"] is None
    for operation in operations(document).values():
        assert operation["x-permission"]
        assert operation["security"] == [{"bearer": []}]


def test_the_document_covers_what_is_served(closed_desk: FastAPI, document: Document) -> None:
    assert document["openapi"].startswith("3.1")
    served = {
        f"{method} {route.path}"
        for route in routes_of(closed_desk)
        if str(route.path).startswith("/v1/")
        for method in route.methods or ()
    }
    assert set(operations(document)) == served
    assert refs(document) <= {f"#/components/schemas/{name}" for name in document["components"]["schemas"]}
    assert "HTTPValidationError" not in document["components"]["schemas"]


def test_requests_have_examples_that_can_be_sent(document: Document) -> None:
    ended = operations(document)["POST /v1/cases/{case_id}/termination"]
    parameters = {parameter["name"]: parameter for parameter in ended["parameters"]}
    assert parameters["case_id"]["example"] == EXAMPLE_CASE
    assert (parameters["If-Match"]["example"], parameters["If-Match"]["required"]) == ('"3"', True)
    assert (parameters["Idempotency-Key"]["example"], parameters["Idempotency-Key"]["required"]) == ("end-0001", True)
    assert ended["requestBody"]["content"]["application/json"]["example"] == {"reason": "WITHDRAWN"}
    opened = operations(document)["POST /v1/cases"]
    assert opened["requestBody"]["content"]["application/json"]["example"]["tier"] == "TOWNSHIP"
    assert not any("x-example" in operation for operation in operations(document).values())


def test_problems_are_described_by_status(document: Document) -> None:
    ended = operations(document)["POST /v1/cases/{case_id}/termination"]["responses"]
    assert set(ended) == {"200", "400", "401", "403", "404", "409", "412", "413", "415", "422", "428", "503"}
    stale = ended["412"]["content"]["application/problem+json"]
    assert stale["schema"] == {"$ref": "#/components/schemas/ProblemDetails"}
    assert stale["examples"]["version_mismatch"]["value"]["status"] == 412
    read = operations(document)["GET /v1/cases/{case_id}"]
    assert {parameter["name"] for parameter in read["parameters"]} == {"case_id"}
    assert set(read["responses"]) == {"200", "400", "401", "403", "404", "422", "503"}


def test_a_plain_route_stands_beside_the_others(document: Document) -> None:
    plain = operations(document)["POST /v1/plain"]
    assert (plain["summary"], plain["description"]) == ("Answer a plain route.", "Validated from the bytes.")
    content = plain["requestBody"]["content"]["application/json"]
    assert content == {"schema": {"$ref": "#/components/schemas/EndRequest"}, "example": {"reason": "WITHDRAWN"}}
    assert [parameter["example"] for parameter in plain["parameters"]] == ["plain-0001"]
    assert "201" in plain["responses"]


async def test_a_plain_route_is_validated_like_any_other(closed: Client) -> None:
    good = await closed.post("/v1/plain", json={"reason": "WITHDRAWN"})
    assert (good.status_code, good.json()) == (201, {"reason": "WITHDRAWN"})
    wrong = await closed.post("/v1/plain", json={"reason": "13912345678"})
    assert (wrong.status_code, wrong.json()["errors"][0]["field"]) == (422, "reason")
    assert "13912345678" not in wrong.text
    query = await closed.post("/v1/plain?x=1", json={"reason": "WITHDRAWN"})
    assert (query.status_code, query.json()["code"]) == (422, "unknown_parameter")
    assert (await closed.post("/v1/plain")).status_code == 422


def test_services_together_make_one_document(verifier: Verifier) -> None:
    apps = {"/one": make_desk(None, verifier), "/two": make_desk(None, verifier)}
    whole = merged(apps, title="whole", version="1")
    assert "/one/v1/cases/{case_id}" in whole["paths"]
    assert "/two/v1/cases/{case_id}" in whole["paths"]
    assert refs(whole) <= {f"#/components/schemas/{name}" for name in whole["components"]["schemas"]}
    identifiers = [operation["operationId"] for operation in operations(whole).values()]
    assert len(identifiers) == len(set(identifiers)) == 14
    assert "/v1/cases" in apps["/one"].openapi()["paths"]
