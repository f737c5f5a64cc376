"""Registering by any door, moving a case on, its outcome, and what people said of it."""

import asyncio
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import asyncpg
import orjson
import pytest

from chassis.database.scope import SYSTEM, Scope
from chassis.database.session import Database
from chassis.http.idempotency import IdempotencyKeyReused
from chassis.journal.entries import new_id
from chassis.journal.record import VersionMismatch
from chassis.journal.verify import verify
from chassis.rules.clock import FixedClock
from chassis.rules.refusals import IllegalTransition, Refusal
from chassis.security.sealing import Sealer
from contracts.codes import (
    CaseKind,
    CaseOutcome,
    CaseState,
    ConcludingService,
    DissatisfactionReason,
    EvaluatedUnit,
    PetitionCategory,
    Route,
    Satisfaction,
    Tier,
)
from services.intake.cases import commands, domain
from services.intake.cases.commands import Registered, Window
from services.intake.directory.domain import DivisionUnknown
from tests.intake.places import LESHOU, NOON, SHANGCUN, SUNING, VILLAGE, WOBEI
from tests.intake.stories import APPLICANT, CANARIES, DISPUTE, PETITION, leaks, one, registered, registration


async def counts(owner: asyncpg.Connection) -> dict[str, int]:
    tables = ("cases", "parties", "idempotency_keys", "deadlines")
    found = {table: await owner.fetchval(f"SELECT count(*) FROM {table}") for table in tables}
    of_cases = "SELECT count(*) FROM journal WHERE type LIKE 'intake.case%'"
    pointers = "SELECT count(*) FROM outbox o JOIN journal j ON j.id = o.entry_id WHERE j.type LIKE 'intake.case%'"
    return found | {"journal": await owner.fetchval(of_cases), "outbox": await owner.fetchval(pointers)}


async def test_a_case_is_one_row_of_everything(window: Window, owner: asyncpg.Connection, sealer: Sealer) -> None:
    answer = await registered(window)
    assert await counts(owner) == {
        "cases": 1, "parties": 2, "idempotency_keys": 1, "deadlines": 0, "journal": 1, "outbox": 1
    }  # fmt: skip
    row = await one(owner, "SELECT * FROM cases")
    fact = orjson.loads(answer.data)
    assert row["id"] == answer.case_id
    assert (row["number"], row["receipt_code"]) == (answer.number, answer.receipt_code)
    assert (row["state"], row["division"], row["county"], row["tier"]) == ("REGISTERED", WOBEI, "130926", "TOWNSHIP")
    assert row["authorised_division"] == "130926"
    assert row["narrative"] == CANARIES["narrative"]
    assert fact == {
        "case_id": str(answer.case_id), "number": "（2026）窗字第1号", "kind": "DISPUTE", "channel": "WINDOW",
        "category": "NEIGHBOR", "division": WOBEI, "tier": "TOWNSHIP", "people_involved": 2, "amount_fen": None,
        "scale": None, "parties": 2, "occurred_on": None, "registered_at": "2026-03-02T04:00:00.000000Z",
        "source": None,
    }  # fmt: skip
    entry = await one(owner, "SELECT * FROM journal WHERE case_id = $1", answer.case_id)
    assert entry["hash"].hex() == answer.receipt
    assert (entry["version"], entry["previous"], entry["actor"]) == (1, 0, "clerk-1")
    party = await one(owner, "SELECT * FROM parties WHERE position = 0")
    assert sealer.unseal(party["phone_sealed"], "intake.parties.phone_sealed", party["id"]) == CANARIES["phone"]


async def test_what_was_registered_holds_when_verified(window: Window, database: Database) -> None:
    for _ in range(3):
        await registered(window)
    connection = await database.raw()
    checked = await verify(connection)
    await connection.close()
    assert not checked.broken
    assert checked.chains == 8 + 3


async def test_forty_equal_requests_are_one_case_with_one_answer(window: Window, owner: asyncpg.Connection) -> None:
    one = registration()
    answers = await asyncio.gather(*(commands.register(window, [one]) for _ in range(40)))
    assert len({answer for (answer,) in answers if isinstance(answer, Registered)}) == 1
    assert len(answers) == 40
    assert (await counts(owner))["cases"] == 1
    assert (await counts(owner))["journal"] == 1


async def test_a_key_with_another_body_or_operation_is_refused(window: Window) -> None:
    first = registration()
    await commands.register(window, [first])
    other = first._replace(body_hash=b"another")
    assert isinstance((await commands.register(window, [other]))[0], IdempotencyKeyReused)
    batch = await commands.register(window, [other, first])
    assert isinstance(batch[0], IdempotencyKeyReused)
    assert isinstance(batch[1], Registered)


async def test_a_key_of_another_person_is_another_key(window: Window, owner: asyncpg.Connection) -> None:
    first = registration(key="the-same-key")
    await commands.register(window, [first, first._replace(principal="clerk-2")])
    assert (await counts(owner))["cases"] == 2


async def test_results_stand_in_the_order_of_the_batch_and_a_case_fails_alone(
    window: Window, owner: asyncpg.Connection
) -> None:
    twin = registration()
    batch = [
        registration(),
        registration(division=LESHOU),
        twin,
        registration(narrative="坏\0行"),
        twin,
        registration(petition_category=PetitionCategory.ACCUSATION, kind=CaseKind.PETITION, category=None),
    ]
    results = await commands.register(window, batch)
    assert [type(result) for result in results] == [
        Registered,
        DivisionUnknown,
        Registered,
        asyncpg.CharacterNotInRepertoireError,
        Registered,
        domain.AccusationNotTakenHere,
    ]
    assert results[2] == results[4]
    assert (await counts(owner))["cases"] == 2
    assert (await counts(owner))["journal"] == 2


async def test_a_repeated_batch_answers_the_same_and_uses_no_number(window: Window, owner: asyncpg.Connection) -> None:
    batch = [registration(source="messages", source_id=str(number)) for number in range(100)]
    first = await commands.register(window, batch)
    assert await commands.register(window, batch) == first
    assert (await counts(owner))["cases"] == 100
    after = await registered(window)
    assert after.number == "（2026）窗字第101号"


async def test_a_source_is_registered_once(window: Window, owner: asyncpg.Connection) -> None:
    first = await registered(window, source="messages", source_id="188006")
    again = registration(source="messages", source_id="188006")
    other = registration(source="messages", source_id="188007")
    second, third = await commands.register(window, [again, other])
    assert isinstance(second, domain.AlreadyRegistered)
    assert second.case_id == first.case_id
    assert isinstance(third, Registered)
    (elsewhere,) = await commands.register(window, [
        again._replace(scope=Scope.of(LESHOU), case=again.case._replace(division=LESHOU))
    ])  # fmt: skip
    assert isinstance(elsewhere, domain.AlreadyRegistered)
    assert elsewhere.case_id is None


async def test_an_unknown_division_never_reaches_the_writer(window: Window, owner: asyncpg.Connection) -> None:
    results = await commands.register(
        window, [registration(division="130926999000"), registration(division=LESHOU), registration(division="0" * 12)]
    )
    assert all(type(result) is DivisionUnknown for result in results)
    assert len({str(getattr(result, "zh", "")) for result in results}) == 1
    assert await owner.fetchval("SELECT count(*) FROM idempotency_keys") == 0


async def test_the_policy_alone_refuses_a_division_outside_the_callers(window: Window) -> None:
    """With the rule switched off the row reaches the database, and is refused there."""
    honest = registration(division=LESHOU, scope=SUNING)

    class Blind(Scope):
        def holds(self, code: str) -> bool:
            return bool(code)

    (result,) = await commands.register(window, [honest._replace(scope=Blind("130926"))])
    assert isinstance(result, asyncpg.InsufficientPrivilegeError)
    assert "row-level security" in str(result)


@pytest.mark.parametrize(
    ("changes", "refusal", "field"),
    [
        ({"petition_category": PetitionCategory.SUGGESTION}, domain.NotForThisKind, "petition_category"),
        ({"kind": CaseKind.PETITION, "category": None}, domain.PetitionCategoryMissing, "petition_category"),
        ({"kind": CaseKind.NOTARY}, domain.NotForThisKind, "category"),
        ({"tier": Tier.VILLAGE}, domain.TierDoesNotFit, "tier"),
        ({"people_involved": 1}, domain.FewerThanParties, "people_involved"),
        ({"visitors": 3}, domain.NotForThisKind, "visitors"),
        ({"occurred_on": date(2026, 3, 3)}, domain.InTheFuture, "occurred_on"),
        ({"received_at": NOON + timedelta(hours=1)}, domain.InTheFuture, "received_at"),
    ],
)
async def test_what_cannot_be_is_refused_by_field(
    window: Window, owner: asyncpg.Connection, changes: dict[str, Any], refusal: type[Refusal], field: str
) -> None:
    (result,) = await commands.register(window, [registration(**changes)])
    assert type(result) is refusal
    assert result.field == field
    assert (await counts(owner))["cases"] == 0


async def test_wrong_numbers_are_refused_by_party_and_field(window: Window) -> None:
    wrong: list[tuple[dict[str, Any], str]] = [
        ({"identity_number": "130926198003151210"}, "parties[1].identity_number"),
        ({"phone": "12345"}, "parties[1].phone"),
    ]
    for changes, field in wrong:
        (result,) = await commands.register(window, [registration(parties=(APPLICANT, APPLICANT._replace(**changes)))])
        assert isinstance(result, Refusal)
        assert result.field == field


async def test_the_tier_is_that_of_the_division_unless_another_above_it_is_named(
    window: Window, owner: asyncpg.Connection
) -> None:
    await registered(window, division=VILLAGE)
    await registered(window, division=VILLAGE, tier=Tier.COUNTY)
    await registered(window, division=SUNING)
    tiers = [row["tier"] for row in await owner.fetch("SELECT tier FROM cases ORDER BY number")]
    assert tiers == ["VILLAGE", "COUNTY", "COUNTY"]


async def test_numbers_count_from_one_in_each_year(window: Window, clock: FixedClock) -> None:
    numbers = [(await registered(window)).number for _ in range(60)]
    assert numbers == [f"（2026）窗字第{number}号" for number in range(1, 61)]
    clock.set(NOON.replace(year=2027))
    assert (await registered(window)).number == "（2027）窗字第1号"


async def test_a_given_id_is_kept_and_gives_the_code(window: Window) -> None:
    case_id = new_id()
    answer = await registered(window, case_id=case_id)
    assert answer.case_id == case_id
    assert answer.receipt_code == window.receipt_code(case_id)
    assert len(answer.receipt_code) == 12
    assert not set(answer.receipt_code) & set("01IO")
    assert answer.receipt_code != (await registered(window)).receipt_code
    assert answer.receipt_code not in answer.data


async def test_a_petition_is_owed_a_notice_from_its_receipt(window: Window, owner: asyncpg.Connection) -> None:
    answer = await registered(window, PETITION, received_at=NOON - timedelta(days=2))
    row = await one(owner, "SELECT * FROM deadlines")
    assert (row["case_id"], row["rule"], row["state"]) == (answer.case_id, "PET_NOTICE_DIRECT", "OPEN")
    assert row["due_date"] == date(2026, 3, 15)
    entry = await one(owner, "SELECT * FROM journal WHERE case_id = $1", answer.case_id)
    assert entry["occurred_at"] == NOON - timedelta(days=2)


async def test_a_petitioner_who_cannot_be_reached_is_owed_none(window: Window, owner: asyncpg.Connection) -> None:
    await registered(window, PETITION, parties=(APPLICANT._replace(address=None, phone=None),))
    await registered(window, PETITION, parties=())
    await registered(window, DISPUTE)
    assert (await counts(owner))["deadlines"] == 0


async def send(database: Database, case_id: UUID, route: Route = Route.LEGAL_AID) -> None:
    async with database.transaction(Scope.of(SUNING)) as session:
        await commands.send(session, Scope.of(SUNING), case_id, route=route, tier=Tier.TOWNSHIP, organisation_id=None)


async def conclude(database: Database, case_id: UUID) -> None:
    async with database.transaction(SYSTEM) as session:
        await commands.conclude(
            session,
            case_id,
            outcome=CaseOutcome.ANSWERED,
            concluded_by=ConcludingService.INTAKE,
            resolved=True,
        )


async def facts(owner: asyncpg.Connection, case_id: UUID) -> Sequence[str]:
    rows = await owner.fetch(
        "SELECT type FROM journal j JOIN outbox o ON o.entry_id = j.id WHERE case_id = $1 ORDER BY version", case_id
    )
    return [row["type"] for row in rows]


async def test_a_case_concludes_with_its_outcome_and_once(
    window: Window, database: Database, owner: asyncpg.Connection
) -> None:
    case_id = (await registered(window)).case_id
    with pytest.raises(IllegalTransition):
        await conclude(database, case_id)
    await send(database, case_id)
    with pytest.raises(IllegalTransition):
        await send(database, case_id)
    await conclude(database, case_id)
    with pytest.raises(IllegalTransition):
        await conclude(database, case_id)
    row = await one(owner, "SELECT * FROM cases")
    assert (row["state"], row["outcome"], row["concluded_by"], row["resolved"]) == (
        "CONCLUDED", "ANSWERED", "intake", True
    )  # fmt: skip
    assert await facts(owner, case_id) == ["intake.case_registered", "intake.case_concluded"]


async def test_the_table_itself_refuses_an_end_without_an_outcome(window: Window, owner: asyncpg.Connection) -> None:
    await registered(window)
    with pytest.raises(asyncpg.CheckViolationError):
        await owner.execute("UPDATE cases SET state = 'CONCLUDED', route = 'MEDIATION'")


async def evaluate(
    database: Database,
    case_id: UUID,
    unit: EvaluatedUnit = EvaluatedUnit.RESPONSIBLE_UNIT,
    *,
    scope: str = SUNING,
    satisfaction: Satisfaction = Satisfaction.DISSATISFIED,
    reason: DissatisfactionReason | None = DissatisfactionReason.TOO_SLOW,
    expected: int | None = None,
) -> None:
    async with database.transaction(Scope.of(scope)) as session:
        await commands.record_satisfaction(
            session,
            Scope.of(scope),
            case_id,
            of=unit,
            satisfaction=satisfaction,
            reason_code=reason,
            expected=expected,
        )


async def test_each_unit_is_evaluated_once_after_the_outcome(
    window: Window, database: Database, owner: asyncpg.Connection
) -> None:
    case_id = (await registered(window, PETITION)).case_id
    with pytest.raises(domain.NotConcluded):
        await evaluate(database, case_id)
    await send(database, case_id, Route.PETITION)
    await conclude(database, case_id)
    with pytest.raises(domain.CaseNotFound):
        await evaluate(database, case_id, scope=SHANGCUN)
    with pytest.raises(domain.ReasonWithoutDissatisfaction):
        await evaluate(database, case_id, satisfaction=Satisfaction.SATISFIED)
    with pytest.raises(VersionMismatch):
        await evaluate(database, case_id, expected=1)
    await evaluate(database, case_id, expected=2)
    with pytest.raises(domain.AlreadyEvaluated):
        await evaluate(database, case_id)
    await evaluate(database, case_id, EvaluatedUnit.PETITION_DEPARTMENT)
    assert (await facts(owner, case_id))[2:] == ["intake.satisfaction_recorded"] * 2
    assert await owner.fetchval("SELECT count(*) FROM evaluations") == 2


async def test_the_petition_department_is_asked_about_petitions_only(window: Window, database: Database) -> None:
    case_id = (await registered(window)).case_id
    await send(database, case_id)
    await conclude(database, case_id)
    with pytest.raises(domain.UnitTookNoPart):
        await evaluate(database, case_id, EvaluatedUnit.PETITION_DEPARTMENT)


async def test_particulars_stand_in_sealed_columns_and_the_row_only(
    window: Window, database: Database, owner: asyncpg.Connection
) -> None:
    answer = await registered(window, PETITION)
    await send(database, answer.case_id, Route.PETITION)
    await conclude(database, answer.case_id)
    assert await leaks(owner) == []


async def test_states(window: Window, database: Database, owner: asyncpg.Connection) -> None:
    case_id = (await registered(window)).case_id
    await send(database, case_id, Route.MEDIATION)
    row = await one(owner, "SELECT state, route, progress FROM cases")
    assert tuple(row) == (CaseState.ROUTED, Route.MEDIATION, "HANDED_OVER")
