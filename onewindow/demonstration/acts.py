"""What each act of a demonstration's case is over HTTP: who does it, where, and with which body."""

from collections.abc import Callable, Mapping
from typing import Any, Final, NamedTuple

from contracts.codes import (
    AgreementForm,
    ConsentStand,
    DeliveryMethod,
    MediatorChoice,
    OpinionConclusion,
    PetitionRoute,
    SessionOutcome,
    TerminationReason,
)
from contracts.demonstration import COUNTY, MEDIATOR, TOWNSHIP
from contracts.roles import Role
from onewindow.demonstration.matters import Matter
from onewindow.demonstration.places import COUNTY_MEDIATOR, XIANS_MEDIATOR

TERMS: Final = "双方同意各让一步，于三十日内共同修复，费用各半；今后有事先商量。"


class Act(NamedTuple):
    """An act: its role, the end of its address, and the body for a case."""

    role: Role
    path: str
    body: Callable[[Matter], Mapping[str, Any]]


def _consent(place: int, stand: ConsentStand) -> Act:
    return Act(
        Role.MEDIATOR,
        "mediation/v1/cases/{id}/consents",
        lambda matter: {"party_id": str(matter.parties[place].id), "stand": stand},
    )


def _mediator(matter: Matter) -> str:
    """Whose post covers the case."""
    if matter.division.startswith(TOWNSHIP[:9]):
        return str(MEDIATOR)
    return str(COUNTY_MEDIATOR if matter.county == COUNTY else XIANS_MEDIATOR)


def _agreement(form: AgreementForm) -> Act:
    return Act(
        Role.MEDIATOR,
        "mediation/v1/cases/{id}/agreement",
        lambda _: {"form": form, "terms": TERMS, "partial": False},
    )


ACTS: Final[Mapping[str, Act]] = {
    "seek": Act(Role.MEDIATOR, "mediation/v1/cases/{id}/consent-request", lambda _: {"rights_notice": "ORAL"}),
    "consent_1": _consent(0, ConsentStand.CONSENTED),
    "consent_2": _consent(1, ConsentStand.CONSENTED),
    "refuse_2": _consent(1, ConsentStand.REFUSED),
    "accept": Act(Role.MEDIATOR, "mediation/v1/cases/{id}/acceptance", lambda matter: {"category": matter.category}),
    "assign": Act(
        Role.MEDIATOR,
        "mediation/v1/cases/{id}/mediator",
        lambda matter: {"mediator_id": _mediator(matter), "chosen_by": MediatorChoice.APPOINTED},
    ),
    "meet": Act(Role.MEDIATOR, "mediation/v1/cases/{id}/sessions", lambda _: {"outcome": SessionOutcome.ADJOURNED}),
    "agree_orally": _agreement(AgreementForm.ORAL),
    "agree_in_writing": _agreement(AgreementForm.WRITTEN),
    "take_effect": Act(
        Role.MEDIATOR,
        "mediation/v1/cases/{id}/agreement/effect",
        lambda matter: {
            "signatures": [{"party_id": str(party.id)} for party in matter.parties],
            "mediator_signature": {},
            "seal": {},
        },
    ),
    "end": Act(
        Role.MEDIATOR,
        "mediation/v1/cases/{id}/termination",
        lambda _: {"reason": TerminationReason.NO_AGREEMENT},
    ),
    "accept_petition": Act(
        Role.PETITION_HANDLER,
        "petition/v1/matters/{id}/acceptance",
        lambda _: {"route": PetitionRoute.R31_6, "notice": {"way": "ON_THE_SPOT"}},
    ),
    "issue": Act(
        Role.PETITION_HANDLER,
        "petition/v1/matters/{id}/opinion",
        lambda matter: {
            "conclusion": OpinionConclusion.EXPLAIN,
            "claim": matter.narrative,
            "facts": "经实地查看并核对台账，情况属实，具体面积以确权登记为准。",
            "text": "诉求事出有因，已当面说明政策依据和办理途径。",
            "legal_basis": "《信访工作条例》第三十一条第六项、第三十二条。",
        },
    ),
    "deliver": Act(
        Role.PETITION_HANDLER,
        "petition/v1/matters/{id}/opinion/delivery",
        lambda _: {"method": DeliveryMethod.IN_PERSON, "view": "AGREES"},
    ),
    "conclude": Act(Role.PETITION_HANDLER, "petition/v1/matters/{id}/conclusion", lambda _: {"resolved": True}),
}
