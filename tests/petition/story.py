"""A matter driven through petition by the service's own commands, to wherever a test wants to begin."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import text

from chassis.database.scope import SYSTEM, Scope
from chassis.database.session import Database, Session
from chassis.journal.entries import Entry, new_id
from chassis.security.sealing import Sealer
from contracts.codes import (
    DeliveryMethod,
    DivisionKind,
    DivisionLevel,
    ExtensionReason,
    IntakeChannel,
    OpinionConclusion,
    PartyRole,
    PetitionCategory,
    PetitionRoute,
    PetitionState,
)
from contracts.intake.handovers import HandoverParticulars, HandoverParty, PetitionRequested
from services.petition.directory.tables import Division
from services.petition.matters import commands as matters
from services.petition.matters.domain import NoticeWay
from services.petition.matters.tables import Matter
from services.petition.opinions import commands as opinions
from services.petition.opinions.domain import Receipt, View

Result = TypeVar("Result")

COUNTY = "130926000000"
WOBEI = "130926102000"
SHANGCUN = "130926103000"
REGISTERED = datetime(2026, 3, 1, 1, 0, tzinfo=UTC)
"""09:00 in Shanghai on Sunday, 1 March 2026."""

NAMES = ("孙金雀名", "李银燕名", "周铜鹊名")
PHONES = ("13899990003", "13899990004", "13899990005")
IDENTITIES = ("130926198201010033", "130926198301010044", "130926198401010055")
ADDRESSES = (
    "河北省沧州市肃宁县窝北镇金雀胡同三号",
    "河北省沧州市肃宁县窝北镇银燕胡同四号",
    "河北省沧州市肃宁县窝北镇铜鹊胡同五号",
)
NARRATIVE = "金雀反映自家承包地的补贴面积被少算的经过"
CLAIM = "金雀请求重新核定补贴面积"
FACTS = "经银燕在场丈量，登记面积与合同不符"
OPINION = "请求有据，由镇政府补录金雀家的面积"
LEGAL_BASIS = "信访工作条例第三十二条，金雀所持合同"
CANARIES = (*NAMES, *PHONES, *IDENTITIES, *ADDRESSES, "胡同", NARRATIVE, CLAIM, FACTS, OPINION, LEGAL_BASIS)
"""Words that may stand in a sealed or protected row, and nowhere else."""

BEFORE: dict[PetitionState, Sequence[str]] = {
    PetitionState.REGISTERED: (),
    PetitionState.IN_PROCEDURE: ("send",),
    PetitionState.INVESTIGATING: ("accept",),
    PetitionState.EXTENDED: ("accept", "extend"),
    PetitionState.OPINION_ISSUED: ("accept", "issue"),
    PetitionState.OPINION_DELIVERED: ("accept", "issue", "deliver"),
    PetitionState.EXECUTING: ("accept", "support", "deliver"),
    PetitionState.CONCLUDED: ("accept", "issue", "deliver", "conclude"),
}
"""The acts that lead to each state in which a matter can rest."""


def requested(case_id: UUID | None = None, **other: Any) -> PetitionRequested:
    """A handover from intake; valid, with fields replaced by `other`."""
    values: dict[str, Any] = {
        "case_id": case_id or new_id(),
        "number": "（2026）窗字第2号",
        "division": WOBEI,
        "category": PetitionCategory.APPEAL_CLAIM,
        "channel": IntakeChannel.WINDOW,
        "visitors": 1,
        "registered_at": REGISTERED,
    }
    return PetitionRequested(**(values | other))


def particulars(*roles: PartyRole, phone: bool = True, address: bool = True) -> HandoverParticulars:
    """What the parcel holds, one petitioner unless told otherwise: canaries all of it."""
    return HandoverParticulars(
        parties=tuple(
            HandoverParty(
                party_id=new_id(),
                role=role,
                name=NAMES[index],
                phone=PHONES[index] if phone else None,
                identity_number=IDENTITIES[index],
                address=ADDRESSES[index] if address else None,
            )
            for index, role in enumerate(roles or (PartyRole.PETITIONER,))
        ),
        narrative=NARRATIVE,
    )


@dataclass
class Story:
    """Commands of petition, each in its own transaction, as the system itself or within a scope."""

    database: Database
    sealer: Sealer
    scope: Scope = SYSTEM
    parties: dict[UUID, list[UUID]] = field(default_factory=dict)

    async def run(self, work: Callable[[Session], Awaitable[Result]]) -> Result:
        async with self.database.transaction(self.scope) as session:
            return await work(session)

    async def register(self, inside: HandoverParticulars | None = None, **other: Any) -> UUID:
        request, inside = requested(**other), inside or particulars()
        await self.run(lambda session: matters.register(session, request, inside, self.sealer))
        self.parties[request.case_id] = [party.party_id for party in inside.parties]
        return request.case_id

    async def at(self, state: PetitionState, inside: HandoverParticulars | None = None, **other: Any) -> UUID:
        """A new matter in this state."""
        matter_id = await self.register(inside, **other)
        for act in BEFORE[state]:
            await getattr(self, act)(matter_id)
        return matter_id

    async def accept(self, matter_id: UUID, **other: Any) -> Entry:
        given = {
            "scope": self.scope,
            "expected": None,
            "route": PetitionRoute.R31_6,
            "accepted_at": None,
            "notice": matters.Notice(NoticeWay.ON_THE_SPOT),
        } | other
        return await self.run(lambda session: matters.accept(session, matter_id, **given))

    async def send(self, matter_id: UUID, **other: Any) -> Entry:
        """Accept it into the procedure of another law."""
        return await self.accept(matter_id, **({"route": PetitionRoute.R31_2} | other))

    async def extend(self, matter_id: UUID, **other: Any) -> Entry:
        given = {"scope": self.scope, "expected": None, "days": 20, "reason": ExtensionReason.EVIDENCE} | other
        return await self.run(lambda session: matters.extend(session, matter_id, **given))

    async def issue(
        self, matter_id: UUID, conclusion: OpinionConclusion = OpinionConclusion.EXPLAIN, **other: Any
    ) -> Entry:
        content = opinions.Content(
            conclusion=conclusion, claim=CLAIM, facts=FACTS, text=OPINION, legal_basis=LEGAL_BASIS
        )
        given = {"scope": self.scope, "expected": None, "content": content, "issued_at": None} | other
        return await self.run(lambda session: opinions.issue(session, matter_id, **given))

    async def support(self, matter_id: UUID, **other: Any) -> Entry:
        return await self.issue(matter_id, OpinionConclusion.SUPPORT, **other)

    async def deliver(self, matter_id: UUID, petitioner_id: UUID | None = None, **other: Any) -> Entry:
        given = {
            "scope": self.scope,
            "expected": None,
            "petitioner_id": petitioner_id,
            "method": DeliveryMethod.IN_PERSON,
            "receipt": Receipt.SIGNED,
            "view": View.UNCLEAR,
            "delivered_at": None,
        } | other
        return await self.run(lambda session: opinions.deliver(session, matter_id, **given))

    async def conclude(self, matter_id: UUID, **other: Any) -> Entry:
        given = {"scope": self.scope, "expected": None, "resolved": False, "carried_out_at": None} | other
        return await self.run(lambda session: matters.conclude(session, matter_id, **given))

    async def division(self, code: str, name: str) -> None:
        """A division in the copy of the directory."""
        row = Division(
            record_id=new_id(), version=1, code=code, name=name, level=DivisionLevel.COUNTY, kind=DivisionKind.COUNTY
        )
        async with self.database.transaction(SYSTEM) as session:
            session.add(row)

    async def matter(self, matter_id: UUID) -> Matter:
        """The row as it stands."""
        async with self.database.transaction(SYSTEM) as session:
            found = await session.get(Matter, matter_id)
        assert found is not None
        return found

    async def facts(self, matter_id: UUID) -> list[str]:
        """Types of the matter's facts, in their order."""
        return list(await self._all("SELECT type FROM journal WHERE case_id = :id ORDER BY version", id=matter_id))

    async def published(self, matter_id: UUID) -> list[str]:
        """Types of those that the outbox points at."""
        statement = (
            "SELECT type FROM journal j JOIN outbox o ON o.entry_id = j.id WHERE case_id = :id ORDER BY o.position"
        )
        return list(await self._all(statement, id=matter_id))

    async def deadlines(self, matter_id: UUID) -> list[tuple[str, str, str]]:
        """Rule, last day and state of each of the matter's deadlines."""
        async with self.database.transaction(SYSTEM) as session:
            statement = text("SELECT rule, due_date, state FROM deadlines WHERE case_id = :id ORDER BY started_at, id")
            rows = await session.execute(statement, {"id": matter_id})
            return [(row.rule, row.due_date.isoformat(), row.state) for row in rows]

    async def letters(self) -> list[str]:
        """What is said of each record that could not be applied."""
        return list(await self._all("SELECT detail FROM dead_letters ORDER BY id"))

    async def count(self, table: str) -> int:
        (number,) = await self._all(f"SELECT count(*) FROM {table}")
        return int(number)

    async def _all(self, statement: str, **values: Any) -> Sequence[Any]:
        async with self.database.transaction(SYSTEM) as session:
            return (await session.scalars(text(statement), values)).all()
