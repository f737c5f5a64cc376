"""Rules of an opinion and its deliveries: to whom it still has to go, and that nobody gets it twice; pure."""

from collections.abc import Collection, Sequence
from enum import StrEnum
from typing import Final
from uuid import UUID

from chassis.rules.refusals import Kind, Refusal
from services.petition.parties.domain import PetitionerNotNamed, PetitionerUnknown

REVIEW: Final = "PET_REVIEW_REQUEST"
"""The window in which a petitioner may ask the organ above for review (XF§35)."""


class OpinionUnknown(Refusal):
    """The matter has no opinion, or the caller may not know of the matter."""

    kind = Kind.NOT_FOUND
    code = "not_found"
    zh = "未找到该事项"
    en = "Nothing is known under this id"


class AlreadyDelivered(Refusal):
    """The first delivery counts: another one would move the petitioner's window."""

    kind = Kind.CONFLICT
    code = "already_delivered"
    zh = "该信访人的处理意见书已经送达"
    en = "The opinion was delivered to this petitioner before"


class Receipt(StrEnum):
    """What the receipt 送达回证 says. Refusing to sign leaves the opinion delivered [D]."""

    SIGNED = "SIGNED"
    REFUSED = "REFUSED"


class View(StrEnum):
    """What the petitioner thinks of the opinion 信访人态度; values of the national petition system."""

    AGREES = "AGREES"
    DISAGREES = "DISAGREES"
    UNCLEAR = "UNCLEAR"


def recipient(petitioners: Sequence[UUID], named: UUID | None) -> UUID:
    """To whom it was delivered; who is the only petitioner need not be named.

    Raises PetitionerNotNamed and PetitionerUnknown.
    """
    if named is None and len(petitioners) != 1:
        raise PetitionerNotNamed(field="petitioner_id")
    chosen = petitioners[0] if named is None else named
    if chosen not in petitioners:
        raise PetitionerUnknown(chosen, field="petitioner_id")
    return chosen


def may_deliver(petitioner_id: UUID, delivered_to: Collection[UUID]) -> None:
    """This petitioner has not had it; raises AlreadyDelivered."""
    if petitioner_id in delivered_to:
        raise AlreadyDelivered(petitioner_id, field="petitioner_id")


def outstanding_of(petitioners: Sequence[UUID], delivered_to: Collection[UUID]) -> int:
    """Petitioners whom it has yet to reach."""
    return len(set(petitioners) - set(delivered_to))
