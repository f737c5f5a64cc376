"""What is registered in every figure: a dispute with two parties, one with name, telephone and identity number.

Nobody has these names, and nobody these numbers. The bodies differ, as real ones do, so that the indexes over
telephone and identity numbers have something to sort.
"""

import json
from datetime import date, datetime
from typing import Final
from uuid import UUID

from chassis.security.identity import CHECK, WEIGHTS
from contracts.codes import CaseKind, DisputeType, IntakeChannel, Tier
from contracts.demonstration import COUNTY, TOWNSHIP
from contracts.intake.cases import CaseRegistered

BODIES: Final = 512
NUMBER: Final = "（2026）窗字第1000000号"
NARRATIVE: Final = "两家宅基地相邻，一方翻建房屋时外墙越过旧界约三十厘米，双方协商两次未果，请求调解。"
TITLE: Final = "宅基地边界纠纷"
DIVISIONS: Final = [
    (COUNTY, "肃宁县", None, "COUNTY", "COUNTY"),
    (TOWNSHIP, "窝北镇", COUNTY, "TOWNSHIP", "TOWN"),
]
"""Code, name, parent, level and kind of where it happens."""


def body(number: int) -> str:
    """The body of one registration, some 570 bytes."""
    seventeen = f"1309261979{number % 12 + 1:02d}{number % 28 + 1:02d}{number % 1000:03d}"
    total = sum(int(digit) * weight for digit, weight in zip(seventeen, WEIGHTS, strict=True))
    told = {
        "kind": "DISPUTE",
        "channel": "WINDOW",
        "category": "NEIGHBOR",
        "division": TOWNSHIP,
        "title": TITLE,
        "narrative": NARRATIVE,
        "people_involved": 5,
        "amount_fen": 350000,
        "occurred_on": "2026-01-05",
        "parties": [
            {
                "role": "APPLICANT",
                "name": "王小明",
                "phone": f"139{number * 7919 % 100_000_000:08d}",
                "identity_number": seventeen + CHECK[total % 11],
            },
            {"role": "RESPONDENT", "name": "李大壮"},
        ],
    }
    return json.dumps(told, ensure_ascii=False, separators=(",", ":"))


def bodies() -> list[str]:
    """The bodies that a caller sends in turn."""
    return [body(number) for number in range(BODIES)]


def fact(case_id: UUID, at: datetime) -> CaseRegistered:
    """The fact that a registration leaves, some 390 bytes."""
    return CaseRegistered(
        case_id=case_id,
        number=NUMBER,
        kind=CaseKind.DISPUTE,
        channel=IntakeChannel.WINDOW,
        category=DisputeType.NEIGHBOR,
        division=TOWNSHIP,
        tier=Tier.TOWNSHIP,
        people_involved=5,
        amount_fen=350000,
        parties=2,
        occurred_on=date(2026, 1, 5),
        registered_at=at,
    )
