"""The demonstration's cases as the examples of mediation's operations need them."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

from chassis.http.examples import openapi_example
from contracts.demonstration import CASES

DEMONSTRATION_VERSIONS: Final[Mapping[str, int]] = MappingProxyType(
    {
        "mediation.cases.read": 1,  # opened
        "mediation.cases.seek_consent": 1,
        "mediation.cases.record_consent": 2,  # consent sought; nobody has answered
        "mediation.cases.accept": 4,  # both parties consented
        "mediation.cases.assign_mediator": 5,  # accepted
        "mediation.cases.record_session": 6,  # mediator assigned
        "mediation.cases.terminate": 7,  # one session held
        "mediation.agreements.record": 7,  # one session held
        "mediation.agreements.make_effective": 8,  # a written agreement reached
    }
)
"""Facts recorded here of each of the demonstration's cases: the If-Match with which its example is accepted."""


def example(act: str, body: Mapping[str, object]) -> dict[str, Any]:
    """The example of an act, on the demonstration's case for it."""
    return openapi_example(
        case_id=CASES[act], if_match=DEMONSTRATION_VERSIONS[act], key=f"example:{act}", body=dict(body)
    )
