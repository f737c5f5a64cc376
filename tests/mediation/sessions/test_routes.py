from uuid import uuid4

import httpx

from contracts.codes import MediationState
from tests.mediation.story import MEDIATOR, NOTES, Story


async def test_a_session_is_recorded_and_listed_without_its_notes(story: Story, client: httpx.AsyncClient) -> None:
    case_id = await story.at(MediationState.MEDIATOR_ASSIGNED)
    address = f"/v1/cases/{case_id}/sessions"
    body = {"outcome": "ADJOURNED", "held_at": "2026-03-02T10:00:00+08:00", "notes": NOTES}
    recorded = await client.post(address, json=body, headers={"Idempotency-Key": uuid4().hex, "If-Match": '"6"'})
    assert (recorded.status_code, recorded.json()["recorded"]["at"]) == (201, "2026-03-02T02:00:00Z")
    await story.meet(case_id)
    page = (await client.get(address, params={"limit": 1, "total": "true"})).json()
    assert (len(page["items"]), page["total"]) == (1, 2)
    first = page["items"][0]
    assert (first["number"], first["outcome"], first["mediator_id"]) == (1, "ADJOURNED", str(MEDIATOR))
    rest = (await client.get(address, params={"cursor": page["next_cursor"]})).json()
    assert [item["number"] for item in rest["items"]] == [2]
    assert NOTES not in recorded.text + str(page) + str(rest)
