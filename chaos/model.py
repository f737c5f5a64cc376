"""What must have become of every case, told from what its people were acknowledged and from nothing else."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Final

from chaos.history import Act, Case

JOURNALS: Final[Mapping[Act, Mapping[str, Sequence[str]]]] = {
    Act.REGISTER: {"intake": ("intake.case_registered",)},
    Act.TO_MEDIATION: {
        "intake": ("intake.mediation_requested", "intake.case_routed"),
        "mediation": ("mediation.opened",),
    },
    Act.TO_PETITION: {
        "intake": ("intake.petition_requested", "intake.case_routed"),
        "petition": ("petition.registered",),
    },
    Act.SEEK_CONSENT: {"mediation": ("mediation.consent_sought",)},
    Act.CONSENT: {"mediation": ("mediation.consent_recorded",)},
    Act.REFUSE: {
        "mediation": ("mediation.consent_recorded", "mediation.terminated"),
        "intake": ("intake.case_concluded",),
    },
    Act.ACCEPT: {"mediation": ("mediation.accepted",)},
}
"""What an act leaves in each journal, in its order there; acts of other services reach intake by the bus."""
COUNTED: Final[Mapping[str, Act | tuple[Act, ...]]] = {
    "registered_day": Act.REGISTER,
    "routed_day": (Act.TO_MEDIATION, Act.TO_PETITION),
    "mediation_opened_day": Act.TO_MEDIATION,
    "accepted_day": Act.ACCEPT,
    "terminated_day": Act.REFUSE,
    "concluded_day": Act.REFUSE,
    "petition_registered_day": Act.TO_PETITION,
}
"""Which acts analytics has to have counted, by the column that holds the day."""
STATES: Final[Mapping[str, Mapping[Act, str]]] = {
    "intake": {
        Act.REGISTER: "REGISTERED",
        Act.TO_MEDIATION: "ROUTED",
        Act.TO_PETITION: "ROUTED",
        Act.REFUSE: "CONCLUDED",
    },
    "mediation": {
        Act.TO_MEDIATION: "REGISTERED",
        Act.SEEK_CONSENT: "CONSENT_PENDING",
        Act.REFUSE: "TERMINATED",
        Act.ACCEPT: "ACCEPTED",
    },
    "petition": {Act.TO_PETITION: "REGISTERED"},
}
"""The state in which an act leaves the case at each service; the last act that says something decides."""


def journal(cases: Sequence[Case], service: str) -> dict[str, list[str]]:
    """The facts that a service's journal must hold of each case, in order."""
    told = {
        case.id: [fact for done in case.acts for fact in JOURNALS[done.act].get(service, ())]
        for case in cases
        if case.acts
    }
    return {case_id: facts for case_id, facts in told.items() if facts}


def states(cases: Sequence[Case], service: str) -> dict[str, str]:
    """The state in which a service must have each case."""
    moves = STATES[service]
    return {
        case.id: moves[last] for case in cases for last in [done.act for done in case.acts if done.act in moves][-1:]
    }


def counts(cases: Sequence[Case]) -> Counter[str]:
    """How many cases analytics must count, by column."""
    found: Counter[str] = Counter()
    for column, acts in COUNTED.items():
        wanted = acts if isinstance(acts, tuple) else (acts,)
        found[column] = sum(any(case.did(act) for act in wanted) for case in cases)
    return found
