"""What can be done with an agreement: record its terms, and record what makes a written one bind."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from chassis.database.scope import Scope
from chassis.database.session import Session
from chassis.deadlines import commands as deadlines
from chassis.journal.entries import Entry
from chassis.journal.record import record
from contracts.codes import AgreementForm
from contracts.mediation.cases import AgreementReached, AgreementTookEffect
from services.mediation.agreements import domain, queries, tables
from services.mediation.cases import commands as cases
from services.mediation.cases.domain import Action, advance, happened
from services.mediation.parties import queries as party_queries
from services.mediation.regimes import domain as regimes

CONFIRMATION: Final = "JC_APPLY"
"""The window in which the parties may together ask the court to confirm the agreement (RM§33)."""


@dataclass(frozen=True, slots=True)
class Signed:
    """Somebody's signature or seal; `at` None is now."""

    at: datetime | None = None


async def record_agreement(
    session: Session,
    case_id: UUID,
    *,
    scope: Scope,
    expected: int | None,
    form: AgreementForm,
    terms: str,
    partial: bool,
    reached_at: datetime | None,
) -> Entry:
    """The parties agreed. An oral agreement takes effect at once (RM§30); its effect is then the fact returned."""
    case = await cases.case_to_change(session, case_id, scope, expected)
    cases.agree(case)
    regimes.may_agree_in(form, case.category)
    now = cases.now_of(session)
    reached = happened(reached_at, earliest=case.registered_at, now=now, field="reached_at")
    oral = form is AgreementForm.ORAL
    session.add(
        tables.Agreement(
            case_id=case_id,
            division=case.division,
            form=form,
            partial=partial,
            terms=terms,
            reached_at=reached,
            effective_at=reached if oral else None,
        )
    )
    fact = AgreementReached(case_id=case_id, division=case.division, form=form, partial=partial, reached_at=reached)
    entry = await record(session, fact, division=case.division, occurred_at=reached)
    if oral:
        await cases.take_effect(session, case, reached)
        entry = await _bind(
            session,
            AgreementTookEffect(
                case_id=case_id,
                division=case.division,
                tier=case.tier,
                category=case.category,
                form=form,
                partial=partial,
                effective_at=reached,
            ),
        )
    return entry


async def make_effective(
    session: Session,
    case_id: UUID,
    *,
    scope: Scope,
    expected: int | None,
    signatures: Sequence[tuple[UUID, Signed]],
    mediator: Signed | None,
    seal: Signed | None,
) -> Entry:
    """A written agreement was signed by all and sealed: it binds from the last of these (RM§29-30)."""
    case = await cases.case_to_change(session, case_id, scope, expected)
    advance(case.state, Action.TAKE_EFFECT)
    agreement = await queries.agreement(session, case_id, scope)
    parties = await party_queries.parties_of(session, case_id)
    now = cases.now_of(session)

    def when(signed: Signed, field: str) -> datetime:
        return happened(signed.at, earliest=agreement.reached_at, now=now, field=field)

    given = [
        (party_queries.party_of(parties, party_id, "signatures").id, when(signed, "signatures"))
        for party_id, signed in signatures
    ]
    mediator_at = None if mediator is None else when(mediator, "mediator_signature")
    seal_at = None if seal is None else when(seal, "seal")
    effective = domain.effect_of([party.id for party in parties], given, mediator_at, seal_at)
    agreement.mediator_signed_at, agreement.seal_affixed_at, agreement.effective_at = mediator_at, seal_at, effective
    session.add_all(
        [
            tables.Signature(case_id=case_id, party_id=party_id, division=case.division, signed_at=at)
            for party_id, at in given
        ]
    )
    await cases.take_effect(session, case, effective)
    return await _bind(
        session,
        AgreementTookEffect(
            case_id=case_id,
            division=case.division,
            tier=case.tier,
            category=case.category,
            form=agreement.form,
            partial=agreement.partial,
            effective_at=effective,
        ),
    )


async def _bind(session: Session, fact: AgreementTookEffect) -> Entry:
    """From now on the agreement binds, and the window for its confirmation by the court is open."""
    await deadlines.start(
        session, CONFIRMATION, case_id=fact.case_id, division=fact.division, started_at=fact.effective_at
    )
    return await record(session, fact, division=fact.division, occurred_at=fact.effective_at)
