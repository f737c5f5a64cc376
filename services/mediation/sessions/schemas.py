"""Bodies of requests about sessions, and what is shown of one: never its notes."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, Field

from chassis.http.bodies import Body, Moment, Text
from contracts.codes import SessionOutcome


class SessionRequest(Body):
    """A session was held."""

    outcome: SessionOutcome
    held_at: Moment | None = Field(default=None, description="now, when left out")
    notes: Annotated[str, Text(20_000, lines=True)] | None = Field(
        default=None, description="调解笔录; confidential: sealed, shown nowhere, never part of a published fact"
    )


class SessionView(BaseModel):
    """A session that was held."""

    id: UUID
    number: int = Field(description="which session of the case it was, from 1")
    held_at: datetime
    outcome: SessionOutcome
    mediator_id: UUID
    recorded_at: datetime
