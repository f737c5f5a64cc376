"""A dispute's whole way: registered, routed, accepted with consent, settled or not, and back with its outcome."""

from tests.journeys.conftest import DISPUTE, Steps


async def test_a_dispute_is_settled_and_the_person_is_asked(steps: Steps, mediator: str) -> None:
    case_id = await steps.accepted_mediation()
    await steps.mediate(case_id, "mediator", {"mediator_id": mediator, "chosen_by": "CHOSEN_BY_PARTIES"})
    await steps.mediate(case_id, "sessions", {"outcome": "TERMS_AGREED", "notes": "双方各退一步。"})
    await steps.mediate(
        case_id, "agreement", {"form": "WRITTEN", "terms": "院墙按旧界重砌，费用均摊。", "partial": False}
    )
    signatures = [{"party_id": party} for party in await steps.parties(case_id)]
    await steps.mediate(case_id, "agreement/effect", {"signatures": signatures, "mediator_signature": {}, "seal": {}})
    await steps.county.settled()

    case = await steps.get("intake", "WINDOW_CLERK", f"/v1/cases/{case_id}")
    assert (case["state"], case["outcome"]) == ("CONCLUDED", "AGREEMENT_EFFECTIVE")
    await steps.post(
        "intake",
        "WINDOW_CLERK",
        f"/v1/cases/{case_id}/satisfaction",
        {"of": "RESPONSIBLE_UNIT", "satisfaction": "SATISFIED"},
        case["version"],
    )
    await steps.county.settled()

    told = await steps.get("intake", "WINDOW_CLERK", f"/v1/cases/{case_id}/timeline")
    assert [entry["type"] for entry in told["items"]] == [
        "intake.case_registered",
        "intake.mediation_requested",
        "intake.case_routed",
        "intake.case_concluded",
        "intake.satisfaction_recorded",
    ]
    mediated = await steps.get("mediation", "MEDIATOR", f"/v1/cases/{case_id}/timeline")
    assert [entry["type"].removeprefix("mediation.") for entry in mediated["items"]] == [
        "opened",
        "consent_sought",
        "consent_recorded",
        "consent_recorded",
        "accepted",
        "mediator_assigned",
        "session_held",
        "agreement_reached",
        "agreement_took_effect",
    ]
    assert await steps.counted("registered", "accepted", "succeeded", "concluded") == (1, 1, 1, 1)


async def test_an_oral_agreement_takes_effect_at_once(steps: Steps, mediator: str) -> None:
    case_id = await steps.accepted_mediation()
    await steps.mediate(case_id, "mediator", {"mediator_id": mediator, "chosen_by": "APPOINTED"})
    await steps.mediate(case_id, "sessions", {"outcome": "TERMS_AGREED"})
    await steps.mediate(case_id, "agreement", {"form": "ORAL", "terms": "当场赔礼。", "partial": False})
    await steps.county.settled()
    case = await steps.get("intake", "WINDOW_CLERK", f"/v1/cases/{case_id}")
    assert case["outcome"] == "AGREEMENT_EFFECTIVE"


async def test_a_refusal_ends_it_with_an_outcome(steps: Steps) -> None:
    case_id = await steps.register(DISPUTE, "GRID_PATROLLER")
    await steps.route(case_id, "MEDIATION")
    await steps.mediate(case_id, "consent-request", {"rights_notice": "ORAL"})
    party = (await steps.parties(case_id))[1]
    await steps.mediate(case_id, "consents", {"party_id": party, "stand": "REFUSED"})
    await steps.county.settled()
    case = await steps.get("intake", "WINDOW_CLERK", f"/v1/cases/{case_id}")
    assert (case["state"], case["outcome"]) == ("CONCLUDED", "ENDED_WITHOUT_AGREEMENT")
    assert await steps.counted("registered", "accepted", "succeeded", "terminated") == (1, 0, 0, 1)
