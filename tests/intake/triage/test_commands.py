"""Routing: the case moves on, and the one receiver gets what it must know, sealed for it alone."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg
import orjson
import pytest

from chassis.database.scope import Scope
from chassis.database.session import Database
from chassis.deadlines.sweep import Sweep
from chassis.journal.entries import Entry
from chassis.journal.record import VersionMismatch
from chassis.rules.clock import FixedClock
from chassis.rules.refusals import IllegalTransition, Refusal
from chassis.security.ciphers import SealBroken
from chassis.security.keys import Keyring, NotOurPair, master_key
from chassis.security.sealing import Sealer
from contracts.codes import CaseKind, OrganisationKind, Route, RoutingReason, Tier
from contracts.envelope import MAX_BYTES
from contracts.intake.handovers import HandoverParticulars
from services.intake.cases.commands import Window
from services.intake.cases.domain import CaseNotFound, NewCase, TierDoesNotFit
from services.intake.cases.schemas import EXAMPLE, PARTIES, RegisterRequest
from services.intake.cases.timers import TIMERS
from services.intake.directory import commands as directory
from services.intake.directory.domain import OrganisationUnknown
from services.intake.triage import commands, domain
from tests.intake.places import NOON, SHANGCUN, SUNING, WOBEI
from tests.intake.stories import CANARIES, DISPUTE, PETITION, leaks, one, registered

WIDE = "𠮷"
"""A character of four bytes, as some names are written."""


async def route(database: Database, sealer: Sealer, case_id: UUID, *, scope: str = SUNING, **changes: Any) -> Entry:
    asked: dict[str, Any] = {
        "route": Route.MEDIATION,
        "tier": Tier.TOWNSHIP,
        "reason_code": RoutingReason.CLASSIFIED,
    } | changes
    async with database.transaction(Scope.of(scope)) as session:
        return await commands.route(session, Scope.of(scope), sealer, case_id, **asked)


@pytest.mark.parametrize(("case", "way"), [(DISPUTE, Route.MEDIATION), (PETITION, Route.PETITION)])
async def test_a_handover_is_sealed_for_its_receiver(
    *,
    window: Window,
    database: Database,
    owner: asyncpg.Connection,
    sealer: Sealer,
    case: NewCase,
    way: Route,
    home: Path,
) -> None:
    case_id = (await registered(window, case)).case_id
    entry = await route(database, sealer, case_id, route=way, expected=1)
    assert (entry.type, entry.version, entry.reason_code) == ("intake.case_routed", 3, "CLASSIFIED")
    receiver = way.value.lower()
    handed = await one(owner, "SELECT * FROM journal WHERE version = 2 AND case_id = $1", case_id)
    assert handed["type"] == f"intake.{receiver}_requested"
    fact = orjson.loads(handed["data"])
    assert (fact["receiver"], fact["division"], fact["number"]) == (receiver, WOBEI, "（2026）窗字第1号")
    parcel = await one(owner, "SELECT * FROM parcels")
    assert (parcel["entry_id"], parcel["receiver"]) == (handed["id"], receiver)
    theirs = Sealer(Keyring.from_master(master_key(home), receiver, frozenset({"intake"})))
    opened = HandoverParticulars.from_bytes(
        theirs.open_parcel(
            parcel["sealed"],
            key_id=parcel["key_id"],
            sender="intake",
            receiver=receiver,
            entry_id=handed["id"],
        )
    )
    assert opened.parties[0].name == CANARIES["name"]
    assert opened.parties[0].phone == CANARIES["phone"]
    assert opened.parties[0].identity_number == CANARIES["identity_number"]
    assert opened.narrative == f"{CANARIES['title']}\n{CANARIES['narrative']}"
    assert await leaks(owner) == []
    analytics = Sealer(Keyring.from_master(master_key(home), "analytics"))
    with pytest.raises((NotOurPair, SealBroken)):
        analytics.open_parcel(
            parcel["sealed"], key_id=parcel["key_id"], sender="intake", receiver=receiver, entry_id=handed["id"]
        )


async def test_the_largest_case_that_a_window_takes_can_be_handed_over(
    window: Window, database: Database, owner: asyncpg.Connection, sealer: Sealer
) -> None:
    longest = RegisterRequest.model_validate(
        dict(EXAMPLE)
        | {
            "narrative": WIDE * 10_000,
            "title": WIDE * 200,
            "people_involved": None,
            "parties": [
                {
                    "role": "APPLICANT",
                    "name": WIDE * 100,
                    "phone": CANARIES["phone"],
                    "identity_number": CANARIES["identity_number"],
                    "address": WIDE * 300,
                }
            ]
            * PARTIES,
        }
    )
    case_id = (await registered(window, longest.told())).case_id
    await route(database, sealer, case_id)  # recording refuses what is too large to be published
    assert len((await one(owner, "SELECT * FROM parcels"))["sealed"]) > MAX_BYTES * 0.4


async def test_routing_moves_the_row_and_points_the_relay_at_both_facts(
    window: Window, database: Database, owner: asyncpg.Connection, sealer: Sealer
) -> None:
    case_id = (await registered(window)).case_id
    await route(database, sealer, case_id, tier=Tier.COUNTY)
    row = await one(owner, "SELECT * FROM cases")
    assert (row["state"], row["route"], row["tier"], row["progress"]) == (
        "ROUTED",
        "MEDIATION",
        "COUNTY",
        "HANDED_OVER",
    )
    topics = await owner.fetch(
        "SELECT topic, previous FROM journal j JOIN outbox o ON o.entry_id = j.id WHERE case_id = $1 ORDER BY version",
        case_id,
    )
    assert [tuple(topic) for topic in topics] == [
        ("onewindow.intake.case.v1", 0),
        ("onewindow.intake.handover.v1", 0),
        ("onewindow.intake.case.v1", 1),
    ]


MISSED = "SELECT * FROM journal WHERE type = 'intake.deadline_missed'"


@pytest.mark.parametrize(("way", "state"), [(Route.PETITION, "CLOSED"), (Route.LITIGATION, "MET")])
async def test_who_sends_a_petition_on_in_time_owes_its_notice_no_longer(
    *,
    window: Window,
    database: Database,
    owner: asyncpg.Connection,
    sealer: Sealer,
    clock: FixedClock,
    way: Route,
    state: str,
) -> None:
    case = PETITION._replace(received_at=NOON - timedelta(days=3))
    case_id = (await registered(window, case)).case_id
    await route(database, sealer, case_id, route=way, expected=1)
    assert (await one(owner, "SELECT state FROM deadlines"))["state"] == state
    clock.set(NOON + timedelta(days=30))
    assert await Sweep("intake", database, TIMERS, clock).once(clock.now()) == 0
    assert await owner.fetchrow(MISSED) is None
    if way is Route.PETITION:
        handed = await one(owner, "SELECT data FROM journal WHERE type = 'intake.petition_requested'")
        fact = orjson.loads(handed["data"])
        assert fact["notice_missed"] is False
        assert datetime.fromisoformat(fact["received_at"]) == NOON - timedelta(days=3)


@pytest.mark.parametrize("swept", [True, False])
@pytest.mark.parametrize("way", [Route.PETITION, Route.LITIGATION])
async def test_a_notice_that_the_window_missed_is_on_record_there_once(
    *,
    window: Window,
    database: Database,
    owner: asyncpg.Connection,
    sealer: Sealer,
    clock: FixedClock,
    way: Route,
    swept: bool,
) -> None:
    case_id = (await registered(window, PETITION)).case_id
    clock.set(NOON + timedelta(days=16))
    sweep = Sweep("intake", database, TIMERS, clock)
    assert await sweep.once(clock.now()) == 1 if swept else True
    await route(database, sealer, case_id, route=way, expected=2 if swept else 1)
    assert await sweep.once(clock.now()) == 0
    assert (await one(owner, "SELECT state FROM deadlines"))["state"] == "MISSED"
    assert len(await owner.fetch(MISSED)) == 1
    if way is Route.PETITION:
        handed = await one(owner, "SELECT data FROM journal WHERE type = 'intake.petition_requested'")
        assert orjson.loads(handed["data"])["notice_missed"] is True


async def test_other_ways_hand_nothing_over(
    window: Window, database: Database, owner: asyncpg.Connection, sealer: Sealer
) -> None:
    case_id = (await registered(window)).case_id
    entry = await route(database, sealer, case_id, route=Route.LITIGATION)
    assert entry.version == 2
    assert await owner.fetchval("SELECT count(*) FROM parcels") == 0
    assert (await one(owner, "SELECT progress FROM cases"))["progress"] is None


async def test_what_cannot_be_changes_nothing(
    window: Window, database: Database, owner: asyncpg.Connection, sealer: Sealer
) -> None:
    case_id = (await registered(window)).case_id
    nobody = (await registered(window, DISPUTE._replace(parties=()))).case_id
    refused: list[tuple[UUID, type[Refusal], dict[str, Any]]] = [
        (case_id, domain.RouteDoesNotFit, {"route": Route.PETITION}),
        (case_id, TierDoesNotFit, {"tier": Tier.VILLAGE}),
        (case_id, OrganisationUnknown, {"organisation_id": case_id}),
        (case_id, VersionMismatch, {"expected": 2}),
        (case_id, CaseNotFound, {"scope": SHANGCUN}),
        (nobody, domain.NobodyToMediate, {}),
    ]
    for subject, refusal, changes in refused:
        with pytest.raises(refusal):
            await route(database, sealer, subject, **changes)
    assert await owner.fetchval("SELECT count(*) FROM cases WHERE state = 'REGISTERED'") == 2
    assert await owner.fetchval("SELECT count(*) FROM parcels") == 0
    await route(database, sealer, case_id)
    with pytest.raises(IllegalTransition):
        await route(database, sealer, case_id)


async def test_an_organisation_of_the_directory_may_be_named(
    window: Window, database: Database, owner: asyncpg.Connection, sealer: Sealer
) -> None:
    case_id = (await registered(window)).case_id
    async with database.transaction(Scope.of(SUNING)) as session:
        entry = await directory.record_organisation(
            session,
            Scope.of(SUNING),
            name="窝北镇诉前调解中心",
            kind=OrganisationKind.TOWNSHIP_MEDIATION_CENTER,
            division=WOBEI,
        )
    routed = await route(database, sealer, case_id, organisation_id=entry.case_id)
    assert routed.fact["organisation_id"] == str(entry.case_id)
    assert CaseKind.DISPUTE in domain.ROUTES
