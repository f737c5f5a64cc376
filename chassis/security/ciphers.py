"""The two ciphers that values are sealed with: AES-256-GCM, and SM4-GCM (GB/T 32907) where Chinese ciphers are due."""

import hashlib
from typing import Final, Literal

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.ciphers.algorithms import SM4
from cryptography.hazmat.primitives.ciphers.modes import GCM

NONCE: Final = 12
TAG: Final = 16
SM4_KEY: Final = 16

CipherName = Literal["AES-256-GCM", "SM4-GCM"]


class SealBroken(Exception):
    """What was sealed is not what is read, or not where it was sealed: changed, moved to another row, or cut.

    Never carries a value. It is an alarm, not a refusal: honest use does not cause it.
    """


class SM4GCM:
    """SM4-GCM in the shape of `AESGCM`; its 16-byte key is derived from the 32 bytes that a keyring gives."""

    def __init__(self, key: bytes) -> None:
        self._algorithm = SM4(hashlib.sha256(b"onewindow/1/sm4\0" + key).digest()[:SM4_KEY])

    def encrypt(self, nonce: bytes, data: bytes, associated_data: bytes) -> bytes:
        """Ciphertext with its tag."""
        encryptor = Cipher(self._algorithm, GCM(nonce)).encryptor()
        encryptor.authenticate_additional_data(associated_data)
        return encryptor.update(data) + encryptor.finalize() + encryptor.tag

    def decrypt(self, nonce: bytes, data: bytes, associated_data: bytes) -> bytes:
        """The plain text; raises InvalidTag, before which none of it is returned."""
        if len(data) < TAG:
            raise InvalidTag
        decryptor = Cipher(self._algorithm, GCM(nonce, data[-TAG:])).decryptor()
        decryptor.authenticate_additional_data(associated_data)
        return decryptor.update(data[:-TAG]) + decryptor.finalize()


AuthenticatedCipher = AESGCM | SM4GCM
CIPHERS: Final[dict[int, type[AESGCM] | type[SM4GCM]]] = {1: AESGCM, 2: SM4GCM}
"""What the first byte of everything sealed means."""
VERSIONS: Final[dict[CipherName, int]] = {"AES-256-GCM": 1, "SM4-GCM": 2}
