import asyncio
from uuid import UUID

import asyncpg
import pytest
from fastapi import FastAPI
from sqlalchemy import text

from chassis.database.scope import SYSTEM
from chassis.database.session import Database
from chassis.security.issuer import DevelopmentIssuer
from onewindow.embedded.databases import ServiceDatabase
from tests.chassis.conftest import SHANGCUN, WOBEI
from tests.chassis.http.conftest import Client, MakeClient

Body = dict[str, object]

FAIL_AT_COMMIT = """
CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION '13800138000'; END $$;
CREATE CONSTRAINT TRIGGER fail AFTER INSERT ON journal DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW EXECUTE FUNCTION fail();
"""


def key(number: int = 1) -> dict[str, str]:
    return {"Idempotency-Key": f"key-{number:08}"}


async def rows(database: Database, table: str) -> int:
    async with database.transaction(SYSTEM) as session:
        return int(await session.scalar(text(f"SELECT count(*) FROM {table}")) or 0)


async def test_a_command_commits_and_acknowledges(client: Client, body: Body, database: Database) -> None:
    answer = await client.post("/v1/cases", json=body, headers=key())
    assert answer.status_code == 201, answer.text
    told = answer.json()
    assert answer.headers["etag"] == '"1"'
    assert told["version"] == 1
    assert told["recorded"]["type"] == "mediation.opened"
    assert told["recorded"]["data"]["case_id"] == told["id"]
    async with database.transaction(SYSTEM) as session:
        entry = (await session.execute(text("SELECT * FROM journal"))).mappings().one()
    assert entry["hash"].hex() == told["receipt"]
    assert entry["actor"] == "mediator@130926000000"
    assert entry["correlation_id"] == UUID(hex=answer.headers["trace-id"])


async def test_a_commit_that_fails_never_answers_2xx(
    client: Client, body: Body, database: Database, addresses: ServiceDatabase
) -> None:
    owner = await asyncpg.connect(addresses.owner_url)
    await owner.execute(FAIL_AT_COMMIT)
    await owner.close()
    answer = await client.post("/v1/cases", json=body, headers=key())
    assert answer.status_code == 500
    assert answer.json()["code"] == "internal_error"
    assert "13800138000" not in answer.text
    assert await rows(database, "journal") == 0
    assert await rows(database, "idempotency_keys") == 0


async def test_a_write_that_records_nothing_is_a_fault_and_claims_nothing(client: Client, database: Database) -> None:
    answer = await client.post("/v1/cases/forgotten", headers=key())
    assert answer.status_code == 500
    assert await rows(database, "idempotency_keys") == 0


async def test_a_caller_without_the_permission_is_refused(
    desk: FastAPI, make_client: MakeClient, issuer: DevelopmentIssuer, body: Body, database: Database
) -> None:
    clerk = make_client(desk, {"Authorization": f"Bearer {issuer.mint('ANALYST', WOBEI)}"})
    answer = await clerk.post("/v1/cases", json=body, headers=key())
    assert (answer.status_code, answer.json()["code"]) == (403, "permission_denied")
    answer = await clerk.post("/v1/plain", json={"reason": "WITHDRAWN"})
    assert (answer.status_code, answer.json()["code"]) == (403, "permission_denied")
    assert await rows(database, "journal") == 0


async def test_another_townships_case_is_answered_like_one_that_does_not_exist(
    desk: FastAPI, make_client: MakeClient, issuer: DevelopmentIssuer, client: Client, body: Body
) -> None:
    case_id = (await client.post("/v1/cases", json=body, headers=key())).json()["id"]
    neighbour = make_client(desk, {"Authorization": f"Bearer {issuer.mint('MEDIATOR', SHANGCUN)}"})
    for number, unknown in enumerate((case_id, "0193e6a2-7c1e-7b3a-8f00-00000000ffff")):
        read = await neighbour.get(f"/v1/cases/{unknown}")
        ended = await neighbour.post(
            f"/v1/cases/{unknown}/termination",
            json={"reason": "WITHDRAWN"},
            headers=key(number) | {"If-Match": '"1"'},
        )
        for answer in (read, ended):
            told = answer.json()
            assert told.pop("trace_id") == answer.headers["trace-id"]
            assert told == {
                "type": "https://onewindow.dev/problems/not_found",
                "title": "未找到 Not found",
                "status": 404,
                "code": "not_found",
                "detail": "未找到该事项",
                "detail_en": "Nothing is known under this id",
            }
    assert (await neighbour.get("/v1/cases")).json()["items"] == []


async def test_a_change_needs_the_version_that_it_changes(client: Client, body: Body) -> None:
    case_id = (await client.post("/v1/cases", json=body, headers=key())).json()["id"]
    assert (await client.get(f"/v1/cases/{case_id}")).headers["etag"] == '"1"'

    async def end(number: int, *versions: str) -> tuple[int, str]:
        headers = [("Idempotency-Key", f"end-{number:08}"), *(("If-Match", version) for version in versions)]
        answer = await client.post(f"/v1/cases/{case_id}/termination", json={"reason": "WITHDRAWN"}, headers=headers)
        return answer.status_code, answer.json().get("code", answer.headers.get("etag"))

    assert await end(1) == (428, "if_match_missing")
    for malformed in ("3", 'W/"1"', "*", '"0"', '"01"', '"x"', '"1", "2"', '"9999999999"'):
        assert await end(2, malformed) == (400, "if_match_malformed"), malformed
    assert await end(3, '"1"', '"1"') == (400, "if_match_malformed")
    assert await end(4, '"2"') == (412, "version_mismatch")
    assert await end(4, '"1"') == (200, '"2"')


@pytest.mark.parametrize(
    ("kind", "status", "code"),
    [
        ("bug", 500, "internal_error"),
        ("syntax", 500, "internal_error"),
        ("slow", 503, "unavailable"),
        ("ended", 503, "unavailable"),
        ("value", 422, "value_not_accepted"),
        ("nul", 500, "internal_error"),
    ],
)
async def test_failures_are_problems_without_data(reading: Client, kind: str, status: int, code: str) -> None:
    answer = await reading.get(f"/v1/cases/faults/{kind}")
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers.get("retry-after") == ("1" if status == 503 else None)
    assert "13800138000" not in answer.text


async def test_a_database_that_is_away_is_an_outage_and_not_a_fault(
    client: Client, database: Database, body: Body
) -> None:
    database.url = "postgresql://nobody@127.0.0.1:1/nothing"
    await database.close()
    answer = await client.post("/v1/cases", json=body, headers=key())
    assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")


async def test_callers_at_once_do_not_share_their_context(
    desk: FastAPI, make_client: MakeClient, issuer: DevelopmentIssuer, body: Body, database: Database
) -> None:
    async def one(number: int) -> None:
        token = issuer.mint("MEDIATOR", WOBEI, subject=f"mediator-{number}")
        caller = make_client(desk, {"Authorization": f"Bearer {token}"})
        assert (await caller.post("/v1/cases", json=body, headers=key())).status_code == 201

    await asyncio.gather(*(one(number) for number in range(4)))
    async with database.transaction(SYSTEM) as session:
        actors = (await session.execute(text("SELECT actor FROM journal"))).scalars()
        assert sorted(actors) == [f"mediator-{number}" for number in range(4)]
