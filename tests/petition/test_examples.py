"""Every example in the document is accepted as it stands, on a matter prepared as DEMONSTRATION_VERSIONS says."""

from collections.abc import AsyncIterator

import httpx
import pytest
from fastapi import FastAPI

from contracts.codes import PetitionState
from contracts.demonstration import ACTS, CASES, TOWNSHIP
from services.petition.demonstration import DEMONSTRATION_VERSIONS
from tests.callers import AsRole
from tests.examples import accepted
from tests.petition.story import Story

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
    assert await accepted("petition", app, client) == len(DEMONSTRATION_VERSIONS) - 1
