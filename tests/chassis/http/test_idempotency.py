import asyncio

import asyncpg
import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import text

from chassis.database.scope import SYSTEM
from chassis.database.session import Database
from chassis.security.issuer import DevelopmentIssuer
from onewindow.embedded.databases import ServiceDatabase
from tests.chassis.http.conftest import COUNTY, Client, MakeClient

Body = dict[str, object]
Row = dict[str, int]
KEY = {"Idempotency-Key": "0193e6a2-7c1e-7b3a-8f00-0000000000aa"}


async def counted(database: Database) -> Row:
    async with database.transaction(SYSTEM) as session:
        return {
            table: int(await session.scalar(text(f"SELECT count(*) FROM {table}")) or 0)
            for table in ("journal", "outbox", "idempotency_keys")
        }


def told(answer: httpx.Response) -> tuple[int, bytes, str | None]:
    return answer.status_code, answer.content, answer.headers.get("etag")


async def test_twenty_equal_requests_at_once_have_one_effect_and_one_answer(
    client: Client, body: Body, database: Database
) -> None:
    answers = await asyncio.gather(*(client.post("/v1/cases", json=body, headers=KEY) for _ in range(20)))
    assert answers[0].status_code == 201, answers[0].text
    assert {told(answer) for answer in answers} == {told(answers[0])}
    assert await counted(database) == {"journal": 1, "outbox": 1, "idempotency_keys": 1}


async def test_a_repeat_later_gets_the_first_answer_again(client: Client, body: Body, database: Database) -> None:
    first = await client.post("/v1/cases", json=body, headers=KEY)
    case_id = first.json()["id"]
    ended = await client.post(
        f"/v1/cases/{case_id}/termination",
        json={"reason": "WITHDRAWN"},
        headers={"Idempotency-Key": "end-00000001", "If-Match": '"1"'},
    )
    assert (ended.status_code, ended.headers["etag"]) == (200, '"2"')
    # The case has moved on, the answer to the first request has not.
    reordered = dict(reversed(body.items()))
    again = await client.post("/v1/cases", json=reordered, headers=KEY)
    assert told(again) == told(first)
    once_more = await client.post(
        f"/v1/cases/{case_id}/termination",
        content=b'{ "reason" :\n"WITHDRAWN" }',
        headers={"Idempotency-Key": "end-00000001", "If-Match": '"1"', "Content-Type": "application/json"},
    )
    assert told(once_more) == told(ended)
    assert await counted(database) == {"journal": 2, "outbox": 2, "idempotency_keys": 2}


async def test_a_key_stands_for_one_request(client: Client, body: Body, database: Database) -> None:
    first = await client.post("/v1/cases", json=body, headers=KEY)
    others = [
        await client.post("/v1/cases", json=body | {"people": 2}, headers=KEY),
        await client.post("/v1/cases", json=body | {"urgent": False}, headers=KEY),
        await client.post(
            f"/v1/cases/{first.json()['id']}/termination",
            json={"reason": "WITHDRAWN"},
            headers=KEY | {"If-Match": '"1"'},
        ),
        await client.post("/v1/cases/forgotten", headers=KEY),
    ]
    assert [(answer.status_code, answer.json()["code"]) for answer in others] == [(422, "idempotency_key_reused")] * 4
    assert await counted(database) == {"journal": 1, "outbox": 1, "idempotency_keys": 1}


async def test_the_same_act_upon_another_case_is_another_request(client: Client, body: Body) -> None:
    cases = [
        (await client.post("/v1/cases", json=body, headers={"Idempotency-Key": f"case-000{n}"})).json()["id"]
        for n in range(2)
    ]
    answers = [
        await client.post(
            f"/v1/cases/{case_id}/termination", json={"reason": "WITHDRAWN"}, headers=KEY | {"If-Match": '"1"'}
        )
        for case_id in cases
    ]
    assert [answer.status_code for answer in answers] == [200, 422]


async def test_keys_are_scoped_to_the_caller(
    desk: FastAPI, make_client: MakeClient, issuer: DevelopmentIssuer, body: Body, database: Database
) -> None:
    for subject in ("mediator-1", "mediator-2"):
        token = issuer.mint("MEDIATOR", COUNTY, subject=subject)
        caller = make_client(desk, {"Authorization": f"Bearer {token}"})
        assert (await caller.post("/v1/cases", json=body, headers=KEY)).status_code == 201
    assert (await counted(database))["journal"] == 2


async def test_what_was_refused_leaves_its_key_free(client: Client, body: Body, database: Database) -> None:
    refused = await client.post("/v1/cases", json=body | {"people": 0}, headers=KEY)
    assert refused.status_code == 422
    assert (await client.post("/v1/cases", json=body, headers=KEY)).status_code == 201
    assert (await counted(database))["journal"] == 1


@pytest.mark.parametrize(
    ("headers", "code"),
    [
        ([], "idempotency_key_missing"),
        ([("Idempotency-Key", "short12")], "idempotency_key_malformed"),
        ([("Idempotency-Key", "k" * 129)], "idempotency_key_malformed"),
        ([("Idempotency-Key", "k" * 10_000)], "idempotency_key_malformed"),
        ([("Idempotency-Key", "two words")], "idempotency_key_malformed"),
        ([("Idempotency-Key", b"\xe5\xbc\xa0\xe4\xb8\x89\xe5\xbc\xa0")], "idempotency_key_malformed"),
        ([("Idempotency-Key", "key-00000001"), ("Idempotency-Key", "key-00000002")], "idempotency_key_malformed"),
    ],
)
async def test_a_post_needs_one_well_formed_key(
    closed: Client, body: Body, headers: list[tuple[str, str]], code: str
) -> None:
    answer = await closed.post("/v1/cases", json=body, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (400, code)


async def test_a_repeat_takes_the_place_of_a_first_that_fails(
    client: Client, body: Body, database: Database, addresses: ServiceDatabase
) -> None:
    """The repeat waits on the row of the first; when that is rolled back it is the first."""
    owner = await asyncpg.connect(addresses.owner_url)
    first = owner.transaction()
    await first.start()
    await owner.execute(
        "INSERT INTO idempotency_keys VALUES ($1, $2, 'x', '', NULL, now())",
        "mediator@130926000000",
        KEY["Idempotency-Key"],
    )
    repeat = asyncio.create_task(client.post("/v1/cases", json=body, headers=KEY))
    async with asyncio.timeout(5):
        while not await owner.fetchval("SELECT count(*) FROM pg_locks WHERE NOT granted"):
            await asyncio.sleep(0.01)
    assert not repeat.done()
    await first.rollback()
    await owner.close()
    assert (await repeat).status_code == 201
    assert (await counted(database))["journal"] == 1
