"""Sealing: nothing that was changed, moved or sealed for another opens, and equal people have equal indexes."""

import os
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chassis.security.ciphers import SM4GCM, CipherName, SealBroken
from chassis.security.keys import Key, Keyring, NotOurPair, UnknownKey
from chassis.security.parcels import SealedParcel, committed, open_parcel, seal_parcel
from chassis.security.sealing import KEY_ID, OVERHEAD, IndexKind, Sealer

MASTER = bytes(range(32))
OTHER = bytes(range(1, 33))
ROW = UUID("0190f1a0-0000-7000-8000-000000000001")
CIPHER_NAMES: list[CipherName] = ["AES-256-GCM", "SM4-GCM"]
PEERS = frozenset({"receiver"})


def sealer(cipher: CipherName = "AES-256-GCM", *masters: bytes) -> Sealer:
    return Sealer(Keyring("sender", masters or [MASTER]), cipher)


@pytest.mark.parametrize("cipher", CIPHER_NAMES)
@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=300))
@settings(deadline=None)
def test_what_was_sealed_is_read_exactly(cipher: CipherName, value: str) -> None:
    box = sealer(cipher)
    sealed = box.seal(value, "parties.name", ROW)
    assert box.unseal(sealed, "parties.name", ROW) == value
    assert len(sealed) == len(value.encode()) + OVERHEAD


@pytest.mark.parametrize("cipher", CIPHER_NAMES)
def test_equal_values_are_sealed_differently(cipher: CipherName) -> None:
    box = sealer(cipher)
    assert len({box.seal("13812345678", "parties.phone", ROW) for _ in range(100)}) == 100


def test_a_forked_process_takes_no_nonce_of_its_parents() -> None:
    sealing, row = sealer(), uuid4()
    sealing.seal("王", "parties.name", row)  # fetches nonces for later
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        os.write(writing, sealing.seal("王", "parties.name", row))
        os._exit(0)
    os.waitpid(child, 0)
    assert os.read(reading, 200) != sealing.seal("王", "parties.name", row)


@pytest.mark.parametrize("cipher", CIPHER_NAMES)
def test_no_changed_bit_anywhere_is_taken(cipher: CipherName) -> None:
    """Version, key id, nonce, text and tag: every bit of each."""
    box = sealer(cipher)
    sealed = box.seal("王小明", "parties.name", ROW)
    for place in range(len(sealed)):
        for bit in range(8):
            changed = bytearray(sealed)
            changed[place] ^= 1 << bit
            with pytest.raises(SealBroken):
                box.unseal(bytes(changed), "parties.name", ROW)


@pytest.mark.parametrize("cipher", CIPHER_NAMES)
def test_nothing_cut_or_lengthened_is_taken(cipher: CipherName) -> None:
    box = sealer(cipher)
    sealed = box.seal("王小明", "parties.name", ROW)
    for end in range(len(sealed)):
        with pytest.raises(SealBroken):
            box.unseal(sealed[:end], "parties.name", ROW)
    with pytest.raises(SealBroken):
        box.unseal(sealed + b"\0", "parties.name", ROW)


@pytest.mark.parametrize("cipher", CIPHER_NAMES)
@pytest.mark.parametrize(("column", "row"), [("parties.phone", ROW), ("parties.nam", ROW), ("parties.name", uuid4())])
def test_a_value_opens_only_where_it_was_sealed(cipher: CipherName, column: str, row: UUID) -> None:
    box = sealer(cipher)
    with pytest.raises(SealBroken):
        box.unseal(box.seal("王小明", "parties.name", ROW), column, row)


def test_a_value_sealed_by_another_service_does_not_open() -> None:
    sealed = Sealer(Keyring("receiver", [MASTER])).seal("王小明", "parties.name", ROW)
    with pytest.raises(SealBroken):
        sealer().unseal(sealed, "parties.name", ROW)


def test_both_ciphers_read_each_others_values() -> None:
    chinese, usual = sealer("SM4-GCM"), sealer()
    assert usual.unseal(chinese.seal("王小明", "c", ROW), "c", ROW) == "王小明"
    assert chinese.unseal(usual.seal("王小明", "c", ROW), "c", ROW) == "王小明"


def test_sm4_gcm_agrees_with_the_published_vector(monkeypatch: pytest.MonkeyPatch) -> None:
    """RFC 8998, appendix A.1; its key is used as it stands, where ours is derived."""
    from cryptography.hazmat.primitives.ciphers.algorithms import SM4

    cipher = SM4GCM(bytes(32))
    monkeypatch.setattr(cipher, "_algorithm", SM4(bytes.fromhex("0123456789abcdeffedcba9876543210")))
    plain = bytes.fromhex(
        "aaaaaaaaaaaaaaaabbbbbbbbbbbbbbbbccccccccccccccccdddddddddddddddd"
        "eeeeeeeeeeeeeeeeffffffffffffffffeeeeeeeeeeeeeeeeaaaaaaaaaaaaaaaa"
    )
    associated = bytes.fromhex("feedfacedeadbeeffeedfacedeadbeefabaddad2")
    sealed = cipher.encrypt(bytes.fromhex("00001234567800000000abcd"), plain, associated)
    assert sealed.hex() == (
        "17f399f08c67d5ee19d0dc9969c4bb7d5fd46fd3756489069157b282bb200735"
        "d82710ca5c22f0ccfa7cbf93d496ac15a56834cbcf98c397b4024a2691233b8d"
        "83de3541e4c2b58177e065a9bf7b62ec"
    )


def test_after_a_rotation_old_values_are_read_and_new_ones_sealed_under_the_new_key() -> None:
    before, after = sealer("AES-256-GCM", MASTER), sealer("AES-256-GCM", OTHER, MASTER)
    old = before.seal("王小明", "c", ROW)
    new = after.seal("王小明", "c", ROW)
    assert after.unseal(old, "c", ROW) == after.unseal(new, "c", ROW) == "王小明"
    assert old[1 : 1 + KEY_ID] != new[1 : 1 + KEY_ID]
    with pytest.raises(SealBroken):
        before.unseal(new, "c", ROW)
    assert before.index("王小明", IndexKind.NAME) == after.index("王小明", IndexKind.NAME)


def test_a_row_sealed_at_once_is_like_its_values_sealed_alone() -> None:
    box = sealer()
    values = [("parties.name", "王小明"), ("parties.phone", "13812345678"), ("parties.address", "")]
    *sealed, absent = box.seal_row(ROW, [*values, ("parties.identity", None)])
    assert absent is None
    for (column, value), one in zip(values, sealed, strict=True):
        assert one is not None
        assert box.unseal(one, column, ROW) == value
    nonces = {one[1 + KEY_ID : 1 + KEY_ID + 12] for one in sealed if one is not None}
    assert len(nonces) == len(values)
    assert box.seal_row(ROW, []) == []


@pytest.mark.parametrize(
    ("kind", "same"),
    [
        (
            IndexKind.PHONE,
            ["13812345678", "+86 138-1234-5678", "008613812345678", "１３８ １２３４ ５６７８"],
        ),
        (IndexKind.PHONE, ["03175021234", "0317-5021234", "(0317)5021234", "+86 317 5021234"]),
        (IndexKind.PHONE, ["no number", "nonumber"]),
        (IndexKind.IDENTITY, ["13092619900101123X", "13092619900101123x", " 130926 19900101 123X"]),
        (IndexKind.IDENTITY, ["13092619900101123X", "１３０９２６１９９００１０１１２３Ｘ"]),
        (IndexKind.NAME, ["Jos\u00e9", "Jose\u0301", " Jos\u00e9 "]),
        (IndexKind.NAME, ["阿不都 热合曼", "阿不都  热合曼"]),
    ],
)
def test_equal_people_have_equal_indexes(kind: IndexKind, same: list[str]) -> None:
    assert len({sealer().index(value, kind) for value in same}) == 1


def test_indexes_differ_by_value_kind_service_and_master_key() -> None:
    indexes = [sealer().index(value, kind) for value in ("13812345678", "13812345679") for kind in IndexKind]
    indexes.append(sealer("AES-256-GCM", OTHER).index("13812345678", IndexKind.PHONE))
    indexes.append(Sealer(Keyring("receiver", [MASTER])).index("13812345678", IndexKind.PHONE))
    assert len(set(indexes)) == len(indexes)
    assert all(len(index) == 32 for index in indexes)


def test_a_name_outside_the_basic_plane_is_sealed_and_indexed() -> None:
    box = sealer()
    assert box.unseal(box.seal("𠮷野", "c", ROW), "c", ROW) == "𠮷野"
    assert box.index("𠮷野", IndexKind.NAME) != box.index("吉野", IndexKind.NAME)


def parcel_rings() -> tuple[Keyring, Keyring]:
    return Keyring.from_master(MASTER, "sender", PEERS), Keyring.from_master(MASTER, "receiver", frozenset({"sender"}))


def sealed_for_receiver(ring: Keyring, plain: bytes, cipher: CipherName = "AES-256-GCM") -> SealedParcel:
    return seal_parcel(ring, plain, sender="sender", receiver="receiver", entry_id=ROW, cipher=cipher)


def opened(ring: Keyring, parcel: SealedParcel, **changes: Any) -> bytes:
    usual: dict[str, Any] = {"key_id": parcel.key_id, "sender": "sender", "receiver": "receiver", "entry_id": ROW}
    return open_parcel(ring, changes.pop("sealed", parcel.sealed), **usual | changes)


@pytest.mark.parametrize("cipher", CIPHER_NAMES)
def test_a_parcel_is_opened_by_its_receiver_and_proves_what_it_holds(cipher: CipherName) -> None:
    sending, receiving = parcel_rings()
    plain = '{"parties": [{"name": "王小明"}]}'.encode()
    parcel = sealed_for_receiver(sending, plain, cipher)
    assert opened(receiving, parcel) == plain
    assert opened(receiving, parcel, commitment=parcel.commitment) == plain
    assert parcel.receiver == "receiver"
    assert parcel.commitment == committed(parcel.salt, plain)
    assert "王小明".encode() not in parcel.sealed


def test_without_the_salt_a_commitment_says_nothing() -> None:
    """Equal particulars are committed to differently, so that nobody can try names against a journal."""
    sending, _ = parcel_rings()
    assert len({sealed_for_receiver(sending, b"x").commitment for _ in range(100)}) == 100


@pytest.mark.parametrize("cipher", CIPHER_NAMES)
def test_a_parcel_that_was_changed_or_cut_does_not_open(cipher: CipherName) -> None:
    sending, receiving = parcel_rings()
    parcel = sealed_for_receiver(sending, b"x", cipher)
    for place in range(len(parcel.sealed)):
        changed = bytearray(parcel.sealed)
        changed[place] ^= 1 << (place % 8)
        for sealed in (bytes(changed), parcel.sealed[:place]):
            with pytest.raises(SealBroken):
                opened(receiving, parcel, sealed=sealed)


def test_a_parcel_belongs_to_one_entry_one_direction_and_one_commitment() -> None:
    sending, receiving = parcel_rings()
    one, two = (sealed_for_receiver(sending, text) for text in (b"one", b"two"))
    with pytest.raises(SealBroken):
        opened(receiving, one, entry_id=uuid4())
    with pytest.raises(UnknownKey):
        opened(receiving, one, sender="receiver", receiver="sender")
    with pytest.raises(SealBroken):
        opened(receiving, one, commitment=two.commitment)


def test_the_two_directions_are_bound_in_even_under_one_key() -> None:
    pair = {"sender>receiver": [Key("a", MASTER)], "receiver>sender": [Key("a", MASTER)]}
    ring = Keyring("receiver", [MASTER], handovers=pair)
    parcel = sealed_for_receiver(ring, b"x")
    with pytest.raises(SealBroken):
        opened(ring, parcel, sender="receiver", receiver="sender")


def test_a_third_service_can_neither_seal_nor_open() -> None:
    sending, _ = parcel_rings()
    third = Keyring.from_master(MASTER, "third", frozenset({"sender"}))
    with pytest.raises(NotOurPair):
        sealed_for_receiver(third, b"x")
    with pytest.raises(NotOurPair):
        opened(third, sealed_for_receiver(sending, b"x"))


def test_a_sealer_seals_and_opens_parcels_with_its_own_keys() -> None:
    sending, receiving = (Sealer(ring, "SM4-GCM") for ring in parcel_rings())
    parcel = sending.seal_parcel(b"x", sender="sender", receiver="receiver", entry_id=ROW)
    assert parcel.sealed[0] == 2
    assert (
        receiving.open_parcel(parcel.sealed, key_id=parcel.key_id, sender="sender", receiver="receiver", entry_id=ROW)
        == b"x"
    )


def test_a_parcel_under_the_previous_key_still_opens_after_a_rotation() -> None:
    old, new = Key("old", MASTER), Key("new", OTHER)
    sending = Keyring("sender", [MASTER], handovers={"sender>receiver": [old]})
    receiving = Keyring("receiver", [OTHER], handovers={"sender>receiver": [new, old]})
    parcel = sealed_for_receiver(sending, b"x")
    assert opened(receiving, parcel) == b"x"
    with pytest.raises(SealBroken):
        opened(receiving, parcel, key_id="new")
