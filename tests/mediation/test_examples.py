"""Every example in the document is accepted as it stands, on a case prepared as DEMONSTRATION_VERSIONS says."""

import httpx
import pytest
from fastapi import FastAPI

from contracts.codes import MediationState
from contracts.demonstration import ACTS, CASES, MEDIATOR, TOWNSHIP, party_id
from services.mediation.demonstration import DEMONSTRATION_VERSIONS
from tests.examples import accepted
from tests.mediation.story import Story

STATES = {
    "mediation.cases.read": MediationState.REGISTERED,
    "mediation.cases.seek_consent": MediationState.REGISTERED,
    "mediation.cases.record_consent": MediationState.CONSENT_PENDING,
    "mediation.cases.assign_mediator": MediationState.ACCEPTED,
    "mediation.cases.record_session": MediationState.MEDIATOR_ASSIGNED,
    "mediation.cases.terminate": MediationState.IN_MEDIATION,
    "mediation.agreements.record": MediationState.IN_MEDIATION,
    "mediation.agreements.make_effective": MediationState.AGREED,
}


@pytest.fixture
async def demonstrated(story: Story) -> Story:
    """The cases of the demonstration, each in the state that its act needs."""
    for act in DEMONSTRATION_VERSIONS:
        people = [party_id(act, number) for number in (1, 2)]
        other = {"ids": people, "case_id": CASES[act], "division": TOWNSHIP}
        if act == "mediation.cases.accept":
            case_id = await story.at(MediationState.CONSENT_PENDING, **other)
            await story.consent(case_id)
        else:
            await story.at(STATES[act], **other)
    await story.staff(MEDIATOR)
    return story


def test_every_act_of_mediation_has_its_version() -> None:
    assert set(DEMONSTRATION_VERSIONS) == {act for act in ACTS if act.startswith("mediation.")}


async def test_the_table_says_how_many_facts_each_case_has(demonstrated: Story) -> None:
    counted = {act: len(await demonstrated.facts(CASES[act])) for act in DEMONSTRATION_VERSIONS}
    assert counted == DEMONSTRATION_VERSIONS


async def test_every_example_is_accepted(app: FastAPI, demonstrated: Story, client: httpx.AsyncClient) -> None:
    assert await accepted("mediation", app, client) == len(DEMONSTRATION_VERSIONS) - 1
