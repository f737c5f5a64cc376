"""The copy itself: tables that follow the directory's facts, last version wins."""

from typing import Final, cast

from sqlalchemy import Table
from sqlmodel import SQLModel

from chassis.bus.mirror import mirror
from contracts.intake.directory import DivisionRecorded, GridRecorded, OrganisationRecorded, StaffRecorded
from services.analytics.directory.tables import Division, Grid, Organisation, Staff

VALIDITY: Final = ("valid_from", "valid_to")


def _table(row: type[SQLModel]) -> Table:
    return cast("Table", row.__table__)  # type: ignore[attr-defined]


divisions = mirror(DivisionRecorded, _table(Division), ("code", "name", "parent_code", "level", "kind", *VALIDITY))
organisations = mirror(OrganisationRecorded, _table(Organisation), ("name", "kind", "division", *VALIDITY))
staff = mirror(StaffRecorded, _table(Staff), ("organisation_id", "division", "post", "roles", *VALIDITY))
grids = mirror(GridRecorded, _table(Grid), ("code", "name", "division", "households", *VALIDITY))
