"""With the relay stopped people are still served, and afterwards every fact arrives once and in order."""

import asyncio

from tests.journeys.conftest import DISPUTE, Steps

CASES = 40


async def test_registering_goes_on_while_nothing_is_published(steps: Steps) -> None:
    county = steps.county
    relay = county.service("intake").relay
    await relay.pause()
    ids = await asyncio.gather(*(steps.register(DISPUTE) for _ in range(CASES)))
    body = {"route": "MEDIATION", "tier": "TOWNSHIP", "reason_code": "CLASSIFIED"}
    for case_id in ids:
        await steps.post("intake", "DISPATCHER", f"/v1/cases/{case_id}/routing", body, 1)
    (row,) = await county.fetch("intake", "SELECT count(*) AS pending FROM outbox")
    assert row["pending"] == 3 * CASES, "registered, handed over, routed"
    assert await county.fetch("mediation", "SELECT id FROM cases") == []

    relay.resume()
    await county.settled()
    opened = await county.fetch("mediation", "SELECT id FROM cases")
    assert {str(row["id"]) for row in opened} == set(ids)
    assert len(opened) == CASES
    assert await steps.counted("registered", "routed") == (CASES, CASES)
    for service in county.apps:
        (letters,) = await county.fetch(service, "SELECT count(*) AS letters FROM dead_letters")
        assert letters["letters"] == 0, service


async def test_what_is_published_again_has_no_second_effect(steps: Steps) -> None:
    county = steps.county
    case_id = await steps.register(DISPUTE)
    await steps.route(case_id, "MEDIATION")
    before = await county.fetch("mediation", "SELECT version FROM heads ORDER BY case_id")
    again = "INSERT INTO outbox (entry_id, at) SELECT id, now() FROM journal WHERE topic IS NOT NULL ORDER BY position"
    for _ in range(2):
        await county.fetch("intake", again)
        await county.settled()
    assert await county.fetch("mediation", "SELECT version FROM heads ORDER BY case_id") == before
    assert await steps.counted("registered") == (1,)
