"""The feed over HTTP: replayed from the start, continued from any place, and only what the caller may see."""

import base64
import json
import random
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

import asyncpg
import httpx
from fastapi import FastAPI
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from contracts.codes import CaseKind
from contracts.envelope import Envelope
from contracts.roles import Role
from tests.analytics.conftest import Learn
from tests.analytics.facts_of_cases import (
    COUNTY,
    SHANGCUN,
    WOBEI,
    WOBEI_VILLAGE,
    XIAN,
    Case,
    interleaved,
    place,
    told,
)
from tests.callers import AsRole

PATH = "/v1/events"


def lines(answer: httpx.Response) -> list[str]:
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/x-ndjson"
    assert answer.text == "" or answer.text.endswith("\n")
    return answer.text.split("\n")[:-1]


@dataclass
class Reader:
    """Who follows the feed, and remembers where it is."""

    client: httpx.AsyncClient
    filters: dict[str, Any] = field(default_factory=dict)
    cursor: str = ""
    read: list[str] = field(default_factory=list)

    async def once(self, limit: int = 100) -> bool:
        """Whether more is there already."""
        answer = await self.client.get(PATH, params={**self.filters, "limit": limit, "after": self.cursor})
        self.read += lines(answer)
        self.cursor = answer.headers["next-cursor"]
        return "next" in answer.links

    async def to_the_end(self, limit: int = 100) -> list[str]:
        while await self.once(limit):
            pass
        return self.read


async def test_the_feed_from_its_start_is_what_was_published(learn: Learn, as_role: AsRole) -> None:
    story = [Case(WOBEI).registered().routed().opened(), place(WOBEI, "窝北镇"), Case(SHANGCUN).registered()]
    await learn(story)
    async with as_role() as client:
        answer = await client.get(PATH)
    assert lines(answer) == [record.value.decode() for record in told(story)]
    assert "link" not in answer.headers
    assert answer.headers["cache-control"] == "no-store"
    assert [Envelope.model_validate_json(line).type for line in lines(answer)][-2:] == [
        "intake.division_recorded",
        "intake.case_registered",
    ]


async def test_an_empty_feed_has_a_place_to_go_on_from(learn: Learn, as_role: AsRole) -> None:
    async with as_role() as client:
        reader = Reader(client)
        assert await reader.to_the_end() == []
        await learn([Case().registered()])
        assert len(await reader.to_the_end()) == 1


async def test_links_lead_through_the_whole_feed_with_what_was_asked(learn: Learn, as_role: AsRole) -> None:
    await learn([Case(WOBEI).registered().routed().opened() for _ in range(4)])
    asked: dict[str, Any] = {"limit": 3, "type": ["intake.case_registered", "mediation.opened"], "division": WOBEI}
    found = []
    async with as_role() as client:
        answer = await client.get(PATH, params=asked)
        while "next" in answer.links:
            found.append(len(lines(answer)))
            answer = await client.get(answer.url.join(answer.links["next"]["url"]))
            assert {name: answer.url.params.get_list(name) for name in asked} == {
                "limit": ["3"],
                "type": asked["type"],
                "division": [WOBEI],
            }
        found.append(len(lines(answer)))
    assert found == [3, 3, 2]


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 2**32))
async def test_whoever_follows_gets_everything_once_in_the_order_of_each_case(
    app: FastAPI, owner: asyncpg.Connection, as_role: AsRole, seed: int
) -> None:
    choose = random.Random(seed)
    await owner.execute("TRUNCATE events, case_facts, inbox, positions")
    cases = [Case(choose.choice([WOBEI, SHANGCUN])).registered().routed().opened().accepted() for _ in range(4)]
    waiting = list(interleaved(cases, choose))
    expected: dict[str, list[str]] = {COUNTY: [], WOBEI: []}
    for record in waiting:
        expected[COUNTY].append(record.value.decode())
        if Envelope.model_validate_json(record.value).division == WOBEI:
            expected[WOBEI].append(record.value.decode())
    async with as_role() as county, as_role("ANALYST", WOBEI) as township:
        readers = {COUNTY: Reader(county), WOBEI: Reader(township)}
        while waiting:
            size = choose.randint(1, 5)
            for _repeat in range(choose.randint(1, 2)):
                await app.state.service.consumer.deliver(waiting[:size])
            waiting = waiting[size:]
            if choose.random() < 0.6:
                await readers[choose.choice([COUNTY, WOBEI])].once(choose.randint(1, 4))
        for division, reader in readers.items():
            assert await reader.to_the_end(choose.randint(1, 20)) == expected[division]
    sequences = defaultdict(list)
    for line in readers[COUNTY].read:
        envelope = json.loads(line)
        sequences[envelope["source"], envelope["subject"]].append(envelope["sequence"])
    assert all(found == sorted(found) for found in sequences.values())


async def test_filters_narrow_and_may_be_repeated(learn: Learn, as_role: AsRole) -> None:
    petition = Case(SHANGCUN, CaseKind.PETITION, None).registered().petitioned()
    await learn([Case(WOBEI).registered().routed().opened(), petition])
    async with as_role() as client:
        for query, expected in (
            ({"type": "mediation.opened"}, ["mediation.opened"]),
            ({"type": ["mediation.opened", "intake.case_routed"]}, ["intake.case_routed", "mediation.opened"]),
            ({"topic": "onewindow.petition.matter.v1"}, ["petition.registered"]),
            ({"division": SHANGCUN}, ["intake.case_registered", "petition.registered"]),
            ({"topic": "onewindow.petition.matter.v1", "type": "mediation.opened"}, []),
        ):
            found = [json.loads(line)["type"] for line in lines(await client.get(PATH, params=query))]
            assert found == expected, query


async def test_outside_ones_own_place_nothing_exists(learn: Learn, as_role: AsRole) -> None:
    await learn(
        [Case(WOBEI).registered(), Case(SHANGCUN).registered(), Case(XIAN).registered(), place(WOBEI, "窝北镇")]
    )
    async with as_role("ANALYST", SHANGCUN) as client:
        for division in (WOBEI, WOBEI_VILLAGE, XIAN, "130926999000"):
            answer = await client.get(PATH, params={"division": division})
            assert (lines(answer), "link" in answer.headers) == ([], False), division
        for query in ({"division": COUNTY}, {"division": "130000000000"}, {"division": SHANGCUN}, {}):
            answer = await client.get(PATH, params=query)
            assert [json.loads(line)["division"] for line in lines(answer)] == [SHANGCUN], query


async def test_a_cursor_tells_nothing_of_what_others_do(learn: Learn, as_role: AsRole) -> None:
    await learn([Case(XIAN).registered()])
    async with as_role("ANALYST", SHANGCUN) as client:
        cursors = [(await client.get(PATH)).headers["next-cursor"] for _ in range(2)]
        await learn([Case(XIAN).registered() for _ in range(12)])
        cursors.append((await client.get(PATH)).headers["next-cursor"])
    assert len(set(cursors)) == 3
    assert len({len(cursor) for cursor in cursors}) == 1
    assert all(b"1" * 2 not in base64.urlsafe_b64decode(cursor + "==") for cursor in cursors)


async def test_a_cursor_of_something_else_is_refused(
    learn: Learn, as_role: AsRole, owner: asyncpg.Connection, app: FastAPI
) -> None:
    await learn([Case().registered() for _ in range(3)])
    await learn([place(WOBEI, "窝北镇"), place(SHANGCUN, "尚村镇")])
    async with as_role() as client:
        good = (await client.get(PATH, params={"limit": 2})).headers["next-cursor"]
        lists = (await client.get("/v1/divisions", params={"limit": 1})).json()["next_cursor"]
        changed = good[:-3] + ("AAA" if good[-3:] != "AAA" else "BBB")
        for cursor in (lists, changed, good[:-4], good[4:], "x", "0", "1" * 200, "é", "a b", "=" * 4):
            answer = await client.get(PATH, params={"after": cursor})
            assert (answer.status_code, answer.json()["code"]) == (422, "bad_cursor"), cursor
            assert len(cursor) < 3 or cursor not in answer.text
        assert len(lines(await client.get(PATH, params={"after": good}))) == 3

        await owner.execute("DELETE FROM events WHERE position > 1")  # a backup from before
        answer = await client.get(PATH, params={"after": good})
        assert answer.json()["code"] == "bad_cursor"

        first = (await client.get(PATH)).headers["next-cursor"]
        await owner.execute("UPDATE feed SET id = gen_random_uuid()")  # built anew
        answer = await client.get(PATH, params={"after": first})
        assert answer.json()["code"] == "bad_cursor"


async def test_a_question_that_cannot_be_answered_is_refused(as_role: AsRole) -> None:
    asked: list[tuple[dict[str, Any], str]] = [
        ({"topic": "onewindow.intake.handover.v1"}, "validation_failed"),
        ({"type": "intake.mediation_requested"}, "validation_failed"),
        ({"type": "intake.case_vanished"}, "validation_failed"),
        ({"type": "'; DROP TABLE events"}, "validation_failed"),
        ({"limit": "0"}, "validation_failed"),
        ({"limit": "1001"}, "validation_failed"),
        ({"after": "A" * 513}, "validation_failed"),
        ({"division": "000000000000"}, "division_malformed"),
        ({"cursor": "x"}, "unknown_parameter"),
        ({"after": ["x", "y"]}, "repeated_parameter"),
    ]
    async with as_role() as client:
        for query, code in asked:
            answer = await client.get(PATH, params=query)
            assert (answer.status_code, answer.json()["code"]) == (422, code), query
            assert all(len(value) < 5 or value not in answer.text for value in query.values()), query


async def test_only_an_analyst_reads_it(as_role: AsRole) -> None:
    for role in Role:
        async with as_role(role) as client:
            assert (await client.get(PATH)).status_code == (200 if role is Role.ANALYST else 403), role


def test_the_document_names_what_may_be_asked_and_what_comes(app: FastAPI) -> None:
    operation = app.openapi()["paths"][PATH]["get"]
    parameters = {parameter["name"]: parameter for parameter in operation["parameters"]}
    assert set(parameters) == {"after", "limit", "topic", "type", "division"}
    kinds = parameters["type"]["schema"]["anyOf"][0]["items"]["enum"]
    assert "mediation.session_held" in kinds
    assert "intake.mediation_requested" not in kinds
    answer = operation["responses"]["200"]
    assert set(answer["content"]) == {"application/x-ndjson"}
    assert set(answer["headers"]) == {"Next-Cursor", "Link"}
    assert operation["x-permission"] == "analytics.feed.read"
