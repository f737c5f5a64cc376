"""Mediation as an application: its nouns, put together."""

from fastapi import FastAPI

from chassis.bus.protocol import Bus
from chassis.rules.clock import Clock
from chassis.service import Noun, Service, build_service
from services.mediation.agreements import routes as agreements
from services.mediation.cases import handlers as case_facts
from services.mediation.cases import routes as cases
from services.mediation.cases import timers as case_clocks
from services.mediation.directory import handlers as directory_facts
from services.mediation.directory import routes as directory
from services.mediation.sessions import routes as sessions
from services.mediation.settings import MediationSettings


def create_app(
    settings: MediationSettings | None = None, *, bus: Bus | None = None, clock: Clock | None = None
) -> FastAPI:
    """The service; settings come from the environment unless given, and so does the bus."""
    service = Service(settings or MediationSettings(), bus=bus, clock=clock)
    nouns = [
        Noun(name="directory", router=directory.router, handlers=directory_facts.HANDLERS),
        Noun(
            name="cases",
            router=cases.router,
            handlers=case_facts.handlers(service.sealer),
            timers=case_clocks.TIMERS,
        ),
        Noun(name="sessions", router=sessions.router),
        Noun(name="agreements", router=agreements.router),
    ]
    return build_service(
        service,
        nouns,
        title="人民调解 Mediation",
        description="People's mediation: consent, acceptance, sessions, agreements and their statutory clocks.",
    )
