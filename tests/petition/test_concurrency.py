"""Several at once, and a commit that fails: one winner, one effect, no success that is none."""

import asyncio
from uuid import uuid4

import asyncpg
import httpx
import pytest

from chassis.rules.refusals import Refusal
from contracts.codes import PartyRole, PetitionState
from onewindow.embedded.databases import ServiceDatabase
from tests.petition.story import Story, particulars

BODY = {"route": "R31_6", "notice": {"way": "ON_THE_SPOT"}}


async def ask(client: httpx.AsyncClient, matter_id: object, key: str) -> httpx.Response:
    headers = {"Idempotency-Key": key, "If-Match": '"1"'}
    return await client.post(f"/v1/matters/{matter_id}/acceptance", json=BODY, headers=headers)


async def test_of_some_who_read_the_same_version_one_changes_the_matter(
    story: Story, client: httpx.AsyncClient
) -> None:
    matter_id = await story.register()
    answers = await asyncio.gather(*(ask(client, matter_id, uuid4().hex) for _ in range(4)))
    assert sorted(answer.status_code for answer in answers) == [201, 412, 412, 412]
    assert len(await story.deadlines(matter_id)) == 2


async def test_a_request_sent_several_times_at_once_is_done_once(story: Story, client: httpx.AsyncClient) -> None:
    matter_id, key = await story.register(), uuid4().hex
    answers = await asyncio.gather(*(ask(client, matter_id, key) for _ in range(4)))
    assert {(answer.status_code, answer.content) for answer in answers} == {(201, answers[0].content)}
    assert await story.facts(matter_id) == ["petition.registered", "petition.accepted"]


async def test_deliveries_at_once_finish_the_handling_once(story: Story) -> None:
    trio = particulars(PartyRole.PETITIONER, PartyRole.REPRESENTATIVE, PartyRole.APPLICANT)
    matter_id = await story.at(PetitionState.OPINION_ISSUED, trio)
    twice = story.parties[matter_id] * 2
    results = await asyncio.gather(
        *(story.deliver(matter_id, petitioner_id) for petitioner_id in twice), return_exceptions=True
    )
    done = [result for result in results if not isinstance(result, BaseException)]
    assert sorted(entry.fact["outstanding"] for entry in done) == [0, 1, 2]
    assert all(isinstance(result, Refusal) for result in results if result not in done)
    assert [state for _, _, state in await story.deadlines(matter_id)] == ["MET", "MET", "OPEN", "OPEN", "OPEN"]
    assert (await story.matter(matter_id)).state is PetitionState.OPINION_DELIVERED


@pytest.mark.parametrize("lost", ["journal", "outbox", "matters", "deadlines"])
async def test_a_commit_that_fails_is_no_success(
    story: Story, client: httpx.AsyncClient, addresses: ServiceDatabase, lost: str
) -> None:
    matter_id = await story.register()
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
    answer = await ask(client, matter_id, uuid4().hex)
    assert answer.status_code >= 500
    assert answer.headers["content-type"] == "application/problem+json"
    assert await story.facts(matter_id) == ["petition.registered"]
    assert (await story.matter(matter_id)).state is PetitionState.REGISTERED
    assert await story.deadlines(matter_id) == [("PET_NOTICE_DIRECT", "2026-03-16", "OPEN")]
