"""Sealing values into columns, and the keyed indexes under which sealed values are found again."""

import os
import unicodedata
from collections.abc import Iterable
from enum import StrEnum
from typing import Final, Self
from uuid import UUID

from cryptography.exceptions import InvalidTag

from chassis.security import parcels
from chassis.security.ciphers import (
    CIPHERS,
    NONCE,
    TAG,
    VERSIONS,
    AuthenticatedCipher,
    CipherName,
    SealBroken,
)
from chassis.security.identity import normalised_identity, normalised_phone
from chassis.security.keyed import KeyedHash
from chassis.security.keys import Key, Keyring, UnknownKey
from chassis.settings import ServiceSettings

KEY_ID: Final = 4
NONCES: Final = 128
OVERHEAD: Final = 1 + KEY_ID + NONCE + TAG
"""Bytes that a sealed value is longer than its text in UTF-8."""


class IndexKind(StrEnum):
    """What is indexed; the same text as another kind gives another index."""

    PHONE = "phone"
    IDENTITY = "identity"
    NAME = "name"


class Sealer:
    """Seals the values of one service's columns.

    A sealed value is `version | key id | nonce | ciphertext with tag`; column and row are bound to it, so that it opens
    nowhere else. Nonces are random: one key is good for some 2^32 values, beyond which the master key is to be rotated.
    """

    def __init__(self, keyring: Keyring, cipher: CipherName = "AES-256-GCM") -> None:
        self._keyring = keyring
        self._name: CipherName = cipher
        self._ciphers: dict[bytes, AuthenticatedCipher] = {}
        self._head = bytes([VERSIONS[cipher]]) + bytes.fromhex(keyring.field_key.id)
        self._cipher = self._cipher_of(self._head)
        self._columns: dict[str, bytes] = {}
        self._nonces: list[bytes] = []
        os.register_at_fork(after_in_child=self._nonces.clear)  # or both processes would seal with the same ones
        self._index = KeyedHash(keyring.index_key)

    @classmethod
    def for_service(cls, settings: ServiceSettings) -> Self:
        """The sealer that the settings describe."""
        return cls(Keyring.for_service(settings), settings.cipher)

    def seal(self, value: str, column: str, row_id: UUID) -> bytes:
        """The value, sealed for this column (`parties.phone`) of this row."""
        bound = self._columns.get(column)
        if bound is None:
            bound = self._columns[column] = _bound(self._head, column)
        nonce = self._nonce()
        return self._head + nonce + self._cipher.encrypt(nonce, value.encode(), bound + row_id.bytes)

    def seal_row(self, row_id: UUID, values: Iterable[tuple[str, str | None]]) -> list[bytes | None]:
        """Several (column, value) of one row, sealed; what is not there stays None."""
        return [None if value is None else self.seal(value, column, row_id) for column, value in values]

    def unseal(self, sealed: bytes, column: str, row_id: UUID) -> str:
        """The value that was sealed for this column of this row; raises SealBroken."""
        head, nonce = sealed[: 1 + KEY_ID], sealed[1 + KEY_ID : 1 + KEY_ID + NONCE]
        if len(sealed) < OVERHEAD:
            raise SealBroken
        try:
            bound = _bound(head, column) + row_id.bytes
            text = self._cipher_of(head).decrypt(nonce, sealed[1 + KEY_ID + NONCE :], bound)
        except (InvalidTag, UnknownKey) as error:
            raise SealBroken from error
        return text.decode()

    def index(self, value: str, kind: IndexKind) -> bytes:
        """Keyed hash of the normalised value, equal for equal people and useless without the key.

        Without the key it would be no protection at all: there are few enough phones and identity numbers to try each.
        """
        return self.index_of_normalised(normalised(value, kind), kind)

    def index_of_normalised(self, value: str, kind: IndexKind) -> bytes:
        """The same for a value that has its one form already."""
        return self._index(f"{kind}\0{value}".encode())

    def seal_parcel(self, plaintext: bytes, *, sender: str, receiver: str, entry_id: UUID) -> parcels.SealedParcel:
        """Particulars sealed for another service: see `parcels.seal_parcel`."""
        return parcels.seal_parcel(
            self._keyring, plaintext, sender=sender, receiver=receiver, entry_id=entry_id, cipher=self._name
        )

    def open_parcel(self, sealed: bytes, *, key_id: str, sender: str, receiver: str, entry_id: UUID) -> bytes:
        """Particulars that another service sealed for this one: see `parcels.open_parcel`."""
        return parcels.open_parcel(
            self._keyring, sealed, key_id=key_id, sender=sender, receiver=receiver, entry_id=entry_id
        )

    def _nonce(self) -> bytes:
        """Twelve bytes of the system's randomness, which is asked for many at once; each is given once."""
        if not self._nonces:
            random = os.urandom(NONCE * NONCES)
            self._nonces.extend(random[place : place + NONCE] for place in range(0, len(random), NONCE))
        return self._nonces.pop()

    def _cipher_of(self, head: bytes) -> AuthenticatedCipher:
        cipher = self._ciphers.get(head)
        if cipher is None:
            kind = CIPHERS.get(head[0])
            if kind is None:
                raise UnknownKey
            key: Key = self._keyring.field_key_of(head[1:].hex())
            cipher = self._ciphers[head] = kind(key.secret)
        return cipher


def normalised(value: str, kind: IndexKind) -> str:
    """The form under which equal values are equal: digits of a phone, identity number with X, name composed (NFC).

    Anything that does not look like its kind is compared as it stands, without spaces, so that indexing never refuses.
    """
    match kind:
        case IndexKind.PHONE:
            return normalised_phone(value) or "".join(value.split())
        case IndexKind.IDENTITY:
            return normalised_identity(value)
        case IndexKind.NAME:
            return unicodedata.normalize("NFC", " ".join(value.split()))


def _bound(head: bytes, column: str) -> bytes:
    """What a value is bound to, but for the row's id, which follows."""
    return b"%b%b\0" % (head, column.encode())
