"""Every example in the document is accepted as it stands, on a matter prepared as DEMONSTRATION_VERSIONS says."""

import re
from collections.abc import AsyncIterator
from uuid import uuid4

import httpx
import pytest
from fastapi import FastAPI

from contracts.codes import PetitionState
from contracts.demonstration import ACTS, CASES, TOWNSHIP
from services.petition.demonstration import DEMONSTRATION_VERSIONS
from tests.petition.conftest import AsRole
from tests.petition.story import Story
from tests.petition.test_access import example_body, example_header, operations

STATES = {
    "petition.matters.read": PetitionState.REGISTERED,
    "petition.matters.accept": PetitionState.REGISTERED,
    "petition.matters.extend": PetitionState.INVESTIGATING,
    "petition.opinions.issue": PetitionState.INVESTIGATING,
    "petition.opinions.deliver": PetitionState.OPINION_ISSUED,
    "petition.matters.conclude": PetitionState.OPINION_DELIVERED,
}


@pytest.fixture
async def demonstrated(story: Story) -> Story:
    """The matters of the demonstration, each in the state that its act needs."""
    for act, state in STATES.items():
        await story.at(state, case_id=CASES[act], division=TOWNSHIP)
    return story


@pytest.fixture
async def client(as_role: AsRole) -> AsyncIterator[httpx.AsyncClient]:
    """The head of the organ, who may do everything here."""
    async with as_role("ORGAN_HEAD") as client:
        yield client


def test_every_act_of_petition_has_its_version() -> None:
    assert set(DEMONSTRATION_VERSIONS) == {act for act in ACTS if act.startswith("petition.")} == set(STATES)


async def test_the_table_says_how_many_facts_each_matter_has(demonstrated: Story) -> None:
    counted = {act: len(await demonstrated.facts(CASES[act])) for act in DEMONSTRATION_VERSIONS}
    assert counted == DEMONSTRATION_VERSIONS


async def test_every_example_is_accepted(app: FastAPI, demonstrated: Story, client: httpx.AsyncClient) -> None:
    posted = []
    for method, path, operation in operations(app):
        parameters = {one["name"]: one.get("example") for one in operation.get("parameters", []) if one["in"] == "path"}
        address = re.sub(r"\{(\w+)\}", lambda match: str(parameters[match[1]]), path)  # noqa: B023 -- used at once
        names = ("If-Match", "Idempotency-Key")
        given = {name: value for name in names if (value := example_header(operation, name)) is not None}
        answer = await client.request(method, address, json=example_body(operation), headers=given)
        assert answer.status_code == (201 if method == "post" else 200), (method, path, answer.text)
        if method == "post":
            posted.append(path)
            again = await client.request(method, address, json=example_body(operation), headers=given)
            assert again.content == answer.content, path
            stale = await client.post(
                address, json=example_body(operation), headers=given | {"Idempotency-Key": uuid4().hex}
            )
            assert stale.status_code == 412, path
    assert len(posted) == len(DEMONSTRATION_VERSIONS) - 1
