"""Keys: derived so that both ends of a pair agree and nobody else has them."""

import base64
import secrets
import stat
from pathlib import Path
from typing import Any, ClassVar

import pytest

from chassis.security.files import UnsafeSecretFile, create_once
from chassis.security.keys import MASTER_FILE, Key, Keyring, NotOurPair, UnknownKey, master_key
from chassis.settings import ServiceSettings

MASTER = bytes(range(32))
OTHER = bytes(range(1, 33))


class SenderSettings(ServiceSettings):
    """A service with a peer."""

    service: ClassVar[str] = "sender"
    peers: ClassVar[frozenset[str]] = frozenset({"receiver"})


class WatcherSettings(ServiceSettings):
    """A service that nothing is handed over to."""

    service: ClassVar[str] = "watcher"


def sender(master: bytes = MASTER) -> Keyring:
    return Keyring.from_master(master, "sender", frozenset({"receiver"}))


def settings_of(kind: type[ServiceSettings], **values: Any) -> ServiceSettings:
    return kind(database_url="postgresql://nowhere", **values)


def encoded(key: bytes) -> str:
    return base64.b64encode(key).decode()


def test_both_ends_of_a_pair_derive_the_same_key() -> None:
    receiver = Keyring.from_master(MASTER, "receiver", frozenset({"sender", "third"}))
    assert sender().handover_key("sender", "receiver") == receiver.handover_key("sender", "receiver")
    assert receiver.handover_key("third", "receiver") != receiver.handover_key("sender", "receiver")


def test_each_direction_purpose_service_and_master_has_a_key_of_its_own() -> None:
    keys = []
    for ring in (sender(), Keyring.from_master(MASTER, "receiver", frozenset({"third"})), sender(OTHER)):
        keys += [ring.field_key.secret, ring.index_key, ring.cursor_key, ring.receipt_code_key]
    keys += [sender().handover_key(*pair).secret for pair in (("sender", "receiver"), ("receiver", "sender"))]
    assert len(set(keys)) == len(keys)
    assert all(len(key) == 32 and key != MASTER for key in keys)


@pytest.mark.parametrize(
    "pair", [("sender", "third"), ("third", "receiver"), ("receiver", "third"), ("sender", "sender")]
)
def test_a_service_has_no_key_of_a_pair_that_it_is_not_part_of(pair: tuple[str, str]) -> None:
    with pytest.raises(NotOurPair):
        sender().handover_key(*pair)


def test_a_service_without_peers_has_no_handover_key_at_all(tmp_path: Path) -> None:
    ring = Keyring.for_service(settings_of(WatcherSettings, home=tmp_path))
    for pair in (("sender", "receiver"), ("watcher", "receiver"), ("sender", "watcher")):
        with pytest.raises(NotOurPair):
            ring.handover_key(*pair)


def test_even_a_misconfigured_ring_gives_no_foreign_key() -> None:
    ring = Keyring("watcher", [MASTER], handovers={"sender>receiver": [Key("a", OTHER)]})
    with pytest.raises(NotOurPair):
        ring.handover_key("sender", "receiver")


def test_keys_are_stable(tmp_path: Path) -> None:
    first, second = (Keyring.for_service(settings_of(SenderSettings, home=tmp_path)) for _ in range(2))
    assert first.field_key == second.field_key
    assert first.index_key == second.index_key
    # A changed derivation would make every stored value unreadable: this one is the first release's.
    assert sender().field_key.id == "1d7c402d"
    assert sender().handover_key("sender", "receiver").id == "99cc7013"


def test_the_master_key_of_a_run_is_made_once_for_its_owner_alone(tmp_path: Path) -> None:
    key = master_key(tmp_path)
    assert len(key) == 32
    assert master_key(tmp_path) == key
    assert stat.S_IMODE((tmp_path / MASTER_FILE).stat().st_mode) == 0o600
    (tmp_path / MASTER_FILE).chmod(0o604)
    with pytest.raises(UnsafeSecretFile):
        master_key(tmp_path)


def test_a_file_is_never_seen_half_written(tmp_path: Path) -> None:
    def fail() -> bytes:
        raise RuntimeError

    with pytest.raises(RuntimeError):
        create_once(tmp_path / "key", fail)
    assert list(tmp_path.iterdir()) == []


def test_configured_keys_come_before_derived_ones(tmp_path: Path) -> None:
    configured, handed = secrets.token_bytes(32), secrets.token_bytes(32)
    settings = settings_of(
        SenderSettings,
        home=tmp_path,
        master_key=encoded(configured),
        handover_keys={"sender>receiver": [{"id": "2026-2", "key": encoded(handed)}]},
    )
    ring = Keyring.for_service(settings)
    assert ring.handover_key("sender", "receiver") == Key("2026-2", handed)
    assert ring.field_key == sender(configured).field_key
    assert list(tmp_path.iterdir()) == [], "nothing was made that nobody needs"
    with pytest.raises(NotOurPair):
        ring.handover_key("receiver", "sender")


def test_pairs_of_a_development_run_agree_whatever_else_is_configured(tmp_path: Path) -> None:
    plain = Keyring.for_service(settings_of(SenderSettings, home=tmp_path))
    own = Keyring.for_service(settings_of(SenderSettings, home=tmp_path, master_key=encoded(OTHER)))
    assert plain.handover_key("sender", "receiver") == own.handover_key("sender", "receiver")
    assert plain.field_key != own.field_key


def test_rotation_keeps_old_field_keys_and_the_index() -> None:
    old, new = Keyring("sender", [MASTER]), Keyring("sender", [OTHER, MASTER])
    assert new.field_key != old.field_key
    assert new.field_key_of(old.field_key.id) == old.field_key
    assert new.index_key == old.index_key
    assert new.receipt_code_key == old.receipt_code_key
    assert new.cursor_key != old.cursor_key
    with pytest.raises(UnknownKey):
        old.field_key_of(new.field_key.id)


def test_rotation_of_a_pair_opens_with_both_and_seals_with_the_first() -> None:
    ring = Keyring("sender", [MASTER], handovers={"sender>receiver": [Key("new", OTHER), Key("old", MASTER)]})
    assert ring.handover_key("sender", "receiver").id == "new"
    assert ring.handover_key("sender", "receiver", "old").secret == MASTER
    with pytest.raises(UnknownKey):
        ring.handover_key("sender", "receiver", "older")


@pytest.mark.parametrize("masters", [[], [b""], [bytes(31)], [MASTER, b"short"]])
def test_a_master_key_has_32_bytes(masters: list[bytes]) -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        Keyring("sender", masters)


def test_no_key_shows_in_a_representation() -> None:
    ring = sender()
    text = f"{ring!r}{ring.field_key!r}{ring.field_key}{[ring.field_key]}"
    assert repr(ring.field_key.secret) not in text
    assert ring.field_key.secret.hex() not in text
