"""The small directory of these tests: Suning with two towns and two villages, and a town of another county."""

from datetime import UTC, datetime

from contracts.codes import DivisionLevel
from services.intake.directory.domain import Division, kind_of, significant

NOON = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)
"""12:00 in Shanghai on Monday, 2 March 2026."""

HEBEI = "130000000000"
CANGZHOU = "130900000000"
SUNING = "130926000000"
WOBEI = "130926102000"
SHANGCUN = "130926103000"
VILLAGE = "130926102201"
XIAN = "130929000000"
LESHOU = "130929100000"

LEVELS = {
    2: DivisionLevel.PROVINCE,
    4: DivisionLevel.PREFECTURE,
    6: DivisionLevel.COUNTY,
    9: DivisionLevel.TOWNSHIP,
    12: DivisionLevel.VILLAGE,
}
NAMES = {
    HEBEI: "河北省",
    CANGZHOU: "沧州市",
    SUNING: "肃宁县",
    WOBEI: "窝北镇",
    SHANGCUN: "尚村镇",
    VILLAGE: "示范村",
    XIAN: "献县",
    LESHOU: "乐寿镇",
}


def division(code: str, name: str | None = None) -> Division:
    """A division whose other parts follow from its code."""
    digits = len(significant(code))
    level = LEVELS[digits]
    above = {4: 2, 6: 4, 9: 6, 12: 9}.get(digits)
    return Division(
        code=code,
        name=name or NAMES[code],
        parent_code=None if above is None else code[:above].ljust(12, "0"),
        level=level,
        kind=kind_of(code, level),
    )


DIRECTORY = [division(code) for code in NAMES]
