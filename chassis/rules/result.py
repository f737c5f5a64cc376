"""The result of a count as JSON: one form for the command line and for every service."""

from typing import Any

from chassis.rules.counting import Due
from chassis.rules.wording import Step


def result_json(due: Due) -> dict[str, Any]:
    """The due date with its reasons, ready for a JSON writer; dates null while a pause is open."""
    return {
        "rule": due.rule,
        "basis": due.basis,
        "start": due.start.isoformat(),
        "due_at": None if due.due_at is None else due.due_at.isoformat(),
        "due_date": None if due.due_date is None else due.due_date.isoformat(),
        "unit": due.unit.value,
        "calendar_version": due.calendar_version,
        "provisional": due.provisional,
        "steps": [step_json(step) for step in due.steps],
    }


def step_json(step: Step) -> dict[str, Any]:
    """One step; `days` only where it counts."""
    days = {} if step.days is None else {"days": step.days}
    return {"step": step.step.value, "date": step.date.isoformat(), **days, "text": step.text}
