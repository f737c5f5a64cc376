"""Every example of the API documentation, sent as it stands to a fresh demonstration; nothing without a token."""

import json

import httpx
import pytest

from chassis.security.issuer import DevelopmentIssuer
from contracts.demonstration import COUNTY
from onewindow.embedded import addresses
from onewindow.embedded.county import County
from tests.architecture.operations import Described, operations


def described(opened: County) -> list[Described]:
    return [one for name, app in opened.apps.items() for one in operations(name, app)]


def client(opened: County) -> httpx.AsyncClient:
    transport = httpx.ASGITransport(opened.app, raise_app_exceptions=False)
    return httpx.AsyncClient(transport=transport, base_url="http://county", timeout=30)


async def send(caller: httpx.AsyncClient, one: Described, token: str | None) -> httpx.Response:
    headers = {**one.headers, "Content-Type": "application/json"}
    if token is not None:
        headers["Authorization"] = f"Bearer {token}"
    return await caller.request(one.method, f"/{one.service}{one.path}", content=one.content, headers=headers)


async def test_every_example_is_accepted_as_it_stands(demonstrated: County) -> None:
    issuer = DevelopmentIssuer.at(demonstrated.home, clock=demonstrated.services[0].clock)
    refused = []
    async with client(demonstrated) as caller:
        for one in described(demonstrated):
            answer = await send(caller, one, issuer.mint(one.role, COUNTY))
            if not answer.is_success:
                refused.append(f"{one}: {answer.status_code} {answer.text[:300]}")
    assert refused == []


async def test_every_body_has_an_example(demonstrated: County) -> None:
    for name, app in demonstrated.apps.items():
        for path, methods in app.openapi()["paths"].items():
            for method, operation in methods.items():
                if "requestBody" in operation:
                    content = operation["requestBody"]["content"]["application/json"]
                    assert content.get("example") or content.get("examples"), f"{name} {method} {path}"


async def test_every_writing_operation_wants_one_of_the_demonstrations_cases_or_creates(demonstrated: County) -> None:
    writing = [one for one in described(demonstrated) if one.method == "POST"]
    assert len(writing) >= 15
    cases = [one.path.split("/")[3] for one in writing if one.path.startswith(("/v1/cases/0", "/v1/matters/0"))]
    assert len(set(cases)) == len(cases), "two examples on one case would disturb each other"


async def test_no_operation_answers_without_a_token(demonstrated: County) -> None:
    async with client(demonstrated) as caller:
        for one in described(demonstrated):
            for token in (None, "nonsense", "a.b.c"):
                answer = await send(caller, one, token)
                assert answer.status_code == httpx.codes.UNAUTHORIZED, str(one)
                assert answer.headers["content-type"] == "application/problem+json"
                assert "nonsense" not in answer.text


async def test_the_example_of_a_case_holds_what_a_person_would_tell(demonstrated: County) -> None:
    paths = demonstrated.apps["intake"].openapi()["paths"]
    example = paths["/v1/cases"]["post"]["requestBody"]["content"]["application/json"]["example"]
    assert example["division"]
    assert example["narrative"]
    first = example["parties"][0]
    assert first["name"]
    assert first["phone"]
    assert first["identity_number"]


async def test_the_whole_document_names_every_operation_under_its_service(demonstrated: County) -> None:
    async with client(demonstrated) as caller:
        document = (await caller.get("/openapi.json")).json()
    assert document["openapi"].startswith("3.")
    for name, app in demonstrated.apps.items():
        for path in app.openapi()["paths"]:
            assert f"/{name}{path}" in document["paths"]
    text = json.dumps(document)
    for reference in set(text.split('"$ref": "#/components/schemas/')[1:]):
        assert reference.split('"')[0] in document["components"]["schemas"]


@pytest.mark.parametrize("service", addresses.SERVICES)
async def test_each_service_has_its_own_document(demonstrated: County, service: str) -> None:
    async with client(demonstrated) as caller:
        answer = await caller.get(f"/{service}/openapi.json")
    assert answer.is_success
    assert answer.json()["servers"][0]["url"] == f"/{service}"
