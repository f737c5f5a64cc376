"""Bus edge: a matter is registered when intake hands it over."""

from chassis.bus.handlers import Delivery, Handlers
from chassis.database.session import Session
from chassis.security.sealing import Sealer
from contracts.intake.handovers import HandoverParticulars, PetitionRequested
from services.petition.matters import commands, domain


def handlers(sealer: Sealer) -> Handlers:
    """The noun's facts and functions; `sealer` seals the particulars again, under this service's own key."""

    async def on_petition_requested(session: Session, delivery: Delivery[PetitionRequested]) -> None:
        if delivery.particulars is None:
            raise domain.ParticularsGone(delivery.event.case_id)
        particulars = HandoverParticulars.model_validate(delivery.particulars)
        await commands.register(session, delivery.event, particulars, sealer)

    return {PetitionRequested: on_petition_requested}
