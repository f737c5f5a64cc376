"""Bus edge: the directory's facts, each with the copy that follows it."""

from typing import Final

from chassis.bus.handlers import Handlers
from contracts.intake.directory import DivisionRecorded, GridRecorded, OrganisationRecorded, StaffRecorded
from services.analytics.directory import projections

HANDLERS: Final[Handlers] = {
    DivisionRecorded: projections.divisions,
    OrganisationRecorded: projections.organisations,
    StaffRecorded: projections.staff,
    GridRecorded: projections.grids,
}
