"""Analytics as an application: its nouns, put together."""

from fastapi import FastAPI

from chassis.bus.protocol import Bus
from chassis.rules.clock import Clock
from chassis.service import Noun, Service, build_service
from services.analytics.definitions import routes as definitions
from services.analytics.directory import handlers as directory_facts
from services.analytics.directory import routes as directory
from services.analytics.facts import handlers as case_facts
from services.analytics.feed import handlers as feed_facts
from services.analytics.feed import routes as feed
from services.analytics.indicators import routes as indicators
from services.analytics.settings import AnalyticsSettings


def create_app(
    settings: AnalyticsSettings | None = None, *, bus: Bus | None = None, clock: Clock | None = None
) -> FastAPI:
    """The service; settings come from the environment unless given, and so does the bus."""
    service = Service(settings or AnalyticsSettings(), bus=bus, clock=clock)
    nouns = [
        # First: whoever adds to the feed waits for a turn, and must not have locked rows of other nouns by then.
        Noun(name="feed", router=feed.router, handlers=feed_facts.HANDLERS),
        Noun(name="directory", router=directory.router, handlers=directory_facts.HANDLERS),
        Noun(name="facts", handlers=case_facts.HANDLERS),
        Noun(name="definitions", router=definitions.router),
        Noun(name="indicators", router=indicators.router),
    ]
    return build_service(
        service,
        nouns,
        title="综治大脑 Analytics",
        description="Indicators computed from events: every figure with its unit, formula, period and cut-off.",
    )
