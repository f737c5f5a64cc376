"""The topics: who owns each, what its key is, how long it is kept and what personal data it may carry."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Literal

MILLISECONDS_A_DAY = 24 * 60 * 60 * 1000


class PersonalData(StrEnum):
    """What a topic may carry about people."""

    OPEN = "OPEN"
    """Codes, times, divisions, counts and pseudonymous ids: an analyst may read it."""
    RESTRICTED = "RESTRICTED"
    """Beside open facts a sealed parcel with particulars, which only the named receiver can open."""


@dataclass(frozen=True, slots=True)
class Topic:
    """One stream of facts about one kind of aggregate, written by one service only."""

    name: str
    owner: str
    aggregate: str
    key: Literal["case_id", "record_id"]
    """The event's field whose value is the record's key: order holds within one key, never across keys."""
    personal: PersonalData
    description: str
    retention_days: int | None = None
    """Days after which a record is deleted; None: kept without limit, or while it is the key's latest if compacted."""
    compacted: bool = False

    @property
    def source(self) -> str:
        """CloudEvents `source` of everything on this topic."""
        return f"/onewindow/{self.owner}"

    @property
    def settings(self) -> dict[str, str]:
        """The broker's settings that follow from retention, by their Kafka names."""
        retention = -1 if self.retention_days is None else self.retention_days * MILLISECONDS_A_DAY
        return {"cleanup.policy": "compact" if self.compacted else "delete", "retention.ms": str(retention)}


INTAKE_CASES = Topic(
    name="onewindow.intake.case.v1",
    owner="intake",
    aggregate="case",
    key="case_id",
    personal=PersonalData.OPEN,
    description="What happens to a case at the one window: registered, routed, concluded, evaluated.",
)
INTAKE_DIRECTORY = Topic(
    name="onewindow.intake.directory.v1",
    owner="intake",
    aggregate="directory record",
    key="record_id",
    personal=PersonalData.OPEN,
    description="The latest state of each division, organisation, post and grid; the other services keep a copy.",
    compacted=True,
)
INTAKE_HANDOVERS = Topic(
    name="onewindow.intake.handover.v1",
    owner="intake",
    aggregate="case",
    key="case_id",
    personal=PersonalData.RESTRICTED,
    description="A case handed to the service that will treat it, particulars sealed for that service alone.",
    retention_days=7,
)
MEDIATION_CASES = Topic(
    name="onewindow.mediation.case.v1",
    owner="mediation",
    aggregate="mediation case",
    key="case_id",
    personal=PersonalData.OPEN,
    description="The way of a case through people's mediation, from the parties' consent to agreement or end.",
)
PETITION_MATTERS = Topic(
    name="onewindow.petition.matter.v1",
    owner="petition",
    aggregate="petition matter",
    key="case_id",
    personal=PersonalData.OPEN,
    description="The way of a petition matter, from registration to conclusion.",
)

TOPICS: Mapping[str, Topic] = MappingProxyType(
    {
        topic.name: topic
        for topic in (INTAKE_CASES, INTAKE_DIRECTORY, INTAKE_HANDOVERS, MEDIATION_CASES, PETITION_MATTERS)
    }
)
"""Every topic by its name."""
