"""Bus edge: every open fact, whether or not it is counted anywhere."""

from typing import Final

from chassis.bus.handlers import Batched, Handlers
from contracts.catalog import OPEN_EVENTS
from services.analytics.feed import projections

HANDLERS: Final[Handlers] = dict.fromkeys(OPEN_EVENTS, Batched(projections.append))
