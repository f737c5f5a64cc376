"""Every way to tamper that the owner of a database has, and that each is found and named."""

from collections.abc import AsyncIterator, Mapping
from datetime import timedelta
from uuid import UUID

import asyncpg
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from chassis.database.scope import SYSTEM
from chassis.database.session import Database
from chassis.journal import digest as digests
from chassis.journal.entries import HASHED, Entry, entry_hash, new_id
from chassis.journal.record import record
from chassis.journal.timeline import record_access, timeline
from chassis.journal.verify import Break, Chain, Verification, verify
from onewindow.embedded.databases import ServiceDatabase
from tests.chassis.conftest import NOON, WOBEI, MakeFact

EDITS = {
    "id": "gen_random_uuid()",
    "type": "'mediation.accepted'",
    "type_version": "2",
    "division": "'130926103000'",
    "topic": "'onewindow.other.v1'",
    "previous": "7",
    "data": "'{}'",
    "commitment": "'\\x00'",
    "actor": "'somebody-else'",
    "on_behalf_of": "'somebody'",
    "reason_code": "'OTHER'",
    "ruleset": "'other'",
    "occurred_at": "occurred_at - interval '1 day'",
    "recorded_at": "recorded_at + interval '1 microsecond'",
    "correlation_id": "gen_random_uuid()",
    "causation_id": "gen_random_uuid()",
    "algorithm": "'md5'",
    "previous_hash": "'\\x00'",
    "hash": "'\\x00'",
}
KEYS = {"case_id", "stream", "version"}


@pytest.fixture
async def case_id(database: Database, opened: MakeFact) -> UUID:
    """A case with three facts and one read, beside another case."""
    case_id, other = new_id(), new_id()
    async with database.transaction(SYSTEM) as session:
        for _ in range(3):
            await record(session, opened(case_id), division=WOBEI)
        await record(session, opened(other), division=WOBEI)
        await record_access(session, case_id, division=WOBEI, fields=["name"], purpose="CONTACT")
    return case_id


@pytest.fixture
async def owner(addresses: ServiceDatabase) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(addresses.owner_url)
    yield connection
    await connection.close()


async def checked(database: Database, digest: Mapping[Chain, tuple[int, bytes]] | None = None) -> Verification:
    connection = await database.raw()
    try:
        return await verify(connection, digest)
    finally:
        await connection.close()


async def test_an_honest_journal_holds(database: Database, case_id: UUID) -> None:
    assert await checked(database) == Verification(entries=5, chains=3, broken=[])


async def test_the_edits_cover_every_column(owner: asyncpg.Connection) -> None:
    rows = await owner.fetch("SELECT column_name FROM information_schema.columns WHERE table_name = 'journal'")
    assert {row["column_name"] for row in rows} == EDITS.keys() | KEYS | {"position"}
    assert set(HASHED) == (EDITS.keys() | KEYS) - {"hash"}


@pytest.mark.parametrize("column", EDITS)
async def test_an_edited_column_is_found_and_named(
    database: Database, case_id: UUID, owner: asyncpg.Connection, column: str
) -> None:
    await owner.execute(
        f"UPDATE journal SET {column} = {EDITS[column]} WHERE case_id = $1 AND stream = 'facts' AND version = 2",
        case_id,
    )
    (found,) = (await checked(database)).broken
    assert (found.case_id, found.version) == (case_id, 2)


@pytest.mark.parametrize("version", [1, 2, 3])
async def test_a_deleted_entry_is_found(
    database: Database, case_id: UUID, owner: asyncpg.Connection, version: int
) -> None:
    await owner.execute(
        "DELETE FROM journal WHERE case_id = $1 AND stream = 'facts' AND version = $2", case_id, version
    )
    (found,) = (await checked(database)).broken
    assert (found.case_id, found.reason) == (case_id, "entry_missing")


async def test_a_chain_without_entries_is_found(database: Database, case_id: UUID, owner: asyncpg.Connection) -> None:
    await owner.execute("DELETE FROM journal WHERE case_id = $1 AND stream = 'facts'", case_id)
    assert (await checked(database)).broken == [Break(case_id, "facts", 3, "entries_gone")]


@pytest.mark.parametrize(("version", "reason"), [(4, "entry_after_head"), (9, "entry_missing")])
async def test_an_inserted_entry_is_found(
    database: Database, case_id: UUID, owner: asyncpg.Connection, version: int, reason: str
) -> None:
    async with database.transaction(SYSTEM) as session:
        last = (await timeline(session, case_id, within="*"))[-1]
    await _write(owner, last._replace(id=new_id(), version=version, previous=3, previous_hash=last.hash))
    (found,) = (await checked(database)).broken
    assert (found.case_id, found.version, found.reason) == (case_id, version, reason)


async def test_an_invented_chain_is_found(database: Database, case_id: UUID, owner: asyncpg.Connection) -> None:
    async with database.transaction(SYSTEM) as session:
        first = (await timeline(session, case_id, within="*"))[0]
    invented = first._replace(id=new_id(), case_id=new_id())
    await _write(owner, invented)
    assert (await checked(database)).broken == [Break(invented.case_id, "facts", 1, "head_missing")]


async def test_a_rewrite_of_entries_and_heads_together_is_found_by_the_digest(
    database: Database, case_id: UUID, owner: asyncpg.Connection
) -> None:
    signed = await _digest(database)
    async with database.transaction(SYSTEM) as session:
        entries = await timeline(session, case_id, within="*")
    await owner.execute("DELETE FROM journal WHERE case_id = $1 AND stream = 'facts'", case_id)
    hashed = entries[0].previous_hash
    for entry in entries:
        forged = entry._replace(actor="somebody-else", previous_hash=hashed)
        hashed = await _write(owner, forged)
    await owner.execute("UPDATE heads SET hash = $2 WHERE case_id = $1 AND stream = 'facts'", case_id, hashed)
    assert (await checked(database)).broken == [], "the journal alone cannot know"
    assert (await checked(database, signed)).broken == [Break(case_id, "facts", 3, "differs_from_digest")]


async def test_a_chain_cut_at_its_end_with_its_head_is_found_by_the_digest(
    database: Database, case_id: UUID, owner: asyncpg.Connection
) -> None:
    signed = await _digest(database)
    await owner.execute("DELETE FROM journal WHERE case_id = $1 AND stream = 'facts' AND version = 3", case_id)
    await owner.execute(
        "UPDATE heads h SET version = 2, hash = j.hash FROM journal j WHERE h.case_id = $1 AND h.stream = 'facts'"
        " AND j.case_id = h.case_id AND j.stream = 'facts' AND j.version = 2",
        case_id,
    )
    assert (await checked(database)).broken == []
    assert (await checked(database, signed)).broken == [Break(case_id, "facts", 3, "chain_cut")]


async def test_a_chain_gone_with_its_head_is_found_by_the_digest(
    database: Database, case_id: UUID, owner: asyncpg.Connection
) -> None:
    signed = await _digest(database)
    for table in ("journal", "heads"):
        await owner.execute(f"DELETE FROM {table} WHERE case_id = $1 AND stream = 'facts'", case_id)
    assert (await checked(database)).broken == []
    assert [(b.case_id, b.reason) for b in (await checked(database, signed)).broken] == [(case_id, "chain_gone")]


async def test_a_journal_that_grew_since_fits_its_digest(database: Database, case_id: UUID, opened: MakeFact) -> None:
    signed = await _digest(database)
    async with database.transaction(SYSTEM) as session:
        await record(session, opened(case_id), division=WOBEI)
        await record(session, opened(new_id()), division=WOBEI)
    assert (await checked(database, signed)).broken == []


async def test_a_digest_signed_by_another_key_or_edited_is_refused(database: Database, case_id: UUID) -> None:
    key = Ed25519PrivateKey.generate()
    connection = await database.raw()
    document = digests.sign([await digests.take(connection, "chassis", NOON)], key)
    await connection.close()
    assert digests.read(document, key.public_key())[0].service == "chassis"
    for forged in (document.replace(b"2026", b"2025"), b"{}", b"", b"[1]", document[:-40]):
        with pytest.raises(digests.DigestUnreadable):
            digests.read(forged, key.public_key())
    with pytest.raises(digests.DigestUnreadable):
        digests.read(document, Ed25519PrivateKey.generate().public_key())


async def _digest(database: Database) -> Mapping[Chain, tuple[int, bytes]]:
    connection = await database.raw()
    key = Ed25519PrivateKey.generate()
    try:
        document = digests.sign([await digests.take(connection, "chassis", NOON + timedelta(days=1))], key)
    finally:
        await connection.close()
    return digests.read(document, key.public_key())[0].heads


async def _write(owner: asyncpg.Connection, entry: Entry) -> bytes:
    """Insert an entry as someone who knows the hash would."""
    hashed = entry_hash(*(getattr(entry, name) for name in HASHED))
    names = ", ".join((*HASHED, "hash"))
    places = ", ".join(f"${n}" for n in range(1, len(HASHED) + 2))
    await owner.execute(
        f"INSERT INTO journal ({names}) VALUES ({places})", *(getattr(entry, name) for name in HASHED), hashed
    )
    return hashed
