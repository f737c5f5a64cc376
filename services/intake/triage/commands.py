"""What triage does: send a registered case to a route and, where another service takes it, hand it over."""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from chassis.database.scope import Scope
from chassis.database.session import Session
from chassis.journal.entries import Entry, new_id
from chassis.journal.record import record
from chassis.security.parcels import SealedParcel
from chassis.security.sealing import Sealer
from contracts.codes import CaseKind, DisputeType, IntakeChannel, PetitionCategory, Route, RoutingReason, Tier
from contracts.intake.cases import CaseRouted
from contracts.intake.handovers import HandoverParticulars, HandoverParty, MediationRequested, PetitionRequested
from services.intake.cases import commands as cases
from services.intake.cases import domain as case_rules
from services.intake.cases import queries as case_queries
from services.intake.cases.queries import CaseRow, Particulars
from services.intake.directory import domain as directory
from services.intake.directory import queries as directory_queries
from services.intake.triage import domain

SENDER: Final = "intake"


async def route(
    session: Session,
    scope: Scope,
    sealer: Sealer,
    case_id: UUID,
    *,
    route: Route,
    tier: Tier,
    reason_code: RoutingReason,
    organisation_id: UUID | None = None,
    expected: int | None = None,
) -> Entry:
    """Send a case on its way; returns the entry of CaseRouted, which is the case's last.

    Raises CaseNotFound, IllegalTransition, VersionMismatch, RouteDoesNotFit, NobodyToMediate, TierDoesNotFit,
    OrganisationUnknown.
    """
    case = await cases.send(session, scope, case_id, route=route, tier=tier, organisation_id=organisation_id)
    parties = await case_queries.particulars(session, case_id, sealer)
    domain.check_route(CaseKind(case.kind), route, len(parties))
    if not directory.has_tier(await directory_queries.division(session, case.division), tier):
        raise case_rules.TierDoesNotFit(field="tier")
    if organisation_id is not None:
        await directory_queries.organisation(session, organisation_id)
    notice = await cases.leave_notice(session, case, route, expected=expected)
    expected = notice.expected
    if route in case_rules.HANDED_OVER:
        # First, so that the routing is the case's last fact and its version the one that is answered.
        fact = _request(case, route, tier, len(parties), notice_missed=notice.missed)
        await _hand_over(session, sealer, case, parties, fact=fact, expected=expected)
        expected = None
    routed = CaseRouted(
        case_id=case_id,
        division=case.division,
        route=route,
        tier=tier,
        organisation_id=organisation_id,
        reason_code=reason_code,
    )
    return await record(session, routed, division=case.division, expected=expected, reason_code=reason_code)


async def _hand_over(
    session: Session,
    sealer: Sealer,
    case: CaseRow,
    parties: Sequence[Particulars],
    *,
    fact: MediationRequested | PetitionRequested,
    expected: int | None,
) -> None:
    """Record the handover with its parcel, in the transaction that routes."""
    entry_id = new_id()
    sealed = sealer.seal_parcel(
        _told(case, parties).to_bytes(), sender=SENDER, receiver=fact.receiver, entry_id=entry_id
    )
    parcel = SealedParcel(
        receiver=sealed.receiver,
        key_id=sealed.key_id,
        sealed=sealed.sealed,
        salt=sealed.salt,
        commitment=sealed.commitment,
    )
    await record(session, fact, division=case.division, entry_id=entry_id, parcel=parcel, expected=expected)


def _told(case: CaseRow, parties: Sequence[Particulars]) -> HandoverParticulars:
    """What the receiving service must know of people, and what was told."""
    return HandoverParticulars(
        parties=tuple(
            HandoverParty(
                party_id=party.id,
                role=party.role,
                name=party.name,
                phone=party.phone,
                identity_number=party.identity_number,
                address=party.address,
            )
            for party in parties
        ),
        narrative=case.narrative if case.title is None else f"{case.title}\n{case.narrative}",
    )


def _request(
    case: CaseRow, route: Route, tier: Tier, parties: int, *, notice_missed: bool
) -> MediationRequested | PetitionRequested:
    """The fact by which the case is handed over: to the petition department, or to mediation."""
    if route is Route.PETITION and case.petition_category is not None:
        return PetitionRequested(
            case_id=case.id,
            number=case.number,
            division=case.division,
            category=PetitionCategory(case.petition_category),
            channel=IntakeChannel(case.channel),
            visitors=case.visitors or 1,
            registered_at=case.registered_at,
            received_at=min(case.received_at, case.registered_at),
            notice_missed=notice_missed,
        )
    return MediationRequested(
        case_id=case.id,
        number=case.number,
        division=case.division,
        tier=tier,
        category=None if case.category is None else DisputeType(case.category),
        channel=IntakeChannel(case.channel),
        people_involved=case.people_involved,
        amount_fen=case.amount_fen,
        parties=parties,
        registered_at=case.registered_at,
    )
