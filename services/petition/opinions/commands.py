"""What can be done with an opinion: make it out, deliver it, and let the time to ask for review pass."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from chassis.database.scope import Scope
from chassis.database.session import Session
from chassis.deadlines import commands as deadlines
from chassis.journal.entries import Entry
from chassis.journal.record import record
from contracts.codes import DeliveryMethod, OpinionConclusion
from contracts.petition.matters import OpinionDelivered, OpinionIssued
from services.petition.matters import commands as matters
from services.petition.matters.domain import Action, advance, happened
from services.petition.opinions import domain, queries, tables
from services.petition.parties import queries as party_queries


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """What an opinion has to say (XF§32): the claim, facts and reasons, the opinion itself, and its basis in law."""

    conclusion: OpinionConclusion
    claim: str
    facts: str
    text: str
    legal_basis: str


async def issue(
    session: Session,
    matter_id: UUID,
    *,
    scope: Scope,
    expected: int | None,
    content: Content,
    issued_at: datetime | None,
) -> Entry:
    """Make out the opinion after the investigation; the fact has its conclusion alone, never its words."""
    matter = await matters.matter_to_change(session, matter_id, scope, expected)
    advance(matter.state, Action.ISSUE_OPINION)
    now = matters.now_of(session)
    issued = happened(issued_at, now=now, earliest=matter.accepted_at, field="issued_at")
    matters.issue_opinion(matter, content.conclusion, issued)
    session.add(
        tables.Opinion(
            matter_id=matter_id,
            division=matter.division,
            conclusion=content.conclusion,
            claim=content.claim,
            facts=content.facts,
            text=content.text,
            legal_basis=content.legal_basis,
            issued_at=issued,
        )
    )
    fact = OpinionIssued(case_id=matter_id, division=matter.division, conclusion=content.conclusion, issued_at=issued)
    return await record(session, fact, division=matter.division, occurred_at=issued)


async def deliver(
    session: Session,
    matter_id: UUID,
    *,
    scope: Scope,
    expected: int | None,
    petitioner_id: UUID | None,
    method: DeliveryMethod,
    receipt: domain.Receipt,
    view: domain.View | None,
    delivered_at: datetime | None,
) -> Entry:
    """The opinion reached a petitioner, whose window for review opens; the last of them finishes the handling."""
    matter = await matters.matter_to_change(session, matter_id, scope, expected)
    advance(matter.state, Action.DELIVER_OPINION)
    opinion = await queries.opinion(session, matter_id, scope)
    petitioners = await party_queries.petitioners_of(session, matter_id)
    earlier = await queries.deliveries_of(session, matter_id)
    recipient = domain.recipient(petitioners, petitioner_id)
    domain.may_deliver(recipient, [delivery.petitioner_id for delivery in earlier])
    now = matters.now_of(session)
    delivered = happened(delivered_at, now=now, earliest=opinion.issued_at, field="delivered_at")
    window = await deadlines.start(
        session, domain.REVIEW, case_id=matter_id, division=matter.division, started_at=delivered
    )
    session.add(
        tables.Delivery(
            matter_id=matter_id,
            petitioner_id=recipient,
            division=matter.division,
            method=method,
            receipt=receipt,
            view=view,
            delivered_at=delivered,
            window_id=window.id,
        )
    )
    outstanding = domain.outstanding_of(petitioners, [recipient, *(delivery.petitioner_id for delivery in earlier)])
    if not outstanding:
        last = max([delivered, *(delivery.delivered_at for delivery in earlier)])
        await matters.finish_handling(session, matter, opinion.conclusion, last)
    fact = OpinionDelivered(
        case_id=matter_id,
        division=matter.division,
        method=method,
        delivered_at=delivered,
        review_until=window.due_date,
        petitioner_id=recipient,
        outstanding=outstanding,
    )
    return await record(session, fact, division=matter.division, occurred_at=delivered)
