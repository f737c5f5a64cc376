"""A second reading of every figure, case by case in plain Python, against which the statements are held."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from services.analytics.indicators.domain import Basis, GroupBy, Question

Row = Mapping[str, Any]
CONTENT = {"SATISFIED", "BASICALLY_SATISFIED"}


def happened(row: Row) -> list[tuple[str, date, int]]:
    """What a case adds: figure, its day, how much."""
    found: list[tuple[str, date | None, int]] = [
        ("registered", row["registered_day"], 1),
        ("people_involved", row["registered_day"], row["people_involved"] or 0),
        ("routed", row["routed_day"], 1),
        ("mediations_opened", row["mediation_opened_day"], 1),
        ("accepted", row["accepted_day"], 1),
        ("succeeded", row["effective_day"], 1),
        ("terminated", row["terminated_day"], 1),
        ("petitions_registered", row["petition_registered_day"], 1),
        ("petition_visitors", row["petition_registered_day"], row["visitors"] or 0),
        ("petitions_accepted", row["petition_accepted_day"], 1),
        ("opinions_issued", row["opinion_issued_day"], 1),
        ("opinions_delivered", row["opinion_delivered_day"], 1),
        ("petitions_concluded", row["petition_concluded_day"], 1),
        ("concluded", row["concluded_day"], 1),
        ("overdue", row["overdue_day"], 1),
        ("unit_evaluated", row["unit_evaluated_day"], 1),
        ("department_evaluated", row["department_evaluated_day"], 1),
    ]
    if row["effective_day"]:
        found.append(("mediated", row["effective_day"], 1))
    elif row["terminated_after_acceptance"]:
        found.append(("mediated", row["terminated_day"], 1))
    if row["collective"]:
        found.append(("collective_visits", row["petition_registered_day"], 1))
    if row["petition_resolved"]:
        found.append(("petitions_resolved", row["petition_concluded_day"], 1))
    if row["petition_on_time"]:
        found.append(("petitions_on_time", row["petition_concluded_day"], 1))
    if row["petition_on_time"] is not None:
        found.append(("petitions_due", row["petition_concluded_day"], 1))
    elif row["petition_concluded_day"] is None and row["handling_missed_day"]:
        found.append(("petitions_due", row["handling_missed_day"], 1))
    if row["resolved"]:
        found.append(("resolved", row["concluded_day"], 1))
    found += [
        (f"{whom}_satisfied", row[f"{whom}_evaluated_day"], 1)
        for whom in ("unit", "department")
        if row[f"{whom}_satisfaction"] in CONTENT
    ]
    return [(figure, day, amount) for figure, day, amount in found if day is not None]


def counted(rows: Iterable[Row], question: Question) -> dict[tuple[str | None, ...], Counter[str]]:
    """Figures by group, without groups of nothing."""
    groups: dict[tuple[str | None, ...], Counter[str]] = defaultdict(Counter)
    for row in rows:
        if not _asked(row, question):
            continue
        for figure, day, amount in happened(row):
            dated = day if question.basis is Basis.EVENT else row["registered_day"]
            if dated is not None and _within(dated, question):
                groups[tuple(_code(name, row, dated) for name in question.group_by)][figure] += amount
    return {codes: figures for codes, figures in groups.items() if figures.total()}


def _asked(row: Row, question: Question) -> bool:
    wanted = {"tier": question.tier, "category": question.category, "kind": question.kind}
    place = question.division is None or question.division.holds(row["division"])
    return place and all(code is None or row[name] == code for name, code in wanted.items())


def _within(day: date, question: Question) -> bool:
    return (question.first is None or day >= question.first) and (question.last is None or day <= question.last)


def _code(name: GroupBy, row: Row, day: date) -> str | None:
    if name is GroupBy.DAY:
        return day.isoformat()
    if name is GroupBy.MONTH:
        return day.isoformat()[:7]
    code: str | None = row[name]
    return code
