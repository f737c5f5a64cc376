"""What a noun does with its deadlines: start one, meet it, pause it, extend it, or owe it no longer.

None of this records a fact: the noun that owes the duty does, in the same transaction.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from chassis.database.session import Session
from chassis.deadlines import queries
from chassis.deadlines.queries import Deadline
from chassis.deadlines.tables import DeadlineState
from chassis.journal.entries import new_id
from chassis.rules.counting import clock_of, due
from chassis.rules.extensions import granted, must_be_in_time
from chassis.rules.pauses import Pause
from chassis.rules.refusals import Kind, Refusal
from contracts.clocks import PauseKind


class NoSuchDeadline(Refusal):
    """The case owes nothing under this rule."""

    kind = Kind.CONFLICT
    code = "no_such_deadline"
    zh = "该事项没有正在计算的此项期限"
    en = "The case has no running deadline under this rule"


def counted(
    rule: str,
    *,
    case_id: UUID,
    division: str,
    started_at: datetime,
    pauses: Sequence[Pause] = (),
    extension_days: int = 0,
) -> Deadline:
    """A new deadline as a value: the count of `chassis.rules.counting`, ready to be written."""
    result = due(clock_of(rule), started_at, pauses, extension_days or None)
    return Deadline(
        id=new_id(),
        case_id=case_id,
        division=division,
        rule=rule,
        basis=result.basis,
        started_at=started_at,
        due_at=result.due_at,
        due_date=result.due_date,
        calendar_version=result.calendar_version,
        provisional=result.provisional,
        pauses=[_written(pause) for pause in pauses],
        extension_days=extension_days,
        state=DeadlineState.OPEN,
        met_at=None,
        missed_at=None,
    )


async def start(
    session: Session, rule: str, *, case_id: UUID, division: str, started_at: datetime, missed: bool = False
) -> Deadline:
    """Start the clock of `rule` for a case, in the transaction that causes it.

    With `missed` whoever had the case before has said that it was missed: still owed, and no fact any more.
    """
    deadline = counted(rule, case_id=case_id, division=division, started_at=started_at)
    if missed:
        deadline = replace(deadline, state=DeadlineState.MISSED, missed_at=deadline.due_at)
    await queries.add(session, deadline)
    return deadline


async def meet(session: Session, case_id: UUID, rule: str, at: datetime) -> bool | None:
    """The act that a rule asks for was done at `at`: True in time, False late, None when nothing was owed.

    What is compared is when it happened, not when it was typed in.
    """
    in_time: bool | None = None
    for deadline in await queries.live_for_update(session, case_id, rule):
        in_time = deadline.due_at is None or at < deadline.due_at
        state = DeadlineState.MET if in_time else DeadlineState.MISSED
        await queries.change(session, deadline.id, state=state, met_at=at)
    return in_time


async def miss_overdue(session: Session, case_id: UUID, at: datetime) -> Sequence[Deadline]:
    """Mark as missed what is over at `at` and the sweep has not come to; returns it, for the facts to be recorded."""
    overdue = [
        deadline
        for deadline in await queries.live_for_update(session, case_id)
        if deadline.state is DeadlineState.OPEN and deadline.due_at is not None and deadline.due_at <= at
    ]
    for deadline in overdue:
        await queries.change(session, deadline.id, state=DeadlineState.MISSED, missed_at=at)
    return overdue


async def close_all(session: Session, case_id: UUID) -> None:
    """The case owes none of its open deadlines any longer; what was missed stays missed."""
    for deadline in await queries.live_for_update(session, case_id):
        if deadline.state is DeadlineState.OPEN:
            await queries.change(session, deadline.id, state=DeadlineState.CLOSED)


async def pause(session: Session, case_id: UUID, rule: str, pauses: Sequence[Pause]) -> Deadline:
    """Let the clock stand still during `pauses` (all of the case's pauses of this rule); raises NoSuchDeadline."""
    return await _recount(session, case_id, rule, pauses=pauses)


async def extend(session: Session, case_id: UUID, rule: str, days: int, at: datetime) -> Deadline:
    """Add days that were granted at `at`, before the clock ended; refusals are those of `chassis.rules.extensions`."""
    deadline = await _running(session, case_id, rule)
    clock = clock_of(rule)
    must_be_in_time(deadline.due_at, at)
    before = [deadline.extension_days] if deadline.extension_days else []
    return await _recount(session, case_id, rule, extension_days=granted(clock, [*before, days]))


async def _running(session: Session, case_id: UUID, rule: str) -> Deadline:
    for deadline in await queries.live_for_update(session, case_id, rule):
        if deadline.state is DeadlineState.OPEN:
            return deadline
    raise NoSuchDeadline(case_id)


async def _recount(
    session: Session,
    case_id: UUID,
    rule: str,
    *,
    pauses: Sequence[Pause] | None = None,
    extension_days: int | None = None,
) -> Deadline:
    deadline = await _running(session, case_id, rule)
    fresh = counted(
        rule,
        case_id=case_id,
        division=deadline.division,
        started_at=deadline.started_at,
        pauses=[_read(value) for value in deadline.pauses] if pauses is None else pauses,
        extension_days=deadline.extension_days if extension_days is None else extension_days,
    )
    changed = replace(fresh, id=deadline.id)
    await queries.change(
        session,
        deadline.id,
        due_at=changed.due_at,
        due_date=changed.due_date,
        calendar_version=changed.calendar_version,
        provisional=changed.provisional,
        pauses=changed.pauses,
        extension_days=changed.extension_days,
    )
    return changed


def _written(pause: Pause) -> dict[str, Any]:
    return {
        "from": pause.begin.isoformat(),
        "to": None if pause.end is None else pause.end.isoformat(),
        "kind": pause.kind,
    }


def _read(value: Mapping[str, Any]) -> Pause:
    return Pause(
        datetime.fromisoformat(value["from"]),
        None if value["to"] is None else datetime.fromisoformat(value["to"]),
        None if value["kind"] is None else PauseKind(value["kind"]),
    )
