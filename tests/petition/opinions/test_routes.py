"""The HTTP edge of opinions."""

from typing import Any
from uuid import UUID, uuid4

import httpx

from contracts.codes import PartyRole, PetitionState
from tests.petition.story import CLAIM, FACTS, LEGAL_BASIS, OPINION, Story, particulars

TEXTS = {"claim": CLAIM, "facts": FACTS, "text": OPINION, "legal_basis": LEGAL_BASIS}


async def post(client: httpx.AsyncClient, matter_id: UUID, path: str, version: int, body: Any) -> httpx.Response:
    headers = {"Idempotency-Key": uuid4().hex, "If-Match": f'"{version}"'}
    return await client.post(f"/v1/matters/{matter_id}/{path}", json=body, headers=headers)


async def test_from_the_opinion_to_its_last_delivery(story: Story, client: httpx.AsyncClient) -> None:
    pair = particulars(PartyRole.PETITIONER, PartyRole.REPRESENTATIVE)
    matter_id = await story.at(PetitionState.INVESTIGATING, pair)
    one, other = story.parties[matter_id]
    issued = await post(client, matter_id, "opinion", 2, {"conclusion": "SUPPORT", **TEXTS})
    assert (issued.status_code, issued.json()["recorded"]["type"]) == (201, "petition.opinion_issued")
    assert not [text for text in TEXTS.values() if text in issued.text]
    unnamed = await post(client, matter_id, "opinion/delivery", 3, {"method": "POST"})
    assert (unnamed.status_code, unnamed.json()["code"]) == (422, "petitioner_not_named")
    first = {"method": "POST", "receipt": "REFUSED", "petitioner_id": str(one)}
    delivered = await post(client, matter_id, "opinion/delivery", 3, first)
    assert (delivered.status_code, delivered.json()["recorded"]["data"]["outstanding"]) == (201, 1)
    again = await post(client, matter_id, "opinion/delivery", 4, first)
    assert (again.status_code, again.json()["code"]) == (409, "already_delivered")
    last = {"method": "IN_PERSON", "view": "DISAGREES", "petitioner_id": str(other)}
    assert (await post(client, matter_id, "opinion/delivery", 4, last)).headers["etag"] == '"5"'
    answer = await client.get(f"/v1/matters/{matter_id}/opinion")
    assert answer.headers["etag"] == '"5"'
    shown = answer.json()
    assert {name: shown[name] for name in TEXTS} == TEXTS
    assert (shown["id"], shown["conclusion"]) == (str(matter_id), "SUPPORT")
    assert sorted(shown["deliveries"], key=lambda delivery: str(delivery["method"])) == [
        {
            "petitioner_id": str(petitioner_id),
            "method": method,
            "receipt": receipt,
            "view": view,
            "delivered_at": "2026-03-02T04:00:00Z",
            "review_until": "2026-04-01",
        }
        for petitioner_id, method, receipt, view in (
            (other, "IN_PERSON", "SIGNED", "DISAGREES"),
            (one, "POST", "REFUSED", None),
        )
    ]
    assert (await client.get(f"/v1/matters/{matter_id}")).json()["state"] == "EXECUTING"


async def test_a_matter_without_an_opinion_shows_none(story: Story, client: httpx.AsyncClient) -> None:
    matter_id = await story.at(PetitionState.INVESTIGATING)
    assert (await client.get(f"/v1/matters/{matter_id}/opinion")).status_code == 404


async def test_an_opinion_with_a_part_missing_is_refused(story: Story, client: httpx.AsyncClient) -> None:
    matter_id = await story.at(PetitionState.INVESTIGATING)
    for name in TEXTS:
        for body in ({**TEXTS, name: "  "}, {key: text for key, text in TEXTS.items() if key != name}):
            answer = await post(client, matter_id, "opinion", 2, {"conclusion": "EXPLAIN", **body})
            assert answer.status_code == 422, name
            assert not [text for text in TEXTS.values() if text in answer.text]
    assert await story.facts(matter_id) == ["petition.registered", "petition.accepted"]
