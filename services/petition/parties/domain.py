"""Rules about parties: who is a petitioner, and who can be told anything; pure."""

from collections.abc import Iterable
from typing import Final

from chassis.rules.refusals import Refusal
from contracts.codes import PartyRole

PETITIONERS: Final = frozenset({PartyRole.PETITIONER, PartyRole.REPRESENTATIVE, PartyRole.APPLICANT})
"""Who brought the matter: to be heard, to get the opinion, and to ask for review of it."""


class PetitionerUnknown(Refusal):
    """The party is no petitioner of this matter."""

    code = "petitioner_unknown"
    zh = "该人不是本事项的信访人"
    en = "This matter has no such petitioner"


class PetitionerNotNamed(Refusal):
    """The matter has several petitioners: it has to be said which one is meant."""

    code = "petitioner_not_named"
    zh = "本事项有多名信访人，请指明是哪一位"
    en = "The matter has several petitioners; say which one is meant"


def reachable(ways: Iterable[str | None]) -> bool:
    """Whether somebody can be told: a telephone number or an address is known of one of the petitioners."""
    return any(ways)
