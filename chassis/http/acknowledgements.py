"""What a command answers: the fact as it stands in the journal, so that a repeat gets the same bytes."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from chassis.journal.entries import Entry


class Recorded(BaseModel):
    """The fact that the command recorded."""

    model_config = ConfigDict(frozen=True)

    type: str = Field(description="type of the event", examples=["mediation.accepted"])
    at: datetime = Field(description="when it happened")
    data: dict[str, Any] = Field(description="the fact, as it is published")


class Acknowledgement(BaseModel):
    """A command has been carried out and its fact is durable. The ETag of the answer is the case's version."""

    model_config = ConfigDict(frozen=True)

    id: UUID = Field(description="the case")
    version: int = Field(description="the case's version, to be given as If-Match", examples=[3])
    receipt: str = Field(
        description="hash of the journal entry (SHA-256): whoever keeps it can prove that the entry existed",
        examples=["9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"],
    )
    recorded: Recorded

    @classmethod
    def of(cls, entry: Entry) -> "Acknowledgement":
        """The acknowledgement of an entry: nothing in it comes from anywhere else."""
        recorded = Recorded(type=entry.type, at=entry.occurred_at.astimezone(UTC), data=entry.fact)
        return cls(id=entry.case_id, version=entry.version, receipt=entry.receipt, recorded=recorded)
