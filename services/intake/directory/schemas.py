"""Bodies of requests about the directory, and what is shown of it."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Annotated, Any, Literal, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from chassis.http.bodies import Body, Code12, Day, Id, Text
from chassis.security import masking
from chassis.security.sealing import Sealer
from contracts.codes import DivisionKind, DivisionLevel, OrganisationKind
from contracts.demonstration import ORGANISATION, TOWNSHIP
from contracts.intake.directory import division_id
from contracts.roles import Role
from services.intake.directory.commands import STAFF_NAME
from services.intake.directory.domain import Division, kind_of
from services.intake.directory.queries import GridRow, OrganisationRow, StaffRow

BATCH: int = 1000
DIVISION_EXAMPLE: Mapping[str, Any] = {
    "code": "130926102299",
    "name": "示范新村",
    "parent_code": TOWNSHIP,
    "level": "VILLAGE",
}
BATCH_EXAMPLE: Mapping[str, Any] = {
    "items": [{"code": "130926102298", "name": "示范二村", "parent_code": TOWNSHIP, "level": "VILLAGE"}]
}


class DivisionBody(Body):
    """A division 行政区划."""

    model_config = ConfigDict(json_schema_extra={"examples": [dict(DIVISION_EXAMPLE)]})

    code: Code12
    name: Annotated[str, Text(100)]
    parent_code: Code12 | None = Field(default=None, description="null for a province")
    level: DivisionLevel
    kind: DivisionKind | None = Field(default=None, description="null: what the code says")
    valid_from: Day | None = None
    valid_to: Day | None = None

    def told(self) -> Division:
        """The division for the command."""
        return Division(
            code=self.code,
            name=self.name,
            parent_code=self.parent_code,
            level=self.level,
            kind=self.kind or kind_of(self.code, self.level),
            valid_from=self.valid_from,
            valid_to=self.valid_to,
        )


class DivisionBatch(Body):
    """Divisions in the order in which they are recorded."""

    model_config = ConfigDict(json_schema_extra={"examples": [dict(BATCH_EXAMPLE)]})

    items: Annotated[tuple[DivisionBody, ...], Field(min_length=1, max_length=BATCH)]


class DivisionResult(BaseModel):
    """What became of one division of a batch."""

    id: UUID
    code: str
    status: Literal["recorded", "unchanged", "refused"]
    problem: dict[str, str] | None = Field(default=None, description="code, zh and en of the refusal")


class DivisionResults(BaseModel):
    """Results in the order of the request."""

    items: list[DivisionResult]


class DivisionView(BaseModel):
    """A division as it stands in the directory."""

    id: UUID
    code: str
    name: str
    parent_code: str | None
    level: DivisionLevel
    kind: DivisionKind = Field(description="town-like units are not counted as townships")
    valid_from: date | None
    valid_to: date | None

    @classmethod
    def of(cls, division: Division) -> Self:
        """The division with its record id, which follows from its code."""
        return cls(
            id=division_id(division.code),
            code=division.code,
            name=division.name,
            parent_code=division.parent_code,
            level=division.level,
            kind=division.kind,
            valid_from=division.valid_from,
            valid_to=division.valid_to,
        )


class OrganisationBody(Body):
    """An organisation 机构."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"name": "窝北镇示范调解室", "kind": "VILLAGE_MEDIATION_ROOM", "division": TOWNSHIP}]
        }
    )

    name: Annotated[str, Text(100)]
    kind: OrganisationKind
    division: Code12
    valid_from: Day | None = None
    valid_to: Day | None = None


class OrganisationView(BaseModel):
    """An organisation as it stands in the directory."""

    id: UUID
    name: str
    kind: OrganisationKind
    division: str
    valid_from: date | None
    valid_to: date | None

    @classmethod
    def of(cls, row: OrganisationRow) -> Self:
        """The organisation as it is stored."""
        return cls.model_validate(row, from_attributes=True)


class StaffBody(Body):
    """A post 岗位 and who holds it."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "organisation_id": str(ORGANISATION),
                    "division": TOWNSHIP,
                    "post": "专职调解员",
                    "roles": ["MEDIATOR"],
                    "name": "赵公正",
                }
            ]
        }
    )

    organisation_id: Id
    division: Code12 = Field(description="whose subtree the post serves")
    post: Annotated[str, Text(100)] = Field(description="title of the post, never a name: it is published")
    roles: Annotated[tuple[Role, ...], Field(min_length=1, max_length=10)]
    name: Annotated[str, Text(100)] | None = Field(default=None, description="sealed, and never published")
    valid_from: Day | None = None
    valid_to: Day | None = None


class StaffView(BaseModel):
    """A post as it stands in the directory, the name of its holder masked."""

    id: UUID
    organisation_id: UUID
    division: str
    post: str
    roles: Sequence[Role]
    name: str | None = Field(examples=["赵*"])
    valid_from: date | None
    valid_to: date | None

    @classmethod
    def of(cls, row: StaffRow, sealer: Sealer) -> Self:
        """The post as it is stored."""
        sealed = row.name_sealed
        name = None if sealed is None else masking.mask_name(sealer.unseal(sealed, STAFF_NAME, row.id))
        return cls.model_validate(row.model_dump(exclude={"name_sealed"}) | {"name": name})


class GridBody(Body):
    """A grid 网格."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"code": "130926102099", "name": "示范网格", "division": TOWNSHIP, "households": 260}]
        }
    )

    code: Annotated[str, Field(pattern=r"^[0-9]{12,15}$")]
    name: Annotated[str, Text(100)]
    division: Code12
    households: Annotated[int, Field(ge=0, le=100_000)] = Field(description="户数; 200 to 300 are the rule")
    valid_from: Day | None = None
    valid_to: Day | None = None


class GridView(BaseModel):
    """A grid as it stands in the directory."""

    id: UUID
    code: str
    name: str
    division: str
    households: int
    valid_from: date | None
    valid_to: date | None

    @classmethod
    def of(cls, row: GridRow) -> Self:
        """The grid as it is stored."""
        return cls.model_validate(row, from_attributes=True)
