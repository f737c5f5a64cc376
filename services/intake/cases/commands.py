"""What can be asked of a case: register it, by any door; move it on; record its outcome and what people said of it."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple, TypeAlias
from uuid import UUID

import orjson

from chassis.database.scope import SYSTEM, Scope
from chassis.database.session import Database, Session
from chassis.database.writer import Writer, WriterFull
from chassis.deadlines import arms as deadline_arms
from chassis.deadlines import commands as deadlines
from chassis.deadlines.queries import Deadline, of_case
from chassis.deadlines.tables import DeadlineState
from chassis.http.idempotency import IdempotencyKeyReused
from chassis.journal.arms import FirstAnswer
from chassis.journal.chain import following
from chassis.journal.context import Acting
from chassis.journal.entries import Entry, new_id
from chassis.journal.record import record
from chassis.rules.clock import Clock, shanghai_date
from chassis.rules.refusals import Refusal
from chassis.security import identity
from chassis.security.keyed import KeyedHash
from chassis.security.keys import Keyring
from chassis.security.sealing import IndexKind, Sealer
from contracts.codes import (
    CaseKind,
    CaseOutcome,
    CaseProgress,
    CaseState,
    ConcludingService,
    DissatisfactionReason,
    EvaluatedUnit,
    Route,
    Satisfaction,
    Tier,
)
from contracts.intake.cases import CaseConcluded, CaseRegistered, IntakeDeadlineMissed, SatisfactionRecorded
from services.intake.cases import domain, queries, tables
from services.intake.directory import domain as directory
from services.intake.directory.queries import Divisions


class Notice(NamedTuple):
    """How the window leaves the petitioner's notice: missed or not, and the version that the caller still expects."""

    missed: bool
    expected: int | None


class Registration(NamedTuple):
    """A case to be registered, by whom and under which key. `scope` is the caller's verified jurisdiction.

    `case_id` is given where a case must have a known id, as in the demonstration county.
    """

    principal: str
    key: str
    body_hash: bytes
    who: Acting
    scope: Scope
    case: domain.NewCase
    case_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Registered:
    """The answer: the same for a first request and every repeat of it. `data` is the fact as journaled.

    `repeated` says whether it was there before this request; only who sends in bulk is told, for counting.
    """

    case_id: UUID
    number: str
    receipt_code: str
    receipt: str
    data: str
    repeated: bool = field(default=False, compare=False)


Result: TypeAlias = Registered | Exception
"""A case of a batch fails alone: with the refusal, or the error of the database that its row met."""


class Window:
    """The one window (一窗): everything that registering needs, made once when the service starts."""

    def __init__(self, *, database: Database, keyring: Keyring, sealer: Sealer, clock: Clock, mark: str) -> None:
        self.database = database
        self.sealer = sealer
        self.clock = clock
        self.divisions = Divisions(database)
        self.numbers = queries.Numbers(database, mark)
        self.writer: Writer[queries.Row, FirstAnswer | None] = Writer(database.raw, queries.register)
        self._keyed = KeyedHash(keyring.receipt_code_key)

    def receipt_code(self, case_id: UUID) -> str:
        """The code that the person who brought the case keeps: see `domain.receipt_code`."""
        return domain.receipt_code(self._keyed(case_id.bytes))

    def first_answer(self, first: FirstAnswer) -> Registered:
        """The answer to a repeat, from nothing but the entry in the journal."""
        number = orjson.loads(first.data)["number"]
        code = self.receipt_code(first.case_id)
        return Registered(first.case_id, number, code, first.hash.hex(), first.data, repeated=True)


async def register(window: Window, batch: Sequence[Registration]) -> list[Result]:
    """Register cases, each once in effect under its key; the results stand in the order of the batch.

    The one way in, for every door. Each result is the answer or what went wrong with this case alone: a refusal of the
    rules, IdempotencyKeyReused, AlreadyRegistered, WriterFull when too many wait, or the error of the database.
    """
    if len(batch) == 1:
        return [await _register_alone(window, batch[0])]
    known = await _known(window, batch)
    prepared = [await _prepared(window, registration, known) for registration in batch]
    queued = [_queued(window, one) if isinstance(one, queries.Row) else one for one in prepared]
    futures = [one for one in queued if isinstance(one, asyncio.Future)]
    written = iter(await asyncio.gather(*futures, return_exceptions=True))
    results: list[Result] = []
    for registration, row, one in zip(batch, prepared, queued, strict=True):
        if isinstance(one, asyncio.Future) and isinstance(row, queries.Row):
            results.append(await _result(window, registration, row, next(written)))
        elif not isinstance(one, asyncio.Future):
            results.append(one)
    return results


async def _known(window: Window, batch: Sequence[Registration]) -> dict[tuple[str, str], FirstAnswer]:
    """Answers to what a batch repeats, so that a repeated import costs a look and no numbers."""
    async with window.database.transaction(SYSTEM) as session:
        return dict(await queries.answers_to(session, [(one.principal, one.key) for one in batch]))


async def _prepared(
    window: Window, registration: Registration, known: Mapping[tuple[str, str], FirstAnswer]
) -> queries.Row | Result:
    first = known.get((registration.principal, registration.key))
    try:
        return await _row(window, registration) if first is None else _repeated(window, registration, first)
    except Refusal as refusal:
        return refusal


def _queued(window: Window, row: queries.Row) -> asyncio.Future[FirstAnswer | None] | WriterFull:
    try:
        return window.writer.put(row)
    except WriterFull as full:
        return full


async def _register_alone(window: Window, registration: Registration) -> Result:
    """As in a batch, without the machinery of many: most requests bring one case."""
    try:
        row = await _row(window, registration)
        future = window.writer.put(row)
    except (Refusal, WriterFull) as refused:
        return refused
    try:
        written: FirstAnswer | BaseException | None = await future
    except Exception as error:  # noqa: BLE001 -- whatever it is, it is the result of this row
        written = error
    return await _result(window, registration, row, written)


async def _result(
    window: Window, registration: Registration, row: queries.Row, written: FirstAnswer | BaseException | None
) -> Result:
    match written:
        case None:
            return Registered(row.entry.case_id, row.number, row.receipt_code, row.entry.receipt, row.entry.data)
        case FirstAnswer():
            try:
                return _repeated(window, registration, written)
            except Refusal as refusal:
                return refusal
        case Exception() if queries.is_second_of_source(written):
            return await _already_registered(window, registration)
        case Exception():
            return written
        case _:
            raise written


def _repeated(window: Window, registration: Registration, first: FirstAnswer) -> Registered:
    if first.operation != queries.OPERATION or first.body_hash != registration.body_hash:
        raise IdempotencyKeyReused
    return window.first_answer(first)


async def _already_registered(window: Window, registration: Registration) -> domain.AlreadyRegistered:
    """The refusal, with the id of the case for whoever may see it."""
    case, scope = registration.case, registration.scope
    async with window.database.transaction(scope) as session:
        found = await queries.registered_from(session, scope, case.source or "", case.source_id or "")
    return domain.AlreadyRegistered(found)


async def _row(window: Window, registration: Registration) -> queries.Row:
    """Check everything that can be checked before queueing, and make the rows; raises the refusals of the rules."""
    case, now = registration.case, window.clock.now()
    today = shanghai_date(now)
    domain.check_kind(case.kind, case.category, case.petition_category)
    if not registration.scope.holds(case.division):
        raise directory.DivisionUnknown(case.division, field="division")
    division = await window.divisions.find(case.division, now)
    tier = case.tier or directory.own_tier(division)
    if not directory.has_tier(division, tier):
        raise domain.TierDoesNotFit(field="tier")
    received_at = case.received_at or now
    people = domain.checked_people(case, now)
    case_id = registration.case_id or new_id()
    parties = [_party_row(window.sealer, party, case_id, place, today) for place, party in enumerate(case.parties)]
    number = await window.numbers.next(today.year)
    source = None if case.source is None else f"{case.source}:{case.source_id}"
    fact = CaseRegistered(
        case_id=case_id,
        number=number,
        kind=case.kind,
        channel=case.channel,
        category=case.category,
        division=case.division,
        tier=tier,
        people_involved=people,
        amount_fen=case.amount_fen,
        scale=case.scale,
        parties=len(parties),
        occurred_on=case.occurred_on,
        registered_at=now,
        source=source,
    )
    happened_at = min(received_at, now)
    entry = following(fact, division=case.division, who=registration.who, at=now, occurred_at=happened_at)
    code = window.receipt_code(case_id)
    deadline = None
    notice = domain.notice_clock(case)
    if notice is not None:
        deadline = deadlines.counted(notice, case_id=case_id, division=case.division, started_at=happened_at)
    return queries.Row(
        principal=registration.principal,
        key=registration.key,
        number=number,
        receipt_code=code,
        entry=entry,
        values=(
            *queries.OPENING.values(registration.principal, registration.key, registration.body_hash, entry),
            number,
            code,
            case.kind,
            case.channel,
            case.category,
            case.petition_category,
            tier,
            people,
            (case.visitors or max(1, len(parties))) if case.kind is CaseKind.PETITION else None,
            case.amount_fen,
            case.scale,
            case.occurred_on,
            case.title,
            case.narrative,
            received_at,
            case.source,
            case.source_id,
            case.source_author,
            registration.scope.value,
        ),
        parties=parties,
        deadlines=() if deadline is None else (deadline_arms.row(deadline),),
    )


def _party_row(sealer: Sealer, party: domain.NewParty, case_id: UUID, place: int, today: date) -> tuple[Any, ...]:
    """A party with its particulars checked, brought into their one form, sealed and indexed."""
    phone = number = phone_index = number_index = None
    if party.phone:
        phone = identity.phone_number(party.phone, f"parties[{place}].phone")
        phone_index = sealer.index_of_normalised(phone, IndexKind.PHONE)
    if party.identity_number:
        number = identity.identity_number(party.identity_number, today, f"parties[{place}].identity_number")
        number_index = sealer.index_of_normalised(number, IndexKind.IDENTITY)
    party_id = party.id or new_id()
    sealed = sealer.seal_row(
        party_id,
        (
            (queries.NAME, party.name),
            (queries.PHONE, phone),
            (queries.IDENTITY, number),
            (queries.ADDRESS, party.address or None),
        ),
    )
    return (party_id, case_id, place, party.role, *sealed, phone_index, number_index)


async def send(
    session: Session, scope: Scope, case_id: UUID, *, route: Route, tier: Tier, organisation_id: UUID | None
) -> tables.Case:
    """Move a registered case on to a route; the caller lets `leave_notice` follow, and records the facts.

    Raises CaseNotFound, IllegalTransition.
    """
    case = await queries.case_for_update(session, scope, case_id)
    case.state = domain.advance(CaseState(case.state), domain.Action.ROUTE)
    case.route, case.tier, case.organisation_id = route, tier, organisation_id
    case.progress = CaseProgress.HANDED_OVER if route in domain.HANDED_OVER else None
    return case


async def leave_notice(session: Session, case: tables.Case, route: Route, *, expected: int | None) -> Notice:
    """End the clock of the petitioner's notice at the window, where a late one is put on record.

    To the petition department the duty goes along, with its clock: sending a matter on tells nobody anything. On every
    other way the petitioner is told where to go instead, which is the notice (XF§23).
    """
    now = session.info["clock"].now()
    for deadline in await deadlines.miss_overdue(session, case.id, now):
        await miss_notice(session, deadline, expected=expected)
        expected = None
    missed = any(deadline.state is DeadlineState.MISSED for deadline in await of_case(session, case.id))
    if route is Route.PETITION:
        await deadlines.close_all(session, case.id)
    else:
        for rule in domain.NOTICES:
            await deadlines.meet(session, case.id, rule, now)
    return Notice(missed, expected)


async def follow(session: Session, case_id: UUID, progress: CaseProgress) -> None:
    """Keep how far the service that has the case has come; no fact of ours, since it is that service's."""
    case = await queries.case_for_update(session, SYSTEM, case_id)
    if CaseState(case.state) is CaseState.ROUTED:
        case.progress = progress


async def conclude(
    session: Session, case_id: UUID, *, outcome: CaseOutcome, concluded_by: ConcludingService, resolved: bool | None
) -> Entry:
    """Close the case with its outcome (有案必调、调必有果); raises CaseNotFound, IllegalTransition."""
    case = await queries.case_for_update(session, SYSTEM, case_id)
    case.state = domain.advance(CaseState(case.state), domain.Action.CONCLUDE)
    case.outcome, case.concluded_by, case.resolved = outcome, concluded_by, resolved
    case.concluded_at = session.info["clock"].now()
    case.progress = None
    fact = CaseConcluded(
        case_id=case_id, division=case.division, outcome=outcome, concluded_by=concluded_by, resolved=resolved
    )
    return await record(session, fact, division=case.division)


async def record_satisfaction(
    session: Session,
    scope: Scope,
    case_id: UUID,
    *,
    of: EvaluatedUnit,
    satisfaction: Satisfaction,
    reason_code: DissatisfactionReason | None,
    expected: int | None = None,
) -> Entry:
    """Record what the person said of one unit's handling, after the outcome and once; raises the refusals of domain."""
    case = await queries.case_for_update(session, scope, case_id)
    route = None if case.route is None else Route(case.route)
    domain.check_reason(satisfaction, reason_code)
    domain.may_evaluate(CaseState(case.state), route, of, await queries.evaluated_units(session, case_id))
    session.add(
        tables.Evaluation(
            case_id=case_id,
            unit=of,
            division=case.division,
            satisfaction=satisfaction,
            reason_code=reason_code,
            recorded_at=session.info["clock"].now(),
        )
    )
    fact = SatisfactionRecorded(
        case_id=case_id, division=case.division, satisfaction=satisfaction, reason_code=reason_code, of=of
    )
    return await record(session, fact, division=case.division, expected=expected)


async def miss_notice(session: Session, deadline: Deadline, *, expected: int | None = None) -> None:
    """Put on record that a petitioner was not told in time; the case goes on."""
    if deadline.due_date is not None:
        fact = IntakeDeadlineMissed(
            case_id=deadline.case_id, division=deadline.division, clock=deadline.rule, due_date=deadline.due_date
        )
        await record(session, fact, division=deadline.division, expected=expected)
