"""Bus edge: every open fact about a case, all taken by the one projection."""

from typing import Final

from chassis.bus.handlers import Batched, Handlers
from services.analytics.facts import projections

HANDLERS: Final[Handlers] = dict.fromkeys(projections.SAYS, Batched(projections.project))
