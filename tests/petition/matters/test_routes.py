"""The HTTP edge of matters: what is shown, what is offered, what is refused."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from chassis.rules.clock import FixedClock
from contracts.codes import PetitionCategory, PetitionState
from tests.callers import AsRole
from tests.petition.story import CANARIES, NARRATIVE, SHANGCUN, WOBEI, Story

PROBLEM = "application/problem+json"


async def post(client: httpx.AsyncClient, matter_id: UUID, path: str, version: int, body: Any) -> httpx.Response:
    headers = {"Idempotency-Key": uuid4().hex, "If-Match": f'"{version}"'}
    return await client.post(f"/v1/matters/{matter_id}/{path}", json=body, headers=headers)


async def test_a_matter_is_shown_with_particulars_masked(story: Story, client: httpx.AsyncClient) -> None:
    matter_id = await story.at(PetitionState.INVESTIGATING, visitors=7)
    answer = await client.get(f"/v1/matters/{matter_id}")
    assert answer.status_code == 200
    assert answer.headers["etag"] == '"2"'
    shown = answer.json()
    assert (shown["state"], shown["version"], shown["route"]) == ("INVESTIGATING", 2, "R31_6")
    assert (shown["visitors"], shown["collective"]) == (7, True)
    assert (shown["notice"], shown["notice_given_at"]) == ("ON_THE_SPOT", "2026-03-02T04:00:00Z")
    assert shown["parties"] == [
        {
            "id": str(story.parties[matter_id][0]),
            "role": "PETITIONER",
            "name": "孙*",
            "phone": "138****0003",
            "identity_number": "130*************33",
            "address": "河北省沧州市肃宁县窝北镇***",
        }
    ]
    assert shown["narrative"] == NARRATIVE
    assert not [word for word in CANARIES if word in answer.text.replace(NARRATIVE, "")]
    assert [(one["rule"], one["due_date"], one["state"], one["lamp"]) for one in shown["deadlines"]] == [
        ("PET_NOTICE_DIRECT", "2026-03-16", "MET", None),
        ("PET_HANDLE", "2026-05-01", "OPEN", "GREEN"),
    ]


@pytest.mark.parametrize(
    ("at", "lamp"),
    [
        (datetime(2026, 4, 10, tzinfo=UTC), "GREEN"),
        (datetime(2026, 4, 29, tzinfo=UTC), "YELLOW"),
        (datetime(2026, 5, 1, 16, tzinfo=UTC), "RED"),
    ],
)
async def test_the_lamp_tells_how_near_the_end_is(
    story: Story, as_role: AsRole, clock: FixedClock, at: datetime, lamp: str
) -> None:
    matter_id = await story.at(PetitionState.INVESTIGATING)
    clock.set(at)
    async with as_role() as client:
        deadlines = (await client.get(f"/v1/matters/{matter_id}")).json()["deadlines"]
    assert deadlines[1]["lamp"] == lamp


@pytest.mark.parametrize(
    ("state", "handler", "head"),
    [
        (PetitionState.REGISTERED, ["accept"], ["accept"]),
        (PetitionState.INVESTIGATING, ["issue_opinion"], ["extend", "issue_opinion"]),
        (PetitionState.EXTENDED, ["issue_opinion"], ["issue_opinion"]),
        (PetitionState.OPINION_ISSUED, ["deliver_opinion"], ["deliver_opinion"]),
        (PetitionState.OPINION_DELIVERED, ["conclude"], ["conclude"]),
        (PetitionState.EXECUTING, ["conclude"], ["conclude"]),
        (PetitionState.IN_PROCEDURE, ["conclude"], ["conclude"]),
        (PetitionState.CONCLUDED, [], []),
    ],
)
async def test_a_matter_offers_what_this_caller_may_do_next(
    story: Story, as_role: AsRole, state: PetitionState, handler: list[str], head: list[str]
) -> None:
    matter_id = await story.at(state)
    offered = {}
    for role in ("PETITION_HANDLER", "ORGAN_HEAD", "INSPECTOR"):
        async with as_role(role) as caller:
            offered[role] = (await caller.get(f"/v1/matters/{matter_id}")).json()["actions"]
    assert offered == {"PETITION_HANDLER": handler, "ORGAN_HEAD": head, "INSPECTOR": []}


async def test_from_acceptance_to_conclusion(story: Story, as_role: AsRole, client: httpx.AsyncClient) -> None:
    matter_id = await story.register()
    untold = await post(client, matter_id, "acceptance", 1, {"route": "R31_6"})
    assert (untold.status_code, untold.json()["code"]) == (409, "notice_owed")
    body = {
        "route": "R31_6",
        "accepted_at": "2026-03-02T09:00:00+08:00",
        "notice": {"way": "AFTERWARDS", "given_at": "2026-03-02T11:00:00+08:00"},
    }
    accepted = await post(client, matter_id, "acceptance", 1, body)
    assert (accepted.status_code, accepted.headers["etag"]) == (201, '"2"')
    assert accepted.json()["recorded"] == {
        "type": "petition.accepted",
        "at": "2026-03-02T01:00:00Z",
        "data": {
            "case_id": str(matter_id),
            "division": WOBEI,
            "route": "R31_6",
            "clock": "PET_HANDLE",
            "due_date": "2026-05-01",
            "accepted_at": "2026-03-02T01:00:00.000000Z",
        },
    }
    extension = {"days": 31, "reason_code": "HEARING"}
    async with as_role("ORGAN_HEAD") as head:
        too_long = await post(head, matter_id, "extension", 2, extension)
        assert (too_long.status_code, too_long.json()["code"]) == (422, "extension_over_limit")
        extended = await post(head, matter_id, "extension", 2, extension | {"days": 30})
    assert extended.json()["recorded"]["data"]["due_date"] == "2026-05-31"
    await story.issue(matter_id)
    await story.deliver(matter_id)
    concluded = await post(client, matter_id, "conclusion", 5, {"resolved": False})
    assert concluded.json()["recorded"]["data"]["resolved"] is False
    shown = (await client.get(f"/v1/matters/{matter_id}")).json()
    assert (shown["state"], shown["resolved"], shown["concluded_at"]) == (
        "CONCLUDED",
        False,
        "2026-03-02T04:00:00Z",
    )
    assert shown["opinion_delivered_at"] == "2026-03-02T04:00:00Z"
    assert (shown["extension_reason"], shown["conclusion"]) == ("HEARING", "EXPLAIN")


async def test_an_accusation_is_told_where_to_go(story: Story, client: httpx.AsyncClient) -> None:
    matter_id = await story.register()
    answer = await post(client, matter_id, "acceptance", 1, {"route": "R30", "notice": {"way": "ON_THE_SPOT"}})
    assert (answer.status_code, answer.headers["content-type"]) == (422, PROBLEM)
    assert answer.json()["code"] == "accusation_not_taken_here"
    assert "12388" in answer.text


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"resolved": 1},
        {"resolved": "true"},
        {"resolved": None},
        {"resolved": True, "carried_out_at": "2026-03-02"},
        {"resolved": True, "note": "x"},
    ],
)
async def test_a_body_that_is_none_is_refused(story: Story, client: httpx.AsyncClient, body: object) -> None:
    matter_id = await story.at(PetitionState.OPINION_DELIVERED)
    answer = await post(client, matter_id, "conclusion", 4, body)
    assert (answer.status_code, answer.headers["content-type"]) == (422, PROBLEM)
    assert (await story.matter(matter_id)).state is PetitionState.OPINION_DELIVERED


async def test_a_change_names_the_version_that_was_read(story: Story, client: httpx.AsyncClient) -> None:
    matter_id = await story.at(PetitionState.OPINION_DELIVERED)
    address, body = f"/v1/matters/{matter_id}/conclusion", {"resolved": True}
    blind = await client.post(address, json=body, headers={"Idempotency-Key": uuid4().hex})
    assert (blind.status_code, blind.json()["code"]) == (428, "if_match_missing")
    stale = await post(client, matter_id, "conclusion", 3, body)
    assert (stale.status_code, stale.json()["code"]) == (412, "version_mismatch")
    keyless = await client.post(address, json=body, headers={"If-Match": '"4"'})
    assert (keyless.status_code, keyless.json()["code"]) == (400, "idempotency_key_missing")


async def test_the_timeline_has_everything_that_happened(story: Story, as_role: AsRole) -> None:
    matter_id = await story.at(PetitionState.EXTENDED)
    async with as_role("AUDITOR") as auditor:
        answer = (await auditor.get(f"/v1/matters/{matter_id}/timeline", params={"total": "true"})).json()
        first = (await auditor.get(f"/v1/matters/{matter_id}/timeline", params={"limit": 2})).json()
        rest = (await auditor.get(f"/v1/matters/{matter_id}/timeline", params={"cursor": first["next_cursor"]})).json()
        assert (await auditor.get(f"/v1/matters/{matter_id}")).status_code == 403
    assert [one["type"] for one in answer["items"]] == ["petition.registered", "petition.accepted", "petition.extended"]
    assert (answer["total"], answer["next_cursor"]) == (3, None)
    assert first["items"] + rest["items"] == answer["items"]
    extended = answer["items"][2]
    assert (extended["version"], extended["actor"], extended["reason_code"]) == (3, "handler-1", "EVIDENCE")


async def listed(client: httpx.AsyncClient, **params: Any) -> list[str]:
    answer = await client.get("/v1/matters", params=params)
    assert answer.status_code == 200, answer.text
    return [item["id"] for item in answer.json()["items"]]


async def test_matters_are_listed_by_what_is_asked_for(story: Story, client: httpx.AsyncClient) -> None:
    early = str(await story.register(registered_at="2026-02-27T17:00:00Z"))  # 28 February in Shanghai
    village = str(await story.register(division="130926102201", category=PetitionCategory.SUGGESTION, visitors=5))
    taken = str(await story.at(PetitionState.INVESTIGATING, division=SHANGCUN))
    assert set(await listed(client)) == {early, village, taken}
    assert set(await listed(client, division=WOBEI)) == {early, village}
    assert await listed(client, division="130926102201") == [village]
    assert await listed(client, division="130929000000") == []
    assert await listed(client, state="INVESTIGATING") == [taken]
    assert await listed(client, category="SUGGESTION") == [village]
    assert await listed(client, route="R31_6") == [taken]
    assert await listed(client, collective="true") == [village]
    assert await listed(client, registered_to="2026-02-28") == [early]
    assert set(await listed(client, registered_from="2026-03-01")) == {village, taken}
    assert await listed(client, registered_from="2026-02-28", registered_to="2026-02-28") == [early]


@pytest.mark.parametrize("params", [{"state": "NOWHERE"}, {"division": "000000000000"}, {"rout": "R29"}])
async def test_a_filter_that_is_none_is_refused(client: httpx.AsyncClient, params: dict[str, str]) -> None:
    answer = await client.get("/v1/matters", params=params)
    assert (answer.status_code, answer.headers["content-type"]) == (422, PROBLEM)


async def test_pages_follow_each_other_without_loss_or_repeat(story: Story, client: httpx.AsyncClient) -> None:
    times = ["2026-03-01T01:00:00Z", "2026-03-01T01:00:00Z", "2026-03-01T03:00:00Z", "2026-02-01T01:00:00.000001Z"]
    made = [str(await story.register(registered_at=at)) for at in times]
    seen: list[str] = []
    cursor: dict[str, str] = {}
    while True:
        page = (await client.get("/v1/matters", params={"limit": 1, "total": "true", **cursor})).json()
        assert page["total"] == 4
        seen += [item["id"] for item in page["items"]]
        if page["next_cursor"] is None:
            break
        cursor = {"cursor": page["next_cursor"]}
    assert seen == [made[2], *sorted(made[:2], reverse=True), made[3]]
    assert (await client.get("/v1/matters", params={"cursor": "AAAA"})).json()["code"] == "bad_cursor"
