"""What each service reads from the brokers, and how far behind it is; for commands that import no service."""

from collections.abc import Mapping
from typing import Final

from chassis.bus.kafka.access import KafkaAccess
from chassis.bus.kafka.lag import lag_of
from chassis.bus.protocol import Unavailable
from contracts.topics import (
    INTAKE_CASES,
    INTAKE_DIRECTORY,
    INTAKE_HANDOVERS,
    MEDIATION_CASES,
    PETITION_MATTERS,
)

READS: Final[Mapping[str, frozenset[str]]] = {
    service: frozenset(topic.name for topic in topics)
    for service, topics in {
        "intake": (MEDIATION_CASES, PETITION_MATTERS),
        "mediation": (INTAKE_DIRECTORY, INTAKE_HANDOVERS),
        "petition": (INTAKE_DIRECTORY, INTAKE_HANDOVERS),
        "analytics": (INTAKE_CASES, INTAKE_DIRECTORY, MEDIATION_CASES, PETITION_MATTERS),
    }.items()
}
"""Topics by service. The services' handlers decide; a test compares."""


async def consumer_lag(access: KafkaAccess, service: str) -> int | None:
    """Records that a service has not applied yet; None when the brokers do not say."""
    try:
        return sum((await lag_of(access, service, READS[service])).values())
    except Unavailable:
        return None
