"""The demonstration county's cases that API examples name: one for each act, so that no example disturbs another."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final
from uuid import UUID

COUNTY: Final = "130926000000"
"""Suning county 肃宁县."""
TOWNSHIP: Final = "130926102000"
"""Wobei town 窝北镇, where the demonstration's cases stand."""

ACTS: Final = (
    "intake.cases.read",
    "intake.cases.route",
    "intake.cases.record_satisfaction",
    "mediation.cases.read",
    "mediation.cases.seek_consent",
    "mediation.cases.record_consent",
    "mediation.cases.accept",
    "mediation.cases.assign_mediator",
    "mediation.cases.record_session",
    "mediation.cases.terminate",
    "mediation.agreements.record",
    "mediation.agreements.make_effective",
    "petition.matters.read",
    "petition.matters.accept",
    "petition.opinions.issue",
    "petition.opinions.deliver",
    "petition.matters.conclude",
    "petition.matters.extend",
)


def demonstration_id(number: int) -> UUID:
    """A fixed UUIDv7 of 1 January 2026, numbered: recognisable at a glance and never made by a service."""
    return UUID(f"019b7545-0000-7000-8000-{number:012d}")


CASES: Final[Mapping[str, UUID]] = MappingProxyType(
    {act: demonstration_id(number) for number, act in enumerate(ACTS, start=1)}
)
"""The case on which each act can be tried, by the act's permission."""

ORGANISATION: Final = demonstration_id(600)
"""The township's mediation centre in the directory, at which the demonstration's posts are."""
PARTIES: Final = 1000
"""From here on numbers name parties: ten for each case."""
MEDIATOR: Final = demonstration_id(500)
"""The post of the mediator whom the demonstration's examples assign, in the directory."""


def party_id(act: str, party: int) -> UUID:
    """A party of the case on which `act` can be tried; the demonstration's disputes have two, numbered from 1."""
    return demonstration_id(PARTIES + 10 * (ACTS.index(act) + 1) + party)
