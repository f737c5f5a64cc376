"""Parcels: particulars sealed by one service for exactly one other, with a commitment that outlives their deletion."""

import hmac
import os
from dataclasses import dataclass
from hashlib import sha256
from typing import Final
from uuid import UUID

from cryptography.exceptions import InvalidTag

from chassis.security.ciphers import CIPHERS, NONCE, VERSIONS, CipherName, SealBroken
from chassis.security.keys import Keyring

SALT: Final = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class SealedParcel:
    """Particulars on their way.

    `sealed` travels and is opened by the receiver; `salt` lies beside it with the sender and is deleted with it;
    `commitment`, SHA-256 of salt and plain text, stays in the journal, where without the salt it says nothing.
    """

    receiver: str
    key_id: str
    sealed: bytes
    salt: bytes
    commitment: bytes


def seal_parcel(
    keyring: Keyring,
    plaintext: bytes,
    *,
    sender: str,
    receiver: str,
    entry_id: UUID,
    cipher: CipherName = "AES-256-GCM",
) -> SealedParcel:
    """Particulars sealed for `receiver` as a part of the journal entry `entry_id`; raises NotOurPair.

    The salt is sealed in, too, so that the receiver can prove what the sender's journal is committed to.
    """
    key = keyring.handover_key(sender, receiver)
    version = VERSIONS[cipher]
    random = os.urandom(NONCE + SALT)
    nonce, salt = random[:NONCE], random[NONCE:]
    bound = _bound(version, sender, receiver, entry_id)
    sealed = CIPHERS[version](key.secret).encrypt(nonce, salt + plaintext, bound)
    return SealedParcel(
        receiver=receiver,
        key_id=key.id,
        sealed=bytes([version]) + nonce + sealed,
        salt=salt,
        commitment=committed(salt, plaintext),
    )


def open_parcel(
    keyring: Keyring,
    sealed: bytes,
    *,
    key_id: str,
    sender: str,
    receiver: str,
    entry_id: UUID,
    commitment: bytes | None = None,
) -> bytes:
    """The particulars; raises SealBroken, NotOurPair and UnknownKey.

    Given a `commitment`, the particulars also have to be those that it was made for.
    """
    key = keyring.handover_key(sender, receiver, key_id)
    version = sealed[0] if sealed else 0
    nonce, body = sealed[1 : 1 + NONCE], sealed[1 + NONCE :]
    if version not in CIPHERS:
        raise SealBroken
    try:
        opened = CIPHERS[version](key.secret).decrypt(nonce, body, _bound(version, sender, receiver, entry_id))
    except (InvalidTag, ValueError):  # ValueError: a nonce that was cut short
        raise SealBroken from None
    salt, plaintext = opened[:SALT], opened[SALT:]
    if commitment is not None and not hmac.compare_digest(committed(salt, plaintext), commitment):
        raise SealBroken
    return plaintext


def committed(salt: bytes, plaintext: bytes) -> bytes:
    """What a journal entry says about particulars that it does not hold."""
    return sha256(salt + plaintext).digest()


def _bound(version: int, sender: str, receiver: str, entry_id: UUID) -> bytes:
    return b"parcel\0%c%b>%b\0%b" % (version, sender.encode(), receiver.encode(), entry_id.bytes)
