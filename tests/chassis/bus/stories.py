"""Facts of one case in their envelopes, as a relay would send them, and handlers whose effects can be counted."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import asyncpg
from sqlalchemy import text

from chassis.bus.handlers import Delivery
from chassis.bus.protocol import Record
from chassis.database.session import Session
from chassis.journal.entries import new_id
from contracts.codes import Tier
from contracts.envelope import Envelope, Event, Parcel
from contracts.mediation.cases import MediationConsentSought, MediationOpened

WOBEI = "130926102000"
NOON = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)
EFFECT = text("INSERT INTO effects (event_id, case_id, version) VALUES (:event_id, :case_id, :version)")


def opened(case_id: UUID) -> MediationOpened:
    return MediationOpened(case_id=case_id, division=WOBEI, tier=Tier.TOWNSHIP, number="（2026）肃窗字第1号")


def sought(case_id: UUID) -> MediationConsentSought:
    return MediationConsentSought(case_id=case_id, division=WOBEI, parties=2)


@dataclass
class Story:
    """One case's facts, numbered as its owner's journal would number them."""

    case_id: UUID = field(default_factory=new_id)
    version: int = 0
    previous: int = 0

    def skip(self) -> None:
        """A fact on another topic: it takes a version, and no consumer of this one sees it."""
        self.version += 1

    def envelope(
        self, event: Event | None = None, *, parcel: Parcel | None = None, entry: UUID | None = None
    ) -> Envelope:
        """The envelope of the next fact."""
        self.version, previous = self.version + 1, self.previous
        self.previous = self.version
        return Envelope.of(
            event or opened(self.case_id),
            id=entry or new_id(),
            time=NOON,
            recordedat=NOON,
            sequence=self.version,
            previous=previous,
            division=WOBEI,
            correlationid=new_id(),
            parcel=parcel,
        )

    def tell(self, event: Event | None = None) -> Record:
        """The record of the next fact."""
        return record_of(self.envelope(event), event)

    def tell_all(self, count: int) -> list[Record]:
        return [self.tell() for _ in range(count)]


def record_of(envelope: Envelope, event: Event | None = None) -> Record:
    topic = (event or opened(envelope.subject)).topic.name
    return Record(topic, str(envelope.subject), envelope.to_bytes(), (("content-type", b"application/json"),))


async def note(session: Session, delivery: Delivery[Any]) -> None:
    """A handler whose every run that commits leaves a row."""
    envelope = delivery.envelope
    values = {"event_id": envelope.id, "case_id": envelope.subject, "version": envelope.sequence}
    await session.execute(EFFECT, values)


async def note_all(session: Session, deliveries: Sequence[Delivery[Any]]) -> None:
    """The same for a run of deliveries."""
    for delivery in deliveries:
        await note(session, delivery)


class Effects:
    """What handlers did, and what lies in the letters, seen by the owner of the database."""

    def __init__(self, owner: asyncpg.Connection) -> None:
        self.owner = owner

    @classmethod
    async def create(cls, owner: asyncpg.Connection) -> "Effects":
        """Every effect is a row, so that a second one shows."""
        await owner.execute(
            """
            CREATE TABLE effects (n bigint GENERATED ALWAYS AS IDENTITY, event_id uuid, case_id uuid, version int);
            GRANT SELECT, INSERT ON effects TO chassis
            """
        )
        return cls(owner)

    async def versions(self, case_id: UUID) -> list[int]:
        """Versions applied to a case, in the order of their effects."""
        rows = await self.owner.fetch("SELECT version FROM effects WHERE case_id = $1 ORDER BY n", case_id)
        return [row["version"] for row in rows]

    async def count(self) -> int:
        return int(await self.owner.fetchval("SELECT count(*) FROM effects"))

    async def letters(self) -> list[tuple[str, str, str]]:
        """State, reason and detail of each letter, in order."""
        rows = await self.owner.fetch("SELECT state, reason, detail FROM dead_letters ORDER BY id")
        return [(row["state"], row["reason"], row["detail"]) for row in rows]

    async def states(self) -> Counter[str]:
        return Counter(state for state, _, _ in await self.letters())


async def eventually(condition: Callable[[], Awaitable[bool]], seconds: float = 30.0) -> None:
    """Wait for something in a database to become true, for a bounded time."""
    async with asyncio.timeout(seconds):
        while not await condition():
            await asyncio.sleep(0.01)
