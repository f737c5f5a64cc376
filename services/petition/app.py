"""Petition as an application: its nouns, put together."""

from fastapi import FastAPI

from chassis.bus.protocol import Bus
from chassis.rules.clock import Clock
from chassis.service import Noun, Service, build_service
from services.petition.directory import handlers as directory_facts
from services.petition.directory import routes as directory
from services.petition.matters import handlers as matter_facts
from services.petition.matters import routes as matters
from services.petition.matters import timers as matter_clocks
from services.petition.opinions import routes as opinions
from services.petition.settings import PetitionSettings


def create_app(
    settings: PetitionSettings | None = None, *, bus: Bus | None = None, clock: Clock | None = None
) -> FastAPI:
    """The service; settings come from the environment unless given, and so does the bus."""
    service = Service(settings or PetitionSettings(), bus=bus, clock=clock)
    nouns = [
        Noun(name="directory", router=directory.router, handlers=directory_facts.HANDLERS),
        Noun(
            name="matters",
            router=matters.router,
            handlers=matter_facts.handlers(service.sealer),
            timers=matter_clocks.TIMERS,
        ),
        Noun(name="opinions", router=opinions.router),
    ]
    return build_service(
        service,
        nouns,
        title="信访 Petition",
        description="Petition matters: registration, acceptance, opinions, deliveries and their statutory clocks.",
    )
