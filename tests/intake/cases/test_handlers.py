"""Facts of mediation and petition, each delivered twice: one effect, and an outcome at the end."""

from typing import Any
from uuid import UUID

import asyncpg
import pytest

from chassis.bus.handlers import Delivery
from chassis.bus.inbox import mark
from chassis.database.scope import SYSTEM, Scope
from chassis.database.session import Database
from chassis.journal.entries import new_id
from chassis.rules.clock import FixedClock
from chassis.rules.refusals import IllegalTransition
from contracts.codes import (
    AgreementForm,
    DeliveryMethod,
    IntakeChannel,
    OpinionConclusion,
    PetitionCategory,
    PetitionRoute,
    Route,
    TerminationReason,
    Tier,
)
from contracts.envelope import Envelope, Event
from contracts.mediation.cases import (
    AgreementReached,
    AgreementTookEffect,
    MediationAccepted,
    MediationOpened,
    MediationTerminated,
)
from contracts.petition.matters import (
    OpinionDelivered,
    OpinionIssued,
    PetitionAccepted,
    PetitionConcluded,
    PetitionRegistered,
)
from services.intake.cases import commands
from services.intake.cases.commands import Window
from services.intake.cases.handlers import HANDLERS
from tests.intake.places import NOON, SUNING, WOBEI
from tests.intake.stories import DISPUTE, PETITION, one, registered

NUMBER = "（2026）窗字第1号"


@pytest.fixture
async def case_id(window: Window, database: Database) -> UUID:
    """A case that was sent to mediation."""
    return await routed(window, database, Route.MEDIATION)


async def routed(window: Window, database: Database, route: Route) -> UUID:
    case = PETITION if route is Route.PETITION else DISPUTE
    case_id = (await registered(window, case)).case_id
    scope = Scope.of(SUNING)
    async with database.transaction(scope) as session:
        await commands.send(session, scope, case_id, route=route, tier=Tier.TOWNSHIP, organisation_id=None)
    return case_id


async def deliver(database: Database, event: Event) -> None:
    """Apply a fact as the consumer does, twice: the inbox lets it in once."""
    envelope = Envelope.of(
        event,
        id=new_id(),
        time=NOON,
        recordedat=NOON,
        sequence=1,
        previous=0,
        division=WOBEI,
        correlationid=new_id(),
    )
    handler: Any = HANDLERS[type(event)]
    for _delivery in range(2):
        async with database.transaction(SYSTEM) as session:
            if await mark(session, [envelope.id], NOON):
                await handler(session, Delivery(event, envelope, value=envelope.to_bytes()))


async def test_an_agreement_in_effect_concludes_the_case(
    database: Database, owner: asyncpg.Connection, case_id: UUID
) -> None:
    where: dict[str, Any] = {"case_id": case_id, "division": WOBEI}
    seen = []
    for event in (
        MediationOpened(**where, tier=Tier.TOWNSHIP, number=NUMBER),
        MediationAccepted(**where, tier=Tier.TOWNSHIP, clock="MED_GENERAL", accepted_at=NOON),
        AgreementReached(**where, form=AgreementForm.ORAL, partial=False, reached_at=NOON),
        AgreementTookEffect(**where, tier=Tier.TOWNSHIP, form=AgreementForm.ORAL, partial=False, effective_at=NOON),
    ):
        await deliver(database, event)
        seen.append((await one(owner, "SELECT progress FROM cases"))["progress"])
    assert seen == ["OPENED", "ACCEPTED", "AGREED", None]
    row = await one(owner, "SELECT * FROM cases")
    assert (row["state"], row["outcome"], row["concluded_by"], row["resolved"]) == (
        "CONCLUDED", "AGREEMENT_EFFECTIVE", "mediation", True
    )  # fmt: skip
    concluded = await owner.fetch("SELECT * FROM journal WHERE type = 'intake.case_concluded'")
    assert len(concluded) == 1
    pointed = "SELECT count(*) FROM outbox WHERE entry_id = $1"
    assert await owner.fetchval(pointed, concluded[0]["id"]) == 1


async def test_a_partial_agreement_settles_not_everything(
    database: Database, owner: asyncpg.Connection, case_id: UUID
) -> None:
    await deliver(
        database,
        AgreementTookEffect(
            case_id=case_id,
            division=WOBEI,
            tier=Tier.TOWNSHIP,
            form=AgreementForm.WRITTEN,
            partial=True,
            effective_at=NOON,
        ),
    )
    assert (await one(owner, "SELECT resolved FROM cases"))["resolved"] is False


async def test_a_mediation_without_agreement_is_an_outcome_too(
    database: Database, owner: asyncpg.Connection, case_id: UUID
) -> None:
    event = MediationTerminated(
        case_id=case_id,
        division=WOBEI,
        tier=Tier.TOWNSHIP,
        reason=TerminationReason.REFUSED,
        accepted=False,
        terminated_at=NOON,
    )
    await deliver(database, event)
    row = await one(owner, "SELECT * FROM cases")
    assert (row["state"], row["outcome"], row["resolved"]) == ("CONCLUDED", "ENDED_WITHOUT_AGREEMENT", False)
    with pytest.raises(IllegalTransition):
        await deliver(database, event)
    late = MediationOpened(case_id=case_id, division=WOBEI, tier=Tier.TOWNSHIP, number=NUMBER)
    await deliver(database, late)
    assert (await one(owner, "SELECT progress FROM cases"))["progress"] is None


async def test_a_petition_goes_its_way_to_the_end(
    window: Window, database: Database, owner: asyncpg.Connection, clock: FixedClock
) -> None:
    case_id = await routed(window, database, Route.PETITION)
    where: dict[str, Any] = {"case_id": case_id, "division": WOBEI}
    seen = []
    for event in (
        PetitionRegistered(
            **where,
            number=NUMBER,
            category=PetitionCategory.APPEAL_CLAIM,
            channel=IntakeChannel.WINDOW,
            visitors=1,
            collective=False,
            registered_at=NOON,
        ),
        PetitionAccepted(**where, route=PetitionRoute.R31_6, accepted_at=NOON),
        OpinionIssued(**where, conclusion=OpinionConclusion.SUPPORT, issued_at=NOON),
        OpinionDelivered(**where, method=DeliveryMethod.IN_PERSON, delivered_at=NOON),
        PetitionConcluded(**where, resolved=False, on_time=True, concluded_at=NOON),
    ):
        await deliver(database, event)
        seen.append((await one(owner, "SELECT progress FROM cases"))["progress"])
    assert seen == ["OPENED", "ACCEPTED", "OPINION_ISSUED", "OPINION_DELIVERED", None]
    row = await one(owner, "SELECT * FROM cases")
    assert (row["state"], row["outcome"], row["concluded_by"], row["resolved"]) == (
        "CONCLUDED", "PETITION_CONCLUDED", "petition", False
    )  # fmt: skip
