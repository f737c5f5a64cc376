"""The demonstration's matters as the examples of petition's operations need them."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

from chassis.http.examples import openapi_example
from contracts.demonstration import CASES

DEMONSTRATION_VERSIONS: Final[Mapping[str, int]] = MappingProxyType(
    {
        "petition.matters.read": 1,  # registered
        "petition.matters.accept": 1,
        "petition.matters.extend": 2,  # accepted on R31_6
        "petition.opinions.issue": 2,
        "petition.opinions.deliver": 3,  # an opinion issued, one petitioner
        "petition.matters.conclude": 4,  # an opinion that explains, delivered to the one petitioner
    }
)
"""Facts recorded here of each of the demonstration's matters: the If-Match with which its example is accepted."""


def example(act: str, body: Mapping[str, object]) -> dict[str, Any]:
    """The example of an act, on the demonstration's matter for it."""
    return openapi_example(
        matter_id=CASES[act], if_match=DEMONSTRATION_VERSIONS[act], key=f"example:{act}", body=dict(body)
    )
