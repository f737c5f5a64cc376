"""Views of what every service has: a timeline's entry, a statutory deadline with its lamp."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Self
from uuid import UUID

from pydantic import BaseModel, Field

from chassis.deadlines.lamp import Lamp, lamp_of
from chassis.deadlines.queries import Deadline
from chassis.deadlines.tables import DeadlineState
from chassis.journal.entries import Entry


class EntryView(BaseModel):
    """One entry of a timeline 工作透明可监督."""

    id: UUID
    version: int
    type: str = Field(examples=["intake.case_registered"])
    occurred_at: datetime = Field(description="when it happened")
    recorded_at: datetime = Field(description="when it was recorded")
    actor: str
    on_behalf_of: str | None
    reason_code: str | None
    ruleset: str = Field(description="version of the table of statutory clocks then in force")
    receipt: str = Field(description="hash of the entry")
    data: Mapping[str, Any]

    @classmethod
    def of(cls, entry: Entry) -> Self:
        """The entry as it stands in the journal."""
        return cls(
            id=entry.id,
            version=entry.version,
            type=entry.type,
            occurred_at=entry.occurred_at,
            recorded_at=entry.recorded_at,
            actor=entry.actor,
            on_behalf_of=entry.on_behalf_of,
            reason_code=entry.reason_code,
            ruleset=entry.ruleset,
            receipt=entry.receipt,
            data=entry.fact,
        )


class DeadlineView(BaseModel):
    """A statutory deadline of a case 法定期限."""

    rule: str = Field(examples=["MED_GENERAL"])
    basis: str = Field(examples=["R75§33"])
    started_at: datetime
    due_date: date | None = Field(description="last day, Shanghai; null while the clock stands still")
    state: DeadlineState
    provisional: bool = Field(description="rests on a working-day calendar that is not official yet 暂定")
    lamp: Lamp | None = Field(description="null where nothing is owed any more")

    @classmethod
    def of(cls, deadline: Deadline, now: datetime) -> Self:
        """The deadline as it looks at `now`."""
        return cls(
            rule=deadline.rule,
            basis=deadline.basis,
            started_at=deadline.started_at,
            due_date=deadline.due_date,
            state=deadline.state,
            provisional=deadline.provisional,
            lamp=lamp_of(deadline, now),
        )
