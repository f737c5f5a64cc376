"""How a failed attempt is told, in logs and in letters."""

from chassis.database.outages import sqlstate
from chassis.rules.refusals import Refusal


def describe(error: BaseException) -> str:
    """What may be written down of an error: its class, a refusal's code, an SQLSTATE.

    Never its text, which may quote what came in.
    """
    if isinstance(error, Refusal):
        return f"{type(error).__name__} {error.code}"
    state = sqlstate(error)
    return type(error).__name__ if state is None else f"{type(error).__name__} {state}"
