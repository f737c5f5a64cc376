"""The HTTP edge of triage."""

from uuid import uuid4

import httpx

from tests.callers import AsRole
from tests.county import key
from tests.intake.cases.calls import BODY, register
from tests.intake.places import SHANGCUN

ROUTING = {"route": "MEDIATION", "tier": "TOWNSHIP", "reason_code": "CLASSIFIED"}


async def test_a_case_is_sent_once_with_the_version_that_was_read(clerk: httpx.AsyncClient) -> None:
    address = f"/v1/cases/{(await register(clerk))['id']}"
    assert (await clerk.post(f"{address}/routing", json=ROUTING, headers=key())).status_code == 428
    stale = await clerk.post(f"{address}/routing", json=ROUTING, headers=key() | {"If-Match": '"2"'})
    assert stale.status_code == 412
    headers = key() | {"If-Match": '"1"'}
    first = await clerk.post(f"{address}/routing", json=ROUTING, headers=headers)
    assert (first.status_code, first.headers["ETag"]) == (201, '"3"')
    assert first.json()["recorded"]["data"]["route"] == "MEDIATION"
    assert (await clerk.post(f"{address}/routing", json=ROUTING, headers=headers)).content == first.content
    assert (await clerk.get(address)).headers["ETag"] == '"3"'
    again = await clerk.post(f"{address}/routing", json=ROUTING, headers=key() | {"If-Match": '"3"'})
    assert (again.status_code, again.json()["code"]) == (409, "illegal_transition")


async def test_another_towns_case_cannot_be_sent(clerk: httpx.AsyncClient, as_role: AsRole) -> None:
    case_id = (await register(clerk, **BODY))["id"]
    async with as_role(division=SHANGCUN) as other:
        headers = {"If-Match": '"1"'}
        hidden = await other.post(f"/v1/cases/{case_id}/routing", json=ROUTING, headers=key() | headers)
        missing = await other.post(f"/v1/cases/{uuid4()}/routing", json=ROUTING, headers=key() | headers)
    assert hidden.status_code == missing.status_code == 404
    assert hidden.json() | {"trace_id": None} == missing.json() | {"trace_id": None}
