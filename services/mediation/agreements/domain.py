"""Rules of an agreement: who must have signed before it binds, and from when it does; pure."""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from chassis.rules.refusals import Kind, Refusal


class AgreementUnknown(Refusal):
    """The case has no agreement, or the caller may not know of the case."""

    kind = Kind.NOT_FOUND
    code = "not_found"
    zh = "未找到该事项"
    en = "Nothing is known under this id"


class SignatureMissing(Refusal):
    """A written agreement needs the signature, seal or fingerprint of every party (RM§29)."""

    kind = Kind.CONFLICT
    code = "signature_missing"
    zh = "尚有当事人未签名、盖章或者按指印"
    en = "Not every party has signed the agreement."


class SignedTwice(Refusal):
    """One signature a party."""

    code = "signed_twice"
    zh = "同一当事人的签名重复"
    en = "A party's signature is given twice."


class MediatorSignatureMissing(Refusal):
    """A written agreement needs the mediator's signature (RM§29)."""

    kind = Kind.CONFLICT
    code = "mediator_signature_missing"
    zh = "人民调解员尚未签名"
    en = "The mediator has not signed the agreement."


class SealMissing(Refusal):
    """A written agreement needs the committee's seal (RM§29)."""

    kind = Kind.CONFLICT
    code = "seal_missing"
    zh = "尚未加盖人民调解委员会印章"
    en = "The committee's seal is not on the agreement."


def effect_of(
    parties: Collection[UUID],
    signatures: Sequence[tuple[UUID, datetime]],
    mediator_at: datetime | None,
    seal_at: datetime | None,
) -> datetime:
    """From when a written agreement binds: when the last of all signatures and the seal was there (RM§29-30).

    Raises SignedTwice, SignatureMissing, MediatorSignatureMissing and SealMissing.
    """
    signed = [party_id for party_id, _ in signatures]
    if len(set(signed)) != len(signed):
        raise SignedTwice(field="signatures")
    if set(parties) - set(signed):
        raise SignatureMissing(field="signatures")
    if mediator_at is None:
        raise MediatorSignatureMissing(field="mediator_signature")
    if seal_at is None:
        raise SealMissing(field="seal")
    return max(*(at for _, at in signatures), mediator_at, seal_at)
