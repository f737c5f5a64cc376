"""What another township's case looks like: over all routes of the service, by generation."""

import pytest
from fastapi import FastAPI
from sqlalchemy import true

from chassis.database import columns
from chassis.journal.entries import new_id
from contracts.codes import MediationState
from tests.architecture.operations import operations
from tests.callers import AsRole
from tests.county import key
from tests.mediation.story import SHANGCUN, WOBEI, Story

UNKNOWN = new_id()


@pytest.mark.parametrize("application_check", [True, False])
async def test_another_townships_case_is_as_unknown_as_none(
    app: FastAPI, story: Story, as_role: AsRole, monkeypatch: pytest.MonkeyPatch, *, application_check: bool
) -> None:
    """With the condition in the queries taken away, row-level security alone still refuses."""
    case_id = await story.at(MediationState.AGREED, division=WOBEI)
    facts = await story.facts(case_id)
    if not application_check:
        monkeypatch.setattr(columns, "within", lambda _division, _scope: true())
    asked = 0
    async with as_role("MEDIATOR", SHANGCUN) as stranger:
        for one in operations("mediation", app):
            if "{case_id}" not in one.template:
                continue
            answers = [
                await stranger.request(
                    one.method,
                    one.template.replace("{case_id}", str(asked_for)),
                    headers=one.headers | key() | {"Content-Type": "application/json"},
                    content=one.content,
                )
                for asked_for in (case_id, UNKNOWN)
            ]
            known, unknown = ({**answer.json(), "trace_id": None} for answer in answers)
            assert [answer.status_code for answer in answers] == [404, 404], str(one)
            assert known == unknown
            asked += 1
        page = (await stranger.get("/v1/cases", params={"total": "true"})).json()
        assert (page["items"], page["total"]) == ([], 0)
    assert asked >= 9
    assert await story.facts(case_id) == facts
    async with as_role("MEDIATOR", WOBEI) as neighbour:
        assert (await neighbour.get(f"/v1/cases/{case_id}")).status_code == 200
