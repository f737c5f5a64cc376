"""HTTP edge of opinions."""

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
from contracts.codes import DeliveryMethod, OpinionConclusion
from contracts.demonstration import CASES
from contracts.roles import Permission
from services.petition.demonstration import example
from services.petition.matters.domain import TimeInFuture, TimeTooEarly
from services.petition.opinions import commands, domain, queries
from services.petition.opinions.schemas import DeliveryRequest, DeliveryView, OpinionRequest, OpinionView
from services.petition.parties.domain import PetitionerNotNamed, PetitionerUnknown

router = APIRouter(prefix="/matters", tags=["opinions"], route_class=Ordinary)


@router.get("/{matter_id}/opinion", openapi_extra=openapi_example(matter_id=CASES["petition.opinions.deliver"]))
async def read_opinion(matter_id: Id, act: Annotated[Act, reads(Permission.PETITION_MATTERS_READ)]) -> OpinionView:
    """The handling opinion of a matter, and to whom it was delivered."""
    opinion = await queries.opinion(act.session, matter_id, act.principal.scope)
    deliveries = await queries.deliveries_of(act.session, matter_id)
    ends = {deadline.id: deadline.due_date for deadline in await of_case(act.session, matter_id)}
    act.tag(await version_of(act.session, matter_id))
    return OpinionView(
        id=matter_id,
        conclusion=opinion.conclusion,
        claim=opinion.claim,
        facts=opinion.facts,
        text=opinion.text,
        legal_basis=opinion.legal_basis,
        issued_at=opinion.issued_at,
        deliveries=[
            DeliveryView(
                petitioner_id=delivery.petitioner_id,
                method=delivery.method,
                receipt=delivery.receipt,
                view=delivery.view,
                delivered_at=delivery.delivered_at,
                review_until=ends[delivery.window_id],
            )
            for delivery in deliveries
        ],
    )


@router.post(
    "/{matter_id}/opinion",
    status_code=201,
    openapi_extra=example(
        "petition.opinions.issue",
        {
            "conclusion": OpinionConclusion.EXPLAIN,
            "claim": "请求重新核定二〇二五年度种粮补贴面积。",
            "facts": "经实地丈量并核对承包合同，登记面积与合同一致；信访人所指地块为村集体机动地，未确权到户。",
            "text": "诉求事出有因，但缺乏法律依据；已当面做好解释，并告知机动地发包的申请办法。",
            "legal_basis": "《信访工作条例》第三十一条第六项、第三十二条。",
        },
    ),
    responses=refuses(IllegalTransition, TimeInFuture, TimeTooEarly, VersionMismatch),
)
async def issue_opinion(
    matter_id: Id,
    body: OpinionRequest,
    act: Annotated[Act, writes(Permission.PETITION_OPINIONS_ISSUE, if_match=True)],
) -> Acknowledgement:
    """Make out the opinion once the facts are established; only matters on route R31_6 get one."""
    content = commands.Content(
        conclusion=body.conclusion,
        claim=body.claim,
        facts=body.facts,
        text=body.text,
        legal_basis=body.legal_basis,
    )
    entry = await commands.issue(
        act.session,
        matter_id,
        scope=act.principal.scope,
        expected=act.expected,
        content=content,
        issued_at=body.issued_at,
    )
    return act.acknowledge(entry)


@router.post(
    "/{matter_id}/opinion/delivery",
    status_code=201,
    openapi_extra=example(
        "petition.opinions.deliver", {"method": DeliveryMethod.IN_PERSON, "view": domain.View.AGREES}
    ),
    responses=refuses(
        IllegalTransition,
        domain.AlreadyDelivered,
        PetitionerNotNamed,
        PetitionerUnknown,
        TimeInFuture,
        TimeTooEarly,
        VersionMismatch,
    ),
)
async def deliver_opinion(
    matter_id: Id,
    body: DeliveryRequest,
    act: Annotated[Act, writes(Permission.PETITION_OPINIONS_DELIVER, if_match=True)],
) -> Acknowledgement:
    """Record the delivery to a petitioner: their window for review opens, and with the last the 60 days are met."""
    entry = await commands.deliver(
        act.session,
        matter_id,
        scope=act.principal.scope,
        expected=act.expected,
        petitioner_id=body.petitioner_id,
        method=body.method,
        receipt=body.receipt,
        view=body.view,
        delivered_at=body.delivered_at,
    )
    return act.acknowledge(entry)
