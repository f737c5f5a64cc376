"""What the directory can be asked to record. Each fact carries the whole record as it now stands."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final
from uuid import UUID

from chassis.database.scope import Scope
from chassis.database.session import Session
from chassis.journal.bulk import Fact, record_all
from chassis.journal.entries import Entry, new_id
from chassis.journal.record import record
from chassis.rules.refusals import Refusal
from chassis.security.sealing import Sealer
from contracts.codes import OrganisationKind
from contracts.intake.directory import DivisionRecorded, GridRecorded, OrganisationRecorded, StaffRecorded, division_id
from contracts.roles import Role
from services.intake.directory import domain, queries, tables

STAFF_NAME: Final = "intake.staff.name_sealed"
"""Column that a sealed name is bound to."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one division of a batch: recorded, unchanged (neither new nor different), or refused."""

    code: str
    status: str
    refusal: Refusal | None = None


async def record_divisions(session: Session, divisions: Sequence[domain.Division], scope: Scope) -> list[Outcome]:
    """Record many divisions in order; safe to repeat, since what stands so already is left alone.

    Divisions outside `scope` may be added, because cases and people come from elsewhere, but not changed.
    """
    await queries.open_directory(session)
    known = dict(await queries.divisions_by_code(session, [division.code for division in divisions]))
    changed: dict[str, domain.Division] = {}
    outcomes = []
    for division in divisions:
        try:
            status = _judge(division, known.get(division.code), scope)
        except Refusal as refusal:
            outcomes.append(Outcome(division.code, "refused", refusal))
            continue
        if status == "recorded":
            known[division.code] = changed[division.code] = division
        outcomes.append(Outcome(division.code, status))
    await queries.put_divisions(session, list(changed.values()))
    await record_all(session, [Fact(_division_recorded(division), division.code) for division in changed.values()])
    return outcomes


def _judge(division: domain.Division, known: domain.Division | None, scope: Scope) -> str:
    if known is not None and known.level is not division.level:
        raise domain.DivisionConflict(division.code, field="level")
    domain.check(division)
    if known == division:
        return "unchanged"
    if known is not None and not scope.holds(division.code):
        raise domain.OutsideJurisdiction(division.code, field="code")
    return "recorded"


async def record_division(session: Session, division: domain.Division, scope: Scope) -> Entry:
    """Add one division of the caller's jurisdiction; raises AlreadyRecorded, DivisionConflict, OutsideJurisdiction."""
    _must_hold(scope, division.code, "code")
    domain.check(division)
    known = (await queries.divisions_by_code(session, [division.code])).get(division.code)
    if known is not None:
        if known.level is not division.level:
            raise domain.DivisionConflict(division.code, field="level")
        raise domain.AlreadyRecorded(division.code, field="code")
    await queries.put_divisions(session, [division])
    return await record(session, _division_recorded(division), division=division.code)


async def record_organisation(
    session: Session,
    scope: Scope,
    *,
    name: str,
    kind: OrganisationKind,
    division: str,
    valid_from: date | None = None,
    valid_to: date | None = None,
    record_id: UUID | None = None,
) -> Entry:
    """Add an organisation; raises DivisionUnknown, OutsideJurisdiction."""
    await _must_be_ours(session, scope, division)
    domain.check_validity(valid_from, valid_to)
    record_id = record_id or new_id()
    session.add(
        tables.Organisation(
            id=record_id, name=name, kind=kind, division=division, valid_from=valid_from, valid_to=valid_to
        )
    )
    fact = OrganisationRecorded(
        record_id=record_id, name=name, kind=kind, division=division, valid_from=valid_from, valid_to=valid_to
    )
    return await record(session, fact, division=division)


async def record_staff(
    session: Session,
    scope: Scope,
    sealer: Sealer,
    *,
    organisation_id: UUID,
    division: str,
    post: str,
    roles: Sequence[Role],
    name: str | None = None,
    valid_from: date | None = None,
    valid_to: date | None = None,
    record_id: UUID | None = None,
) -> Entry:
    """Add a post; the name of whoever holds it is sealed in the row and in no fact. Raises OrganisationUnknown."""
    await _must_be_ours(session, scope, division)
    domain.check_validity(valid_from, valid_to)
    await queries.organisation(session, organisation_id)
    record_id = record_id or new_id()
    session.add(
        tables.Staff(
            id=record_id,
            organisation_id=organisation_id,
            division=division,
            post=post,
            roles=[role.value for role in roles],
            name_sealed=None if name is None else sealer.seal(name, STAFF_NAME, record_id),
            valid_from=valid_from,
            valid_to=valid_to,
        )
    )
    fact = StaffRecorded(
        record_id=record_id,
        organisation_id=organisation_id,
        division=division,
        post=post,
        roles=tuple(roles),
        valid_from=valid_from,
        valid_to=valid_to,
    )
    return await record(session, fact, division=division)


async def record_grid(
    session: Session,
    scope: Scope,
    *,
    code: str,
    name: str,
    division: str,
    households: int,
    valid_from: date | None = None,
    valid_to: date | None = None,
    record_id: UUID | None = None,
) -> Entry:
    """Add a grid; one of fewer than 200 or more than 300 households is taken as it is. Raises AlreadyRecorded."""
    await _must_be_ours(session, scope, division)
    domain.check_validity(valid_from, valid_to)
    domain.check_grid(code, division)
    if await queries.has_grid(session, code):
        raise domain.AlreadyRecorded(code, field="code")
    record_id = record_id or new_id()
    session.add(
        tables.Grid(
            id=record_id,
            code=code,
            name=name,
            division=division,
            households=households,
            valid_from=valid_from,
            valid_to=valid_to,
        )
    )
    fact = GridRecorded(
        record_id=record_id,
        code=code,
        name=name,
        division=division,
        households=households,
        valid_from=valid_from,
        valid_to=valid_to,
    )
    return await record(session, fact, division=division)


async def _must_be_ours(session: Session, scope: Scope, division: str) -> None:
    _must_hold(scope, division, "division")
    if division not in await queries.divisions_by_code(session, [division]):
        raise domain.DivisionUnknown(division, field="division")


def _must_hold(scope: Scope, code: str, field: str) -> None:
    if not scope.holds(code):
        raise domain.OutsideJurisdiction(code, field=field)


def _division_recorded(division: domain.Division) -> DivisionRecorded:
    return DivisionRecorded(
        record_id=division_id(division.code),
        code=division.code,
        name=division.name,
        parent_code=division.parent_code,
        level=division.level,
        kind=division.kind,
        valid_from=division.valid_from,
        valid_to=division.valid_to,
    )
