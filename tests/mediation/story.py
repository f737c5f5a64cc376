"""A case driven through mediation by the service's own commands, to wherever a test wants to begin."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import insert, text

from chassis.database.scope import SYSTEM, Scope
from chassis.database.session import Database, Session
from chassis.journal.entries import Entry, new_id
from chassis.security.sealing import Sealer
from contracts.codes import (
    AgreementForm,
    ConsentStand,
    DisputeType,
    DivisionKind,
    DivisionLevel,
    IntakeChannel,
    MediationState,
    MediatorChoice,
    PartyRole,
    SessionOutcome,
    TerminationReason,
    Tier,
)
from contracts.intake.handovers import HandoverParticulars, HandoverParty, MediationRequested
from contracts.roles import Role
from services.mediation.agreements import commands as agreements
from services.mediation.cases import commands as cases
from services.mediation.cases import domain
from services.mediation.cases.tables import Case
from services.mediation.directory.tables import Division, Staff
from services.mediation.sessions import commands as sessions

Result = TypeVar("Result")

COUNTY = "130926000000"
WOBEI = "130926102000"
SHANGCUN = "130926103000"
REGISTERED = datetime(2026, 3, 1, 1, 0, tzinfo=UTC)

NAMES = ("赵金雀名", "钱银燕名")
PHONES = ("13899990001", "13899990002")
IDENTITIES = ("130926198001010011", "130926198101010022")
ADDRESSES = ("河北省沧州市肃宁县窝北镇金雀胡同一号", "河北省沧州市肃宁县窝北镇银燕胡同二号")
NARRATIVE = "金雀与银燕因宅基地界墙起争执的经过"
NOTES = "背对背谈话：银燕私下愿退让一尺"
TERMS = "银燕于三月底前拆除越界围墙"
NOTE = "金雀电话告知不再调解"
CANARIES = (*NAMES, *PHONES, *IDENTITIES, *ADDRESSES, "胡同", NARRATIVE, NOTES, TERMS, NOTE)
"""Words that may stand in a sealed or protected row, and nowhere else."""

MEDIATOR = UUID("019b7545-0000-7000-8000-00000000aaaa")
BEFORE: dict[MediationState, Sequence[str]] = {
    MediationState.REGISTERED: (),
    MediationState.CONSENT_PENDING: ("seek",),
    MediationState.ACCEPTED: ("seek", "consent", "accept"),
    MediationState.MEDIATOR_ASSIGNED: ("seek", "consent", "accept", "assign"),
    MediationState.IN_MEDIATION: ("seek", "consent", "accept", "assign", "meet"),
    MediationState.AGREED: ("seek", "consent", "accept", "assign", "meet", "agree"),
    MediationState.EFFECTIVE: ("seek", "consent", "accept", "assign", "meet", "agree", "bind"),
    MediationState.TERMINATED: ("end",),
}
"""The acts that lead to each state."""


def requested(case_id: UUID | None = None, **other: Any) -> MediationRequested:
    """A handover from intake; valid, with fields replaced by `other`."""
    values: dict[str, Any] = {
        "case_id": case_id or new_id(),
        "number": "（2026）窗字第1号",
        "division": WOBEI,
        "tier": Tier.TOWNSHIP,
        "category": DisputeType.NEIGHBOR,
        "channel": IntakeChannel.WINDOW,
        "people_involved": 2,
        "parties": 2,
        "registered_at": REGISTERED,
    }
    return MediationRequested(**(values | other))


def particulars(parties: int = 2, ids: Sequence[UUID] = ()) -> HandoverParticulars:
    """What the parcel holds: canaries all of them."""
    roles = (PartyRole.APPLICANT, PartyRole.RESPONDENT)
    return HandoverParticulars(
        parties=tuple(
            HandoverParty(
                party_id=ids[index] if ids else new_id(),
                role=roles[index],
                name=NAMES[index],
                phone=PHONES[index],
                identity_number=IDENTITIES[index],
                address=ADDRESSES[index],
            )
            for index in range(parties)
        ),
        narrative=NARRATIVE,
    )


@dataclass
class Story:
    """Commands of mediation as the system itself, each in its own transaction."""

    database: Database
    sealer: Sealer
    parties: dict[UUID, list[UUID]] = field(default_factory=dict)

    async def run(self, work: Callable[[Session], Awaitable[Result]], scope: Scope = SYSTEM) -> Result:
        async with self.database.transaction(scope) as session:
            return await work(session)

    async def open(self, people: int = 2, ids: Sequence[UUID] = (), **other: Any) -> UUID:
        request, inside = requested(**other), particulars(people, ids)
        await self.run(lambda session: cases.open_case(session, request, inside, self.sealer))
        self.parties[request.case_id] = [party.party_id for party in inside.parties]
        return request.case_id

    async def at(self, state: MediationState, **other: Any) -> UUID:
        """A new case in this state."""
        case_id = await self.open(**other)
        for act in BEFORE[state]:
            await getattr(self, act)(case_id)
        return case_id

    async def at_agreed(self) -> UUID:
        """A new case with terms that do not bind yet."""
        return await self.at(MediationState.AGREED)

    async def seek(self, case_id: UUID, **other: Any) -> Entry:
        given = {"scope": SYSTEM, "expected": None, "notice": domain.NoticeForm.ORAL} | other
        return await self.run(lambda session: cases.seek_consent(session, case_id, **given))

    async def consent(self, case_id: UUID) -> None:
        for party_id in self.parties[case_id]:
            await self.answer(case_id, party_id)

    async def answer(
        self, case_id: UUID, party_id: UUID, stand: ConsentStand = ConsentStand.CONSENTED, **other: Any
    ) -> Entry:
        given = {"scope": SYSTEM, "expected": None, "party_id": party_id, "stand": stand} | other
        return await self.run(lambda session: cases.record_consent(session, case_id, **given))

    async def accept(self, case_id: UUID, **other: Any) -> Entry:
        given = {"scope": SYSTEM, "expected": None, "category": None, "clock_started_at": None} | other
        return await self.run(lambda session: cases.accept(session, case_id, **given))

    async def staff(self, record_id: UUID = MEDIATOR, **other: Any) -> UUID:
        """A post in the copy of the directory, that of a mediator of the county unless told otherwise."""
        values = {
            "record_id": record_id,
            "version": 1,
            "organisation_id": new_id(),
            "division": COUNTY,
            "post": "人民调解员",
            "roles": [Role.MEDIATOR.value],
        } | other
        known = text("SELECT 1 FROM staff WHERE record_id = :id")
        async with self.database.transaction(SYSTEM) as session:
            if await session.scalar(known, {"id": record_id}) is None:
                await session.execute(insert(Staff).values(**values))
        return record_id

    async def division(self, code: str, name: str) -> None:
        """A division in the copy of the directory."""
        row = Division(
            record_id=new_id(), version=1, code=code, name=name, level=DivisionLevel.COUNTY, kind=DivisionKind.COUNTY
        )
        async with self.database.transaction(SYSTEM) as session:
            session.add(row)

    async def assign(self, case_id: UUID, **other: Any) -> Entry:
        await self.staff()
        given = {"scope": SYSTEM, "expected": None, "mediator_id": MEDIATOR, "chosen_by": MediatorChoice.APPOINTED}
        return await self.run(lambda session: cases.assign_mediator(session, case_id, **(given | other)))

    async def meet(self, case_id: UUID, **other: Any) -> Entry:
        given = {
            "scope": SYSTEM,
            "expected": None,
            "outcome": SessionOutcome.ADJOURNED,
            "held_at": None,
            "notes": NOTES,
            "sealer": self.sealer,
        } | other
        return await self.run(lambda session: sessions.record_session(session, case_id, **given))

    async def end(self, case_id: UUID, reason: TerminationReason = TerminationReason.WITHDRAWN, **other: Any) -> Entry:
        given = {"scope": SYSTEM, "expected": None, "reason": reason, "note": NOTE, "sealer": self.sealer} | other
        return await self.run(lambda session: cases.terminate(session, case_id, **given))

    async def agree(self, case_id: UUID, form: AgreementForm = AgreementForm.WRITTEN, **other: Any) -> Entry:
        given = {
            "scope": SYSTEM,
            "expected": None,
            "form": form,
            "terms": TERMS,
            "partial": False,
            "reached_at": None,
        } | other
        return await self.run(lambda session: agreements.record_agreement(session, case_id, **given))

    async def bind(self, case_id: UUID, **other: Any) -> Entry:
        now = agreements.Signed()
        given = {
            "scope": SYSTEM,
            "expected": None,
            "signatures": [(party_id, now) for party_id in self.parties[case_id]],
            "mediator": now,
            "seal": now,
        } | other
        return await self.run(lambda session: agreements.make_effective(session, case_id, **given))

    async def case(self, case_id: UUID) -> Case:
        """The row as it stands."""
        async with self.database.transaction(SYSTEM) as session:
            found = await session.get(Case, case_id)
        assert found is not None
        return found

    async def facts(self, case_id: UUID) -> list[str]:
        """Types of the case's facts, in their order."""
        return list(await self._all("SELECT type FROM journal WHERE case_id = :id ORDER BY version", id=case_id))

    async def published(self, case_id: UUID) -> list[str]:
        """Types of those that the outbox points at."""
        statement = (
            "SELECT type FROM journal j JOIN outbox o ON o.entry_id = j.id WHERE case_id = :id ORDER BY o.position"
        )
        return list(await self._all(statement, id=case_id))

    async def deadlines(self, case_id: UUID) -> dict[str, str]:
        """State of each of the case's deadlines, by rule."""
        async with self.database.transaction(SYSTEM) as session:
            statement = text("SELECT rule, state FROM deadlines WHERE case_id = :id ORDER BY started_at")
            return {row.rule: row.state for row in await session.execute(statement, {"id": case_id})}

    async def _all(self, statement: str, **values: Any) -> Sequence[Any]:
        async with self.database.transaction(SYSTEM) as session:
            return (await session.scalars(text(statement), values)).all()
