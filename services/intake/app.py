"""Intake as an application: its nouns, put together."""

from fastapi import FastAPI

from chassis.bus.protocol import Bus
from chassis.rules.clock import Clock
from chassis.service import Noun, Service, build_service
from services.intake.cases import handlers as case_facts
from services.intake.cases import routes as cases
from services.intake.cases import timers as case_clocks
from services.intake.cases.commands import Window
from services.intake.directory import routes as directory
from services.intake.settings import IntakeSettings
from services.intake.triage import routes as triage


def create_app(
    settings: IntakeSettings | None = None, *, bus: Bus | None = None, clock: Clock | None = None
) -> FastAPI:
    """The service; settings come from the environment unless given, and so does the bus.

    The one window of this process stands at `app.state.window`.
    """
    settings = settings or IntakeSettings()
    service = Service(settings, bus=bus, clock=clock)
    window = Window(
        database=service.database,
        keyring=service.keyring,
        sealer=service.sealer,
        clock=service.clock,
        mark=settings.number_mark,
    )
    service.employ("registering", window.writer.run)
    nouns = [
        Noun(
            name="cases",
            router=cases.router,
            plain=cases.PLAIN,
            handlers=case_facts.HANDLERS,
            timers=case_clocks.TIMERS,
        ),
        Noun(name="triage", router=triage.router),
        Noun(name="directory", router=directory.router, plain=directory.PLAIN),
    ]
    app = build_service(
        service,
        nouns,
        title="一窗受理 Intake",
        description="Registering by every door, triage, the directory. Registered is not accepted (登记不等于受理).",
    )
    app.state.window = window
    return app
