"""What is shown of the directory's copy."""

from datetime import date
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from contracts.codes import DivisionKind, DivisionLevel


class DivisionView(BaseModel):
    """An administrative division."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID = Field(validation_alias="record_id")
    code: str
    name: str
    parent_code: str | None
    level: DivisionLevel
    kind: DivisionKind
    valid_from: date | None
    valid_to: date | None
