"""What another township's matter looks like: over all routes of the service, by generation."""

import pytest
from fastapi import FastAPI
from sqlalchemy import true

from chassis.database import columns
from chassis.journal.entries import new_id
from contracts.codes import PetitionState
from tests.architecture.operations import operations
from tests.callers import AsRole
from tests.county import key
from tests.petition.story import SHANGCUN, WOBEI, Story

UNKNOWN = new_id()


@pytest.mark.parametrize("application_check", [True, False])
async def test_another_townships_matter_is_as_unknown_as_none(
    app: FastAPI, story: Story, as_role: AsRole, monkeypatch: pytest.MonkeyPatch, *, application_check: bool
) -> None:
    """With the condition in the queries taken away, row-level security alone still refuses."""
    matter_id = await story.at(PetitionState.OPINION_DELIVERED, division=WOBEI)
    facts = await story.facts(matter_id)
    if not application_check:
        monkeypatch.setattr(columns, "within", lambda _division, _scope: true())
    asked = 0
    async with as_role("ORGAN_HEAD", SHANGCUN) as stranger:
        for one in operations("petition", app):
            if "{matter_id}" not in one.template:
                continue
            answers = [
                await stranger.request(
                    one.method,
                    one.template.replace("{matter_id}", str(asked_for)),
                    headers=one.headers | key() | {"Content-Type": "application/json"},
                    content=one.content,
                )
                for asked_for in (matter_id, UNKNOWN)
            ]
            known, unknown = ({**answer.json(), "trace_id": None} for answer in answers)
            assert [answer.status_code for answer in answers] == [404, 404], str(one)
            assert known == unknown
            asked += 1
        page = (await stranger.get("/v1/matters", params={"total": "true"})).json()
        assert (page["items"], page["total"]) == ([], 0)
    assert asked >= 8
    assert await story.facts(matter_id) == facts
    async with as_role("PETITION_HANDLER", WOBEI) as neighbour:
        assert (await neighbour.get(f"/v1/matters/{matter_id}")).status_code == 200
