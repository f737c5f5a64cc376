"""Bus edge: a case is opened when intake hands it over."""

from chassis.bus.handlers import Delivery, Handlers
from chassis.database.session import Session
from chassis.security.sealing import Sealer
from contracts.intake.handovers import HandoverParticulars, MediationRequested
from services.mediation.cases import commands, domain


def handlers(sealer: Sealer) -> Handlers:
    """The noun's facts and functions; `sealer` seals the particulars again, under this service's own key."""

    async def on_mediation_requested(session: Session, delivery: Delivery[MediationRequested]) -> None:
        if delivery.particulars is None:
            raise domain.ParticularsGone(delivery.event.case_id)
        particulars = HandoverParticulars.model_validate(delivery.particulars)
        await commands.open_case(session, delivery.event, particulars, sealer)

    return {MediationRequested: on_mediation_requested}
