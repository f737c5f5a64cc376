"""Every key a service holds, derived from one master key or configured, and none that it has no part in."""

import secrets
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final, NamedTuple, Self

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from chassis.security.files import create_once
from chassis.settings import KEY_BYTES, ServiceSettings, key_bytes

MASTER_FILE: Final = Path("secrets") / "master.key"
"""The embedded run's master key, inside ONEWINDOW_HOME."""
ID_BYTES: Final = 4


class NotOurPair(Exception):
    """A service asked for the handover key of a pair that it is not part of, or that was never configured."""


class UnknownKey(Exception):
    """Something was sealed under a key that this service does not hold, or holds no longer."""


class Key(NamedTuple):
    """A secret and the id under which others refer to it."""

    id: str
    secret: bytes

    def __repr__(self) -> str:
        """Only the id: keys must not reach a log through an error message."""
        return f"Key({self.id!r})"


class Keyring:
    """The keys of one service.

    Rotation: put the new master key first and keep the old ones behind it. New values are sealed under the first;
    older values name their key and stay readable. Keyed indexes and receipt codes do not change with it, since every
    stored one would have to be written again: they stay derived from the oldest master key listed.
    """

    def __init__(
        self,
        service: str,
        masters: Sequence[bytes],
        *,
        peers: frozenset[str] = frozenset(),
        handovers: Mapping[str, Sequence[Key]] | None = None,
    ) -> None:
        if not masters or any(len(master) != KEY_BYTES for master in masters):
            raise ValueError("master keys have 32 bytes, and there is at least one")
        self.service = service
        self.peers = peers
        self._fields = {key.id: key for key in (_named(master, f"{service}/field") for master in reversed(masters))}
        self.field_key = _named(masters[0], f"{service}/field")
        self.cursor_key = _derived(masters[0], f"{service}/cursor")
        self.index_key = _derived(masters[-1], f"{service}/index")
        self.receipt_code_key = _derived(masters[-1], f"{service}/receipt-code")
        self._handovers = {pair: tuple(keys) for pair, keys in (handovers or {}).items()}

    def __repr__(self) -> str:
        """No keys."""
        return f"Keyring({self.service!r})"

    @classmethod
    def from_master(cls, master: bytes, service: str, peers: frozenset[str] = frozenset()) -> Self:
        """All keys of a service from the one master key of an embedded run, those of its pairs included.

        Both ends of a pair derive the same key, because nothing but the master key and the pair's name goes into it.
        """
        handovers = _derived_handovers(master, service, peers)
        return cls(service, [master], peers=peers, handovers=handovers)

    @classmethod
    def for_service(cls, settings: ServiceSettings) -> Self:
        """The configured keys; what is not configured comes from the master key in ONEWINDOW_HOME.

        Only a development run falls back: production settings without keys do not validate.
        """
        configured = {
            pair: tuple(Key(key.id, key_bytes(key.key)) for key in keys)
            for pair, keys in settings.handover_keys.items()
        }
        given = (settings.master_key, *settings.previous_master_keys)
        masters = [key_bytes(key) for key in given if key is not None] or [master_key(settings.home)]
        if not configured and settings.peers:
            configured = _derived_handovers(master_key(settings.home), settings.service, settings.peers)
        return cls(settings.service, masters, peers=settings.peers, handovers=configured)

    def field_key_of(self, key_id: str) -> Key:
        """The field key with this id; raises UnknownKey."""
        try:
            return self._fields[key_id]
        except KeyError:
            raise UnknownKey(key_id) from None

    def handover_key(self, sender: str, receiver: str, key_id: str | None = None) -> Key:
        """Key of a pair: the one that seals now, or the one that `key_id` names.

        Raises NotOurPair, so that a service can open nothing that was handed to another, and UnknownKey.
        """
        keys = self._handovers.get(f"{sender}>{receiver}", ())
        if self.service not in {sender, receiver} or not keys:
            raise NotOurPair(f"{sender}>{receiver}")
        if key_id is None:
            return keys[0]
        for key in keys:
            if key.id == key_id:
                return key
        raise UnknownKey(key_id)


def master_key(home: Path) -> bytes:
    """The master key of the run whose data lie in `home`; made at the first call, with mode 0600."""
    return create_once(home / MASTER_FILE, lambda: secrets.token_bytes(KEY_BYTES))


def _derived(master: bytes, purpose: str, length: int = KEY_BYTES) -> bytes:
    return HKDF(SHA256(), length, salt=None, info=b"onewindow/1/" + purpose.encode()).derive(master)


def _named(master: bytes, purpose: str) -> Key:
    return Key(_derived(master, f"id/{purpose}", ID_BYTES).hex(), _derived(master, purpose))


def _derived_handovers(master: bytes, service: str, peers: frozenset[str]) -> dict[str, tuple[Key, ...]]:
    pairs = [pair for peer in sorted(peers) for pair in (f"{service}>{peer}", f"{peer}>{service}")]
    return {pair: (_named(master, f"handover/{pair}"),) for pair in pairs}
