"""A petition's whole way: registered, accepted, opinion delivered, concluded; and what is not taken here at all."""

from tests.county import key
from tests.journeys.conftest import PETITION, WOBEI, Steps


async def test_a_petition_is_answered_and_concluded(steps: Steps) -> None:
    case_id = await steps.register(PETITION)
    await steps.route(case_id, "PETITION")
    await steps.handle(
        case_id, "acceptance", {"route": "R31_6", "notice": {"way": "ON_THE_SPOT"}}, "PETITION_REGISTRAR"
    )
    matter = await steps.get("petition", "PETITION_HANDLER", f"/v1/matters/{case_id}")
    assert "PET_HANDLE" in {deadline["rule"] for deadline in matter["deadlines"]}
    opinion = {
        "conclusion": "SUPPORT",
        "claim": "请求补发拆迁补偿款。",
        "facts": "经查，补偿款少发属实。",
        "text": "支持请求，由镇政府补足差额。",
        "legal_basis": "《信访工作条例》第三十二条。",
    }
    await steps.handle(case_id, "opinion", opinion, "ORGAN_HEAD")
    await steps.handle(case_id, "opinion/delivery", {"method": "IN_PERSON", "view": "AGREES"})
    matter = await steps.get("petition", "PETITION_HANDLER", f"/v1/matters/{case_id}")
    assert "PET_REVIEW_REQUEST" in {deadline["rule"] for deadline in matter["deadlines"]}
    await steps.handle(
        case_id, "conclusion", {"resolved": True, "carried_out_at": steps.county.clock.now().isoformat()}
    )
    await steps.county.settled()

    case = await steps.get("intake", "WINDOW_CLERK", f"/v1/cases/{case_id}")
    assert (case["state"], case["resolved"]) == ("CONCLUDED", True)
    counted = ("registered", "petitions_registered", "petitions_accepted", "opinions_delivered", "resolved")
    assert await steps.counted(*counted) == (1, 1, 1, 1, 1)


async def test_an_accusation_is_sent_to_the_right_door(steps: Steps) -> None:
    before = await steps.get("intake", "WINDOW_CLERK", "/v1/cases?total=true")
    async with steps.county.client("intake", "WINDOW_CLERK", WOBEI) as client:
        answer = await client.post("/v1/cases", json={**PETITION, "petition_category": "ACCUSATION"}, headers=key())
    assert (answer.status_code, answer.json()["code"]) == (422, "accusation_not_taken_here")
    assert "12388" in answer.json()["detail"]
    assert await steps.get("intake", "WINDOW_CLERK", "/v1/cases?total=true") == before
