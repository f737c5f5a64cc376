"""What intake learns from mediation and petition: how far a case that it handed over has come, and how it ended."""

from collections.abc import Awaitable, Callable
from typing import Any

from chassis.bus.handlers import Delivery, Handlers
from chassis.database.session import Session
from contracts.codes import CaseOutcome, CaseProgress, ConcludingService
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


def follows(progress: CaseProgress) -> Callable[[Session, Delivery[Any]], Awaitable[None]]:
    """A handler that keeps this progress of the case."""

    async def on_progress(session: Session, delivery: Delivery[Any]) -> None:
        await commands.follow(session, delivery.event.case_id, progress)

    return on_progress


async def on_agreement_took_effect(session: Session, delivery: Delivery[AgreementTookEffect]) -> None:
    """The agreement binds; where it is partial, a part of the matter stays open and nobody calls it settled."""
    await commands.conclude(
        session,
        delivery.event.case_id,
        outcome=CaseOutcome.AGREEMENT_EFFECTIVE,
        concluded_by=ConcludingService.MEDIATION,
        resolved=not delivery.event.partial,
    )


async def on_mediation_terminated(session: Session, delivery: Delivery[MediationTerminated]) -> None:
    """Mediation ended without an agreement: an outcome, and nothing settled."""
    await commands.conclude(
        session,
        delivery.event.case_id,
        outcome=CaseOutcome.ENDED_WITHOUT_AGREEMENT,
        concluded_by=ConcludingService.MEDIATION,
        resolved=False,
    )


async def on_petition_concluded(session: Session, delivery: Delivery[PetitionConcluded]) -> None:
    """The procedure is finished; whether the substance is settled is what petition says (办结不等于化解)."""
    await commands.conclude(
        session,
        delivery.event.case_id,
        outcome=CaseOutcome.PETITION_CONCLUDED,
        concluded_by=ConcludingService.PETITION,
        resolved=delivery.event.resolved,
    )


async def on_opinion_delivered(session: Session, delivery: Delivery[OpinionDelivered]) -> None:
    """Delivered is what has reached every petitioner."""
    if delivery.event.outstanding == 0:
        await commands.follow(session, delivery.event.case_id, CaseProgress.OPINION_DELIVERED)


HANDLERS: Handlers = {
    MediationOpened: follows(CaseProgress.OPENED),
    MediationAccepted: follows(CaseProgress.ACCEPTED),
    AgreementReached: follows(CaseProgress.AGREED),
    AgreementTookEffect: on_agreement_took_effect,
    MediationTerminated: on_mediation_terminated,
    PetitionRegistered: follows(CaseProgress.OPENED),
    PetitionAccepted: follows(CaseProgress.ACCEPTED),
    OpinionIssued: follows(CaseProgress.OPINION_ISSUED),
    OpinionDelivered: on_opinion_delivered,
    PetitionConcluded: on_petition_concluded,
}
