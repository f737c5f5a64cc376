"""HTTP edge of agreements."""

from typing import Annotated

from fastapi import APIRouter

from chassis.deadlines.queries import of_case
from chassis.http.acknowledgements import Acknowledgement
from chassis.http.acting import Act, reads, writes
from chassis.http.bodies import Id
from chassis.http.examples import openapi_example, refuses
from chassis.http.ordinary import Ordinary
from chassis.journal.record import VersionMismatch
from chassis.journal.timeline import version_of
from chassis.rules.refusals import IllegalTransition
from contracts.codes import AgreementForm
from contracts.demonstration import CASES, party_id
from contracts.roles import Permission
from services.mediation.agreements import commands, domain, queries
from services.mediation.agreements.schemas import (
    AgreementRequest,
    AgreementView,
    EffectRequest,
    Mark,
    SignatureView,
)
from services.mediation.cases.domain import TimeInFuture, TimeTooEarly
from services.mediation.demonstration import example
from services.mediation.parties.domain import PartyUnknown
from services.mediation.regimes.domain import AgreementMustBeWritten

router = APIRouter(prefix="/cases", tags=["agreements"], route_class=Ordinary)


@router.get("/{case_id}/agreement", openapi_extra=openapi_example(case_id=CASES["mediation.agreements.make_effective"]))
async def read_agreement(case_id: Id, act: Annotated[Act, reads(Permission.MEDIATION_CASES_READ)]) -> AgreementView:
    """The terms that the parties of a case agreed on, and how far they have come to bind."""
    agreement = await queries.agreement(act.session, case_id, act.principal.scope)
    signatures = await queries.signatures_of(act.session, case_id)
    windows = [one for one in await of_case(act.session, case_id) if one.rule == commands.CONFIRMATION]
    act.tag(await version_of(act.session, case_id))
    return AgreementView(
        id=case_id,
        form=agreement.form,
        partial=agreement.partial,
        terms=agreement.terms,
        reached_at=agreement.reached_at,
        signatures=[SignatureView(party_id=one.party_id, signed_at=one.signed_at) for one in signatures],
        mediator_signed_at=agreement.mediator_signed_at,
        seal_affixed_at=agreement.seal_affixed_at,
        effective_at=agreement.effective_at,
        confirmation_until=windows[-1].due_date if windows else None,
    )


@router.post(
    "/{case_id}/agreement",
    status_code=201,
    openapi_extra=example(
        "mediation.agreements.record",
        {"form": AgreementForm.WRITTEN, "terms": "双方同意于三十日内共同修复界墙，费用各半。", "partial": False},
    ),
    responses=refuses(IllegalTransition, AgreementMustBeWritten, TimeInFuture, TimeTooEarly, VersionMismatch),
)
async def record_agreement(
    case_id: Id,
    body: AgreementRequest,
    act: Annotated[Act, writes(Permission.MEDIATION_AGREEMENTS_RECORD, if_match=True)],
) -> Acknowledgement:
    """Record the terms. An oral agreement takes effect at once, and the answer to the request is that effect."""
    entry = await commands.record_agreement(
        act.session,
        case_id,
        scope=act.principal.scope,
        expected=act.expected,
        form=body.form,
        terms=body.terms,
        partial=body.partial,
        reached_at=body.reached_at,
    )
    return act.acknowledge(entry)


@router.post(
    "/{case_id}/agreement/effect",
    status_code=201,
    openapi_extra=example(
        "mediation.agreements.make_effective",
        {
            "signatures": [
                {"party_id": str(party_id("mediation.agreements.make_effective", number))} for number in (1, 2)
            ],
            "mediator_signature": {},
            "seal": {},
        },
    ),
    responses=refuses(
        IllegalTransition,
        domain.SignatureMissing,
        domain.SignedTwice,
        domain.MediatorSignatureMissing,
        domain.SealMissing,
        PartyUnknown,
        TimeInFuture,
        TimeTooEarly,
        VersionMismatch,
    ),
)
async def make_effective(
    case_id: Id,
    body: EffectRequest,
    act: Annotated[Act, writes(Permission.MEDIATION_AGREEMENTS_MAKE_EFFECTIVE, if_match=True)],
) -> Acknowledgement:
    """Record signatures and seal: the written agreement binds from the last of them."""
    entry = await commands.make_effective(
        act.session,
        case_id,
        scope=act.principal.scope,
        expected=act.expected,
        signatures=[(one.party_id, commands.Signed(one.signed_at)) for one in body.signatures],
        mediator=_signed(body.mediator_signature),
        seal=_signed(body.seal),
    )
    return act.acknowledge(entry)


def _signed(mark: Mark | None) -> commands.Signed | None:
    return None if mark is None else commands.Signed(mark.at)
