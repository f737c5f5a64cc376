from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from contracts.codes import DisputeType, MediationState
from tests.mediation.story import TERMS, Story


async def post(client: httpx.AsyncClient, case_id: UUID, path: str, version: int, body: Any) -> httpx.Response:
    headers = {"Idempotency-Key": uuid4().hex, "If-Match": f'"{version}"'}
    return await client.post(f"/v1/cases/{case_id}/{path}", json=body, headers=headers)


async def test_from_terms_to_effect(story: Story, client: httpx.AsyncClient) -> None:
    case_id = await story.at(MediationState.IN_MEDIATION)
    reached = await post(client, case_id, "agreement", 7, {"form": "WRITTEN", "terms": TERMS, "partial": True})
    assert (reached.status_code, reached.json()["recorded"]["type"]) == (201, "mediation.agreement_reached")
    assert TERMS not in reached.text
    shown = (await client.get(f"/v1/cases/{case_id}/agreement")).json()
    assert (shown["id"], shown["terms"], shown["effective_at"], shown["confirmation_until"]) == (
        str(case_id),
        TERMS,
        None,
        None,
    )
    signatures = [{"party_id": str(party_id)} for party_id in story.parties[case_id]]
    body: dict[str, Any] = {"signatures": signatures, "mediator_signature": {}}
    unsealed = await post(client, case_id, "agreement/effect", 8, body)
    assert (unsealed.status_code, unsealed.json()["code"]) == (409, "seal_missing")
    bound = await post(client, case_id, "agreement/effect", 8, body | {"seal": {"at": "2026-03-02T12:00:00+08:00"}})
    assert (bound.status_code, bound.json()["recorded"]["type"]) == (201, "mediation.agreement_took_effect")
    answer = await client.get(f"/v1/cases/{case_id}/agreement")
    shown = answer.json()
    assert answer.headers["etag"] == '"9"'
    assert [one["party_id"] for one in shown["signatures"]] == sorted(str(one) for one in story.parties[case_id])
    assert (shown["effective_at"], shown["confirmation_until"]) == ("2026-03-02T04:00:00Z", "2026-04-01")
    assert (await client.get(f"/v1/cases/{case_id}")).json()["state"] == "EFFECTIVE"


async def test_an_oral_agreement_answers_with_its_effect(story: Story, client: httpx.AsyncClient) -> None:
    case_id = await story.at(MediationState.IN_MEDIATION)
    answer = await post(client, case_id, "agreement", 7, {"form": "ORAL", "terms": TERMS})
    assert answer.json()["recorded"]["type"] == "mediation.agreement_took_effect"
    assert (answer.json()["version"], answer.headers["etag"]) == (9, '"9"')


@pytest.mark.parametrize("category", [DisputeType.MIGRANT_WAGE_ARREARS, DisputeType.MEDICAL])
async def test_what_must_be_written_cannot_be_oral(
    story: Story, client: httpx.AsyncClient, category: DisputeType
) -> None:
    case_id = await story.at(MediationState.IN_MEDIATION, category=category)
    answer = await post(client, case_id, "agreement", 7, {"form": "ORAL", "terms": TERMS})
    assert (answer.status_code, answer.json()["code"]) == (409, "agreement_must_be_written")


async def test_a_case_without_terms_has_no_agreement(story: Story, client: httpx.AsyncClient) -> None:
    case_id = await story.at(MediationState.IN_MEDIATION)
    assert (await client.get(f"/v1/cases/{case_id}/agreement")).status_code == 404
