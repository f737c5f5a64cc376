"""Cases as these tests bring them to the window: complete by default, one part changed where it matters."""

import hashlib
from typing import Any
from uuid import UUID

import asyncpg

from chassis.database.scope import Scope
from chassis.journal.context import acting
from chassis.journal.entries import new_id
from contracts.codes import CaseKind, DisputeType, IntakeChannel, PartyRole, PetitionCategory
from services.intake.cases.commands import Registered, Registration, Window, register
from services.intake.cases.domain import NewCase, NewParty
from tests.intake.places import SUNING, WOBEI

IDENTITY = "130926198003151217"
"""A made-up number with a correct check character."""
CANARIES = {
    "name": "王金丝雀",
    "phone": "13987654321",
    "identity_number": IDENTITY,
    "address": "肃宁县窝北镇金丝雀巷9号",
    "narrative": "金丝雀叙述：邻居在宅基地边上盖房",
    "title": "金丝雀标题",
}
"""Values that may stand in sealed columns and in the case's own row only."""

APPLICANT = NewParty(
    role=PartyRole.APPLICANT,
    name=CANARIES["name"],
    phone=CANARIES["phone"],
    identity_number=CANARIES["identity_number"],
    address=CANARIES["address"],
)
RESPONDENT = NewParty(role=PartyRole.RESPONDENT, name="李四")
DISPUTE = NewCase(
    kind=CaseKind.DISPUTE,
    channel=IntakeChannel.WINDOW,
    division=WOBEI,
    narrative=CANARIES["narrative"],
    title=CANARIES["title"],
    category=DisputeType.NEIGHBOR,
    parties=(APPLICANT, RESPONDENT),
)
PETITION = DISPUTE._replace(
    kind=CaseKind.PETITION,
    category=None,
    petition_category=PetitionCategory.APPEAL_CLAIM,
    parties=(APPLICANT._replace(role=PartyRole.PETITIONER),),
)


async def one(connection: asyncpg.Connection, statement: str, *values: object) -> asyncpg.Record:
    """The one row that there must be."""
    row = await connection.fetchrow(statement, *values)
    assert row is not None
    return row


def registration(
    case: NewCase = DISPUTE,
    *,
    key: str | None = None,
    scope: str = SUNING,
    case_id: UUID | None = None,
    principal: str = "clerk-1",
    **changes: Any,
) -> Registration:
    """A registration by a clerk of the county, under a key of its own."""
    changed = case._replace(**changes)
    return Registration(
        principal=principal,
        key=key or str(new_id()),
        body_hash=hashlib.sha256(repr(changed).encode()).digest(),
        who=acting(),
        scope=Scope.of(scope),
        case=changed,
        case_id=case_id,
    )


async def registered(window: Window, case: NewCase = DISPUTE, **changes: Any) -> Registered:
    """A case that was registered."""
    (result,) = await register(window, [registration(case, **changes)])
    assert isinstance(result, Registered), result
    return result


async def leaks(owner: asyncpg.Connection) -> list[tuple[str, str]]:
    """Tables and columns where a canary stands in clear, beside the case's own title and narrative."""
    found = []
    tables = await owner.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
    for table in (row["tablename"] for row in tables):
        for row in await owner.fetch(f"SELECT * FROM {table}"):
            for name, value in row.items():
                text = value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
                if any(canary in text for canary in CANARIES.values()):
                    found.append((table, name))
    return [place for place in found if place not in {("cases", "title"), ("cases", "narrative")}]
