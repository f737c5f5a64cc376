"""The row of a case: codes, days, counts, and of each kind of fact the version that was applied last.

No column says who anybody is. Days are dates in Shanghai. What is counted and grouped stands in front, since a scan
reads a row from its beginning; which columns change together is said by `projections.GROUPS`.
"""

from datetime import date, datetime
from typing import Final, cast
from uuid import UUID

from sqlalchemy import ARRAY, BigInteger, Index, Table, Text
from sqlmodel import Field

from chassis.database.columns import moment
from services.analytics.base import Base, code, computed

DIVISION = "COALESCE(intake_division, mediation_division, petition_division)"
"""Intake's word on where a case belongs wins over a copy of it; whatever came first is good enough to begin with."""


class CaseFact(Base, table=True):
    """What is known of one case. A column is empty as long as the fact that fills it has not arrived."""

    __tablename__ = "case_facts"
    __table_args__ = (
        Index("ix_case_facts_county_registered_day", "county", "registered_day"),
        Index("ix_case_facts_township_registered_day", "township", "registered_day"),
        {"postgresql_with": {"fillfactor": "80"}},
    )

    case_id: UUID = Field(primary_key=True)

    county: str = computed(f"rpad(\"left\"({DIVISION}::text, 6), 12, '0'::text)")
    """County of the place where the case belongs, 12 digits; its township and the place itself follow."""
    township: str = computed(f"rpad(\"left\"({DIVISION}::text, 9), 12, '0'::text)")
    division: str = computed(DIVISION)
    tier: str | None = computed("COALESCE(mediation_tier, routed_tier, registered_tier)")
    """The level that mediates, else the one that the window sent it to, else the one that registered it."""
    category: str | None = computed("COALESCE(mediation_category, registered_category)")
    kind: str | None = code()
    channel: str | None = code()

    registered_day: date | None = None
    routed_day: date | None = None
    """Of the first routing: a case that was sent on counts on the day when it was sent anywhere at all."""
    mediation_opened_day: date | None = None
    accepted_day: date | None = None
    effective_day: date | None = None
    terminated_day: date | None = None
    petition_registered_day: date | None = None
    petition_accepted_day: date | None = None
    extended_day: date | None = None
    opinion_issued_day: date | None = None
    opinion_delivered_day: date | None = None
    """The day on which the last petitioner had it."""
    petition_concluded_day: date | None = None
    concluded_day: date | None = None
    unit_evaluated_day: date | None = None
    department_evaluated_day: date | None = None
    overdue_day: date | None = None
    """The earliest last day of a clock that was missed by those who handle the case."""
    handling_missed_day: date | None = None
    """The last day of the clock of art. 34 (`PET_HANDLE`), where it was missed."""

    terminated_after_acceptance: bool | None = None
    collective: bool | None = None
    petition_resolved: bool | None = None
    petition_on_time: bool | None = None
    resolved: bool | None = None
    people_involved: int | None = None
    visitors: int | None = None
    unit_satisfaction: str | None = code()
    department_satisfaction: str | None = code()

    intake_division: str | None = None
    mediation_division: str | None = None
    petition_division: str | None = None
    registered_category: str | None = code()
    registered_tier: str | None = code()
    scale: str | None = code()
    parties: int | None = None
    amount_fen: int | None = Field(default=None, sa_type=BigInteger)
    occurred_day: date | None = None
    registered_at: datetime | None = moment(default=None)
    routed_at: datetime | None = moment(default=None)
    route: str | None = code()
    routed_tier: str | None = code()
    outcome: str | None = code()
    concluded_by: str | None = code()
    mediation_tier: str | None = code()
    mediation_category: str | None = code()
    form: str | None = code()
    partial: bool | None = None
    termination_reason: str | None = code()
    petition_category: str | None = code()
    petition_route: str | None = code()
    conclusion: str | None = code()
    missed_clocks: list[str] = Field(sa_type=ARRAY(Text))  # type: ignore[call-overload,unused-ignore]
    """Statutory clocks that ran out, whoever's, each as `PET_HANDLE 2026-05-01` with its last day, in order."""

    intake_version: int | None = None
    mediation_version: int | None = None
    petition_version: int | None = None
    registered_version: int | None = None
    first_routed_version: int | None = None
    routed_version: int | None = None
    concluded_version: int | None = None
    unit_evaluated_version: int | None = None
    department_evaluated_version: int | None = None
    mediation_opened_version: int | None = None
    mediation_place_version: int | None = None
    """The last fact that named level and type."""
    accepted_version: int | None = None
    effective_version: int | None = None
    terminated_version: int | None = None
    petition_registered_version: int | None = None
    petition_accepted_version: int | None = None
    extended_version: int | None = None
    opinion_issued_version: int | None = None
    opinion_delivered_version: int | None = None
    petition_concluded_version: int | None = None


CASE_FACTS: Final = cast("Table", CaseFact.__table__)  # type: ignore[attr-defined]
"""The same table for set-based statements."""
