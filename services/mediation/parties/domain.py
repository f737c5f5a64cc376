"""Rules about parties: each answers once, and until all agree somebody is outstanding; pure."""

from collections.abc import Sequence

from chassis.rules.refusals import Kind, Refusal
from contracts.codes import ConsentStand


class PartyUnknown(Refusal):
    """The party is none of this case."""

    code = "party_unknown"
    zh = "该当事人不属于本案"
    en = "This case has no such party."


class AlreadyAnswered(Refusal):
    """The party's answer stands; who changes their mind after agreeing withdraws, which ends the case."""

    kind = Kind.CONFLICT
    code = "already_answered"
    zh = "该当事人已经答复，不得重复登记"
    en = "This party has answered already."


def may_answer(earlier: ConsentStand | None) -> None:
    """A party answers once; raises AlreadyAnswered."""
    if earlier is not None:
        raise AlreadyAnswered


def outstanding_of(stands: Sequence[ConsentStand | None]) -> int:
    """Parties that have yet to agree."""
    return sum(stand is not ConsentStand.CONSENTED for stand in stands)
