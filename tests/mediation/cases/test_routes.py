"""The HTTP edge of cases: what is shown, what is offered, what is refused."""

from typing import Any
from uuid import uuid4

import httpx
import pytest

from contracts.codes import DisputeType, MediationState, TerminationReason, Tier
from services.mediation.regimes.domain import ROUTES_NOTICE_ZH
from tests.callers import AsRole
from tests.mediation.story import CANARIES, NARRATIVE, SHANGCUN, WOBEI, Story

PROBLEM = "application/problem+json"


def headers(version: int | None, key: str | None = None) -> dict[str, str]:
    given = {"Idempotency-Key": key or uuid4().hex}
    return given if version is None else given | {"If-Match": f'"{version}"'}


async def test_a_case_is_shown_with_particulars_masked(story: Story, client: httpx.AsyncClient) -> None:
    case_id = await story.at(MediationState.ACCEPTED)
    answer = await client.get(f"/v1/cases/{case_id}")
    assert answer.status_code == 200
    assert answer.headers["etag"] == '"5"'
    shown = answer.json()
    assert (shown["state"], shown["version"], shown["clock"]) == ("ACCEPTED", 5, "MED_GENERAL")
    assert shown["parties"][0] == {
        "id": str(story.parties[case_id][0]),
        "role": "APPLICANT",
        "name": "赵*",
        "phone": "138****0001",
        "identity_number": "130*************11",
        "address": "河北省沧州市肃宁县窝北镇***",
        "stand": "CONSENTED",
        "answered_at": "2026-03-02T04:00:00Z",
    }
    assert shown["narrative"] == NARRATIVE
    assert not [word for word in CANARIES if word in answer.text.replace(NARRATIVE, "")]
    assert shown["deadlines"] == [
        {
            "rule": "MED_GENERAL",
            "basis": "R75§33",
            "started_at": "2026-03-02T04:00:00Z",
            "due_date": "2026-04-02",
            "state": "OPEN",
            "provisional": False,
            "lamp": "GREEN",
        }
    ]
    assert shown["notice"] is None


@pytest.mark.parametrize(
    ("state", "actions"),
    [
        (MediationState.REGISTERED, ["seek_consent", "terminate"]),
        (MediationState.CONSENT_PENDING, ["record_consent", "terminate"]),
        (MediationState.ACCEPTED, ["assign_mediator", "terminate"]),
        (MediationState.IN_MEDIATION, ["assign_mediator", "record_session", "record_agreement", "terminate"]),
        (MediationState.AGREED, ["make_effective", "terminate"]),
        (MediationState.EFFECTIVE, []),
    ],
)
async def test_a_case_offers_what_this_caller_may_do_next(
    story: Story, as_role: AsRole, state: MediationState, actions: list[str]
) -> None:
    case_id = await story.at(state)
    async with as_role("MEDIATOR") as mediator, as_role("COURT_LIAISON") as liaison:
        assert (await mediator.get(f"/v1/cases/{case_id}")).json()["actions"] == actions
        assert (await liaison.get(f"/v1/cases/{case_id}")).json()["actions"] == []


async def test_an_ended_case_tells_which_ways_stay_open(story: Story, client: httpx.AsyncClient) -> None:
    case_id = await story.at(MediationState.IN_MEDIATION, category=DisputeType.OTHER_LABOR)
    ended = await client.post(
        f"/v1/cases/{case_id}/termination", json={"reason": "NO_AGREEMENT", "note": "各执一词"}, headers=headers(7)
    )
    assert (ended.status_code, ended.headers["etag"]) == (201, '"8"')
    assert ended.json()["recorded"]["data"]["reason"] == "NO_AGREEMENT"
    assert "各执一词" not in ended.text
    shown = (await client.get(f"/v1/cases/{case_id}")).json()
    assert (shown["state"], shown["termination_reason"]) == ("TERMINATED", "NO_AGREEMENT")
    assert shown["notice"]["zh"] == ROUTES_NOTICE_ZH
    assert shown["notice"]["ways"] == ["ARBITRATION", "LITIGATION"]


async def test_a_case_can_be_led_from_consent_to_acceptance(story: Story, client: httpx.AsyncClient) -> None:
    case_id = await story.open(category=None)
    address = f"/v1/cases/{case_id}"
    asked = await client.post(f"{address}/consent-request", json={"rights_notice": "ORAL"}, headers=headers(1))
    assert asked.status_code == 201
    for version, party_id in enumerate(story.parties[case_id], start=2):
        body = {"party_id": str(party_id), "stand": "CONSENTED"}
        assert (await client.post(f"{address}/consents", json=body, headers=headers(version))).status_code == 201
    unclassified = await client.post(f"{address}/acceptance", json={}, headers=headers(4))
    assert (unclassified.status_code, unclassified.json()["code"]) == (422, "category_missing")
    accepted = await client.post(f"{address}/acceptance", json={"category": "MEDICAL"}, headers=headers(4))
    assert accepted.json()["recorded"]["data"]["clock"] == "MED_MEDICAL"


async def test_a_repeat_gets_the_first_answer_and_another_body_none(story: Story, client: httpx.AsyncClient) -> None:
    case_id = await story.open()
    address, key = f"/v1/cases/{case_id}/consent-request", uuid4().hex
    first = await client.post(address, json={"rights_notice": "ORAL"}, headers=headers(1, key))
    again = await client.post(address, json={"rights_notice": "ORAL"}, headers=headers(1, key))
    other = await client.post(address, json={"rights_notice": "WRITTEN"}, headers=headers(1, key))
    assert (again.status_code, again.content, again.headers["etag"]) == (201, first.content, '"2"')
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")
    assert await story.facts(case_id) == ["mediation.opened", "mediation.consent_sought"]


async def test_a_change_names_the_version_that_was_read(story: Story, client: httpx.AsyncClient) -> None:
    case_id = await story.at(MediationState.CONSENT_PENDING)
    address = f"/v1/cases/{case_id}/termination"
    for version, status, code in ((None, 428, "if_match_missing"), (1, 412, "version_mismatch")):
        answer = await client.post(address, json={"reason": "WITHDRAWN"}, headers=headers(version))
        assert (answer.status_code, answer.json()["code"]) == (status, code)
    keyless = await client.post(address, json={"reason": "WITHDRAWN"}, headers={"If-Match": '"2"'})
    assert (keyless.status_code, keyless.json()["code"]) == (400, "idempotency_key_missing")


async def test_a_refusal_is_a_problem_and_changes_nothing(story: Story, client: httpx.AsyncClient) -> None:
    case_id = await story.at(MediationState.CONSENT_PENDING)
    answer = await client.post(f"/v1/cases/{case_id}/acceptance", json={}, headers=headers(2))
    assert (answer.status_code, answer.headers["content-type"], answer.json()["code"]) == (
        409,
        PROBLEM,
        "consent_missing",
    )
    assert await story.facts(case_id) == ["mediation.opened", "mediation.consent_sought"]


async def test_the_timeline_has_everything_that_happened(story: Story, as_role: AsRole) -> None:
    case_id = await story.at(MediationState.TERMINATED)
    async with as_role("AUDITOR") as auditor:
        answer = (await auditor.get(f"/v1/cases/{case_id}/timeline", params={"total": "true"})).json()
        first = (await auditor.get(f"/v1/cases/{case_id}/timeline", params={"limit": 1})).json()
        rest = (await auditor.get(f"/v1/cases/{case_id}/timeline", params={"cursor": first["next_cursor"]})).json()
        assert (await auditor.get(f"/v1/cases/{case_id}")).status_code == 403
    assert [entry["type"] for entry in answer["items"]] == ["mediation.opened", "mediation.terminated"]
    assert (answer["total"], answer["next_cursor"]) == (2, None)
    assert first["items"] + rest["items"] == answer["items"]
    ended = answer["items"][1]
    assert (ended["version"], ended["actor"], ended["reason_code"]) == (2, "mediator-1", "WITHDRAWN")
    assert ended["data"]["reason"] == TerminationReason.WITHDRAWN


async def listed(client: httpx.AsyncClient, **params: Any) -> list[str]:
    answer = await client.get("/v1/cases", params=params)
    assert answer.status_code == 200, answer.text
    return [item["id"] for item in answer.json()["items"]]


async def test_cases_are_listed_by_what_is_asked_for(story: Story, client: httpx.AsyncClient) -> None:
    early = str(await story.open(registered_at="2026-02-27T17:00:00Z"))  # 28 February in Shanghai
    village = str(await story.open(division="130926102201", tier=Tier.VILLAGE, category=None))
    ended = str(await story.at(MediationState.TERMINATED, division=SHANGCUN, category=DisputeType.MEDICAL))
    assert set(await listed(client)) == {early, village, ended}
    assert set(await listed(client, division=WOBEI)) == {early, village}
    assert await listed(client, division="130926102201") == [village]
    assert await listed(client, division="130929000000") == []
    assert await listed(client, state="TERMINATED") == [ended]
    assert await listed(client, category="MEDICAL") == [ended]
    assert await listed(client, tier="VILLAGE") == [village]
    assert await listed(client, registered_to="2026-02-28") == [early]
    assert set(await listed(client, registered_from="2026-03-01")) == {village, ended}
    assert await listed(client, registered_from="2026-02-28", registered_to="2026-02-28") == [early]


@pytest.mark.parametrize("params", [{"state": "NOWHERE"}, {"division": "000000000000"}, {"stat": "AGREED"}])
async def test_a_filter_that_is_none_is_refused(client: httpx.AsyncClient, params: dict[str, str]) -> None:
    answer = await client.get("/v1/cases", params=params)
    assert (answer.status_code, answer.headers["content-type"]) == (422, PROBLEM)


async def test_pages_follow_each_other_without_loss_or_repeat(story: Story, client: httpx.AsyncClient) -> None:
    times = ["2026-03-01T01:00:00Z", "2026-03-01T01:00:00Z", "2026-03-01T03:00:00Z", "2026-02-01T01:00:00.000001Z"]
    made = [str(await story.open(registered_at=at)) for at in times]
    seen: list[str] = []
    cursor: dict[str, str] = {}
    while True:
        page = (await client.get("/v1/cases", params={"limit": 1, "total": "true", **cursor})).json()
        assert page["total"] == 4
        seen += [item["id"] for item in page["items"]]
        if page["next_cursor"] is None:
            break
        cursor = {"cursor": page["next_cursor"]}
    assert seen == [made[2], *sorted(made[:2], reverse=True), made[3]]
    assert (await client.get("/v1/cases", params={"cursor": "AAAA"})).json()["code"] == "bad_cursor"
