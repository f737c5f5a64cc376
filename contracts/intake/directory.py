"""The directory that intake owns and every service copies: divisions, organisations, posts, grids.

Each fact is the whole record as it now stands, so the latest per key is enough. No field names a person.
"""

from typing import ClassVar
from uuid import UUID, uuid5

from contracts.codes import DivisionKind, DivisionLevel, OrganisationKind
from contracts.envelope import Event
from contracts.fields import Count, Day, DirectoryName, DivisionCode, GridCode
from contracts.roles import Role
from contracts.topics import INTAKE_DIRECTORY, Topic

_DIVISIONS = UUID("6f0a3c52-5d0b-5c7e-9d2f-1309260000a1")


def division_id(code: str) -> UUID:
    """Record id of a division: follows from its 12-digit code, so that an import in any order and any place agrees."""
    return uuid5(_DIVISIONS, code)


class DivisionRecorded(Event):
    """An administrative division stands so in the directory 行政区划."""

    type: ClassVar[str] = "intake.division_recorded"
    topic: ClassVar[Topic] = INTAKE_DIRECTORY

    record_id: UUID
    """The record; `division_id(code)`."""
    code: DivisionCode
    """12-digit code."""
    name: DirectoryName
    """Name of the place."""
    parent_code: DivisionCode | None = None
    """Code of the division above; null for a province."""
    level: DivisionLevel
    """Level."""
    kind: DivisionKind
    """What it is within its level."""
    valid_from: Day | None = None
    """First day of validity; null: since before records began."""
    valid_to: Day | None = None
    """Last day of validity; null: still valid."""


class OrganisationRecorded(Event):
    """An organisation stands so in the directory 机构."""

    type: ClassVar[str] = "intake.organisation_recorded"
    topic: ClassVar[Topic] = INTAKE_DIRECTORY

    record_id: UUID
    """The organisation."""
    name: DirectoryName
    """Name of the organisation."""
    kind: OrganisationKind
    """What it is."""
    division: DivisionCode
    """Division it works in."""
    valid_from: Day | None = None
    """First day of validity; null: since before records began."""
    valid_to: Day | None = None
    """Last day of validity; null: still valid."""


class StaffRecorded(Event):
    """A post is held in an organisation 岗位; who holds it is known by a pseudonymous id only."""

    type: ClassVar[str] = "intake.staff_recorded"
    topic: ClassVar[Topic] = INTAKE_DIRECTORY

    record_id: UUID
    """The member of staff, by a random id."""
    organisation_id: UUID
    """Organisation of the post."""
    division: DivisionCode
    """Division whose subtree the post serves."""
    post: DirectoryName
    """Title of the post 岗位名称, never a person's name."""
    roles: tuple[Role, ...]
    """Roles that the post carries."""
    valid_from: Day | None = None
    """First day in the post; null: since before records began."""
    valid_to: Day | None = None
    """Last day in the post; null: still held."""


class GridRecorded(Event):
    """A grid stands so in the directory 网格: the smallest unit, of 200 to 300 households."""

    type: ClassVar[str] = "intake.grid_recorded"
    topic: ClassVar[Topic] = INTAKE_DIRECTORY

    record_id: UUID
    """The grid."""
    code: GridCode
    """Grid code."""
    name: DirectoryName
    """Name of the grid."""
    division: DivisionCode
    """Village or township that the grid belongs to."""
    households: Count
    """Households in the grid 户数."""
    valid_from: Day | None = None
    """First day of validity; null: since before records began."""
    valid_to: Day | None = None
    """Last day of validity; null: still valid."""
