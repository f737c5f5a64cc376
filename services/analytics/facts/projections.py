"""The projection: what each fact says about its case, and the one statement that brings a batch of them into the rows.

Topics arrive in any order among each other, a batch may be applied again, and the table may be rebuilt from the topics:
the rows are the same each time. So every column belongs to a group that only a later fact of its kind changes (or an
earlier one, where the first counts), and what is collected or compared does not depend on order at all.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from types import MappingProxyType
from typing import Any, Final, TypeAlias
from uuid import UUID

from sqlalchemy import ARRAY, ColumnElement, Text, bindparam, case, column, func, literal_column, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.dialects.postgresql.dml import Insert

from chassis.bus.handlers import Delivery
from chassis.database.session import Session
from chassis.rules.clock import shanghai_date
from contracts.codes import EvaluatedUnit
from contracts.envelope import Event
from contracts.intake import cases as intake
from contracts.mediation import cases as mediation
from contracts.petition import matters as petition
from services.analytics.facts import domain
from services.analytics.facts.tables import CASE_FACTS

Columns: TypeAlias = dict[str, Any]
Missed: TypeAlias = intake.IntakeDeadlineMissed | mediation.MediationDeadlineMissed | petition.PetitionDeadlineMissed

GROUPS: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "intake_version": ("intake_division",),
        "mediation_version": ("mediation_division",),
        "petition_version": ("petition_division",),
        "registered_version": (
            "kind",
            "channel",
            "registered_category",
            "registered_tier",
            "scale",
            "people_involved",
            "parties",
            "amount_fen",
            "occurred_day",
            "registered_at",
            "registered_day",
        ),
        "first_routed_version": ("routed_at", "routed_day"),
        "routed_version": ("route", "routed_tier"),
        "concluded_version": ("outcome", "concluded_by", "resolved", "concluded_day"),
        "unit_evaluated_version": ("unit_satisfaction", "unit_evaluated_day"),
        "department_evaluated_version": ("department_satisfaction", "department_evaluated_day"),
        "mediation_opened_version": ("mediation_opened_day",),
        "mediation_place_version": ("mediation_tier", "mediation_category"),
        "accepted_version": ("accepted_day",),
        "effective_version": ("effective_day", "form", "partial"),
        "terminated_version": ("terminated_day", "termination_reason", "terminated_after_acceptance"),
        "petition_registered_version": ("petition_category", "visitors", "collective", "petition_registered_day"),
        "petition_accepted_version": ("petition_route", "petition_accepted_day"),
        "extended_version": ("extended_day",),
        "opinion_issued_version": ("conclusion", "opinion_issued_day"),
        "opinion_delivered_version": ("opinion_delivered_day",),
        "petition_concluded_version": ("petition_resolved", "petition_on_time", "petition_concluded_day"),
    }
)
"""Columns that change together, under the column that holds the version of the fact that wrote them."""
FIRST_COUNTS: Final = frozenset({"first_routed_version"})
"""Groups that keep the first fact of their kind; all others keep the last."""
EARLIEST: Final = ("overdue_day", "handling_missed_day")
"""Days of which the earliest stands."""

GROUP_OF: Final = MappingProxyType({name: version for version, names in GROUPS.items() for name in names})


def _registered(fact: intake.CaseRegistered, _at: datetime) -> Columns:
    return {
        "kind": fact.kind,
        "channel": fact.channel,
        "registered_category": fact.category,
        "registered_tier": fact.tier,
        "scale": fact.scale,
        "people_involved": fact.people_involved,
        "parties": fact.parties,
        "amount_fen": fact.amount_fen,
        "occurred_day": fact.occurred_on,
        "registered_at": fact.registered_at,
        "registered_day": shanghai_date(fact.registered_at),
    }


def _routed(fact: intake.CaseRouted, at: datetime) -> Columns:
    return {"routed_at": at, "routed_day": shanghai_date(at), "route": fact.route, "routed_tier": fact.tier}


def _concluded(fact: intake.CaseConcluded, at: datetime) -> Columns:
    return {
        "outcome": fact.outcome,
        "concluded_by": fact.concluded_by,
        "resolved": fact.resolved,
        "concluded_day": shanghai_date(at),
    }


def _evaluated(fact: intake.SatisfactionRecorded, at: datetime) -> Columns:
    whom = "unit" if fact.of is EvaluatedUnit.RESPONSIBLE_UNIT else "department"
    return {f"{whom}_satisfaction": fact.satisfaction, f"{whom}_evaluated_day": shanghai_date(at)}


def _mediation_opened(fact: mediation.MediationOpened, at: datetime) -> Columns:
    return {
        "mediation_opened_day": shanghai_date(at),
        "mediation_tier": fact.tier,
        "mediation_category": fact.category,
    }


def _mediation_accepted(fact: mediation.MediationAccepted, _at: datetime) -> Columns:
    return {
        "accepted_day": shanghai_date(fact.accepted_at),
        "mediation_tier": fact.tier,
        "mediation_category": fact.category,
    }


def _took_effect(fact: mediation.AgreementTookEffect, _at: datetime) -> Columns:
    return {
        "effective_day": shanghai_date(fact.effective_at),
        "form": fact.form,
        "partial": fact.partial,
        "mediation_tier": fact.tier,
        "mediation_category": fact.category,
    }


def _terminated(fact: mediation.MediationTerminated, _at: datetime) -> Columns:
    return {
        "terminated_day": shanghai_date(fact.terminated_at),
        "termination_reason": fact.reason,
        "terminated_after_acceptance": fact.accepted,
        "mediation_tier": fact.tier,
        "mediation_category": fact.category,
    }


def _petition_registered(fact: petition.PetitionRegistered, _at: datetime) -> Columns:
    return {
        "petition_category": fact.category,
        "visitors": fact.visitors,
        "collective": fact.collective,
        "petition_registered_day": shanghai_date(fact.registered_at),
    }


def _petition_accepted(fact: petition.PetitionAccepted, _at: datetime) -> Columns:
    return {"petition_route": fact.route, "petition_accepted_day": shanghai_date(fact.accepted_at)}


def _extended(fact: petition.PetitionExtended, _at: datetime) -> Columns:
    return {"extended_day": shanghai_date(fact.extended_at)}


def _opinion_issued(fact: petition.OpinionIssued, _at: datetime) -> Columns:
    return {"conclusion": fact.conclusion, "opinion_issued_day": shanghai_date(fact.issued_at)}


def _opinion_delivered(fact: petition.OpinionDelivered, _at: datetime) -> Columns:
    return {"opinion_delivered_day": None if fact.outstanding else shanghai_date(fact.delivered_at)}


def _petition_concluded(fact: petition.PetitionConcluded, _at: datetime) -> Columns:
    return {
        "petition_resolved": fact.resolved,
        "petition_on_time": fact.on_time,
        "petition_concluded_day": shanghai_date(fact.concluded_at),
    }


def _missed(fact: Missed, _at: datetime) -> Columns:
    said: Columns = {"missed_clocks": {domain.missed_clock(fact.clock, fact.due_date)}}
    if domain.makes_overdue(fact.clock):
        said["overdue_day"] = fact.due_date
    if fact.clock == domain.HANDLING_CLOCK:
        said["handling_missed_day"] = fact.due_date
    return said


SAYS: Final[Mapping[type[Event], Callable[[Any, datetime], Columns]]] = MappingProxyType(
    {
        intake.CaseRegistered: _registered,
        intake.CaseRouted: _routed,
        intake.CaseConcluded: _concluded,
        intake.SatisfactionRecorded: _evaluated,
        intake.IntakeDeadlineMissed: _missed,
        mediation.MediationOpened: _mediation_opened,
        mediation.MediationAccepted: _mediation_accepted,
        mediation.AgreementTookEffect: _took_effect,
        mediation.MediationTerminated: _terminated,
        mediation.MediationDeadlineMissed: _missed,
        petition.PetitionRegistered: _petition_registered,
        petition.PetitionAccepted: _petition_accepted,
        petition.PetitionExtended: _extended,
        petition.OpinionIssued: _opinion_issued,
        petition.OpinionDelivered: _opinion_delivered,
        petition.PetitionConcluded: _petition_concluded,
        petition.PetitionDeadlineMissed: _missed,
    }
)
"""Every fact that is projected, and what it says; `at` is when it happened, for facts that do not say so themselves."""


async def project(session: Session, deliveries: Sequence[Delivery[Any]]) -> None:
    """Bring facts of any of these kinds into the rows of their cases, in one statement."""
    rows = _merged(deliveries)
    # In the order of their keys, so that two consumers of one partition (one of them a zombie) cannot block each other.
    ordered = [rows[case_id] for case_id in sorted(rows)]
    await session.execute(UPSERT, {name: [row[name] for row in ordered] for name in _NAMES})


def _merged(deliveries: Sequence[Delivery[Any]]) -> dict[UUID, Columns]:
    """One row a case, since one statement may not touch a row twice: by the same rules as the statement itself."""
    rows: dict[UUID, Columns] = {}
    for delivery in deliveries:
        event, envelope = delivery.event, delivery.envelope
        row = rows.setdefault(envelope.subject, {**_EMPTY, "case_id": envelope.subject, "missed_clocks": set()})
        said = {**SAYS[type(event)](event, envelope.time), f"{event.topic.owner}_division": event.division}
        row["missed_clocks"] |= said.pop("missed_clocks", set())
        for name in EARLIEST:
            row[name] = _earlier(row[name], said.pop(name, None))
        for version in {GROUP_OF[name] for name in said}:
            if _replaces(version, envelope.sequence, row[version]):
                row[version] = envelope.sequence
                row.update({name: said.get(name) for name in GROUPS[version]})
    for row in rows.values():
        row["missed_clocks"] = "\n".join(sorted(row["missed_clocks"]))
    return rows


def _replaces(version: str, new: int, old: int | None) -> bool:
    return old is None or (new < old if version in FIRST_COUNTS else new > old)


def _earlier(one: date | None, other: date | None) -> date | None:
    return min((day for day in (one, other) if day is not None), default=None)


def _upsert() -> Insert:
    """INSERT ... SELECT FROM unnest(a list a column) ON CONFLICT ..., the same text for a batch of any size."""
    given = [
        bindparam(name, type_=ARRAY(Text() if name == "missed_clocks" else CASE_FACTS.c[name].type)) for name in _NAMES
    ]
    arrived = func.unnest(*given).table_valued(*(column(name) for name in _NAMES), name="arrived").render_derived()
    taken: list[ColumnElement[Any]] = [
        func.string_to_array(arrived.c[name], "\n") if name == "missed_clocks" else arrived.c[name] for name in _NAMES
    ]
    rows = insert(CASE_FACTS).from_select(_NAMES, select(*taken))
    changes: dict[str, ColumnElement[Any]] = {
        "missed_clocks": literal_column(
            "ARRAY(SELECT DISTINCT clock FROM unnest(case_facts.missed_clocks || excluded.missed_clocks) AS clock"
            " ORDER BY clock)"
        )
    }
    changes |= {name: func.least(CASE_FACTS.c[name], rows.excluded[name]) for name in EARLIEST}
    for version, names in GROUPS.items():
        new, old = rows.excluded[version], CASE_FACTS.c[version]
        replaces = (old.is_(None) & new.is_not(None)) | (new < old if version in FIRST_COUNTS else new > old)
        changes |= {name: case((replaces, rows.excluded[name]), else_=CASE_FACTS.c[name]) for name in (version, *names)}
    return rows.on_conflict_do_update(index_elements=["case_id"], set_=changes)


_NAMES: Final = ("case_id", *GROUPS, *GROUP_OF, *EARLIEST, "missed_clocks")
_EMPTY: Final[Mapping[str, Any]] = MappingProxyType(dict.fromkeys(_NAMES))
UPSERT: Final = _upsert()
