"""Several at once, and a commit that fails: numbers without gaps, one winner, no success that is none."""

import asyncio
from uuid import uuid4

import asyncpg
import httpx
import pytest

from contracts.codes import MediationState
from onewindow.embedded.databases import ServiceDatabase
from tests.mediation.story import Story

TOGETHER = 8


async def test_acceptances_at_once_get_numbers_without_gap_or_repeat(story: Story) -> None:
    cases = [await story.at(MediationState.CONSENT_PENDING) for _ in range(TOGETHER)]
    for case_id in cases:
        await story.consent(case_id)
    entries = await asyncio.gather(*(story.accept(case_id) for case_id in cases))
    numbers = {entry.fact["dossier_number"] for entry in entries}
    assert numbers == {f"（2026）人调字第{number}号" for number in range(1, TOGETHER + 1)}


async def test_of_two_who_read_the_same_version_one_changes_the_case(story: Story, client: httpx.AsyncClient) -> None:
    case_id = await story.open()

    async def ask() -> int:
        headers = {"Idempotency-Key": uuid4().hex, "If-Match": '"1"'}
        body = {"rights_notice": "ORAL"}
        return (await client.post(f"/v1/cases/{case_id}/consent-request", json=body, headers=headers)).status_code

    assert sorted(await asyncio.gather(*(ask() for _ in range(4)))) == [201, 412, 412, 412]
    assert await story.facts(case_id) == ["mediation.opened", "mediation.consent_sought"]


async def test_a_request_sent_twice_at_once_is_done_once(story: Story, client: httpx.AsyncClient) -> None:
    case_id = await story.open()
    headers = {"Idempotency-Key": uuid4().hex, "If-Match": '"1"'}

    async def ask() -> httpx.Response:
        body = {"rights_notice": "ORAL"}
        return await client.post(f"/v1/cases/{case_id}/consent-request", json=body, headers=headers)

    answers = await asyncio.gather(*(ask() for _ in range(4)))
    assert {(answer.status_code, answer.content) for answer in answers} == {(201, answers[0].content)}
    assert await story.facts(case_id) == ["mediation.opened", "mediation.consent_sought"]


@pytest.mark.parametrize("lost", ["journal", "outbox", "cases"])
async def test_a_commit_that_fails_is_no_success(
    story: Story, client: httpx.AsyncClient, addresses: ServiceDatabase, lost: str
) -> None:
    case_id = await story.open()
    owner = await asyncpg.connect(addresses.owner_url, timeout=5)
    try:
        await owner.execute(
            "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS"
            " $$ BEGIN RAISE EXCEPTION 'lost' USING ERRCODE = '58030'; END $$"
        )
        await owner.execute(
            f"CREATE CONSTRAINT TRIGGER refuse AFTER INSERT OR UPDATE ON {lost}"
            " DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION refuse()"
        )
    finally:
        await owner.close()
    headers = {"Idempotency-Key": uuid4().hex, "If-Match": '"1"'}
    answer = await client.post(f"/v1/cases/{case_id}/consent-request", json={"rights_notice": "ORAL"}, headers=headers)
    assert answer.status_code >= 500
    assert answer.headers["content-type"] == "application/problem+json"
    assert await story.facts(case_id) == ["mediation.opened"]
    assert (await story.case(case_id)).state is MediationState.REGISTERED
