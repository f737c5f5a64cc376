"""What is shown of the directory's copy."""

from datetime import date
from uuid import UUID

from pydantic import BaseModel

from contracts.codes import DivisionKind, DivisionLevel


class DivisionView(BaseModel):
    """An administrative division."""

    id: UUID
    code: str
    name: str
    parent_code: str | None
    level: DivisionLevel
    kind: DivisionKind
    valid_from: date | None
    valid_to: date | None
