"""What the facts mean for a count: whose clock makes a case overdue, and how a missed one is kept."""

from datetime import date
from typing import Final

from contracts.clocks import CLOCKS, ClockClass

HANDLING_CLOCK: Final = "PET_HANDLE"
"""The 60 days of the Petition Work Regulations art. 34, on which the rate of timely conclusion is counted."""


def missed_clock(clock: str, due_date: date) -> str:
    """One missed limit as it is kept with its case; the same limit told twice is the same text."""
    return f"{clock} {due_date.isoformat()}"


def makes_overdue(clock: str) -> bool:
    """Whether missing this clock is a delay 超期 of those who handle the case, rather than a right left unused."""
    known = CLOCKS.get(clock)
    return known is None or known.clock_class is not ClockClass.WINDOW
