"""Rules of the directory: what a division's code says about it, which tier it is, and what is refused."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Final

from chassis.rules.refusals import Kind, Refusal
from contracts.codes import DivisionKind, DivisionLevel, Tier

DIGITS: Final[Mapping[DivisionLevel, int]] = MappingProxyType(
    {
        DivisionLevel.PROVINCE: 2,
        DivisionLevel.PREFECTURE: 4,
        DivisionLevel.COUNTY: 6,
        DivisionLevel.TOWNSHIP: 9,
        DivisionLevel.VILLAGE: 12,
    }
)
"""Significant digits of a code of each level."""

TOWNSHIP_KINDS: Final = {"0": DivisionKind.STREET, "1": DivisionKind.TOWN} | dict.fromkeys("23", DivisionKind.TOWNSHIP)
"""Kind by the seventh digit; every other digit stands for a town-like unit, which is not counted as a township."""
FIRST_VILLAGE: Final = 200
LAST_VILLAGE: Final = 399

TIERS: Final[Mapping[DivisionLevel, Tier]] = MappingProxyType(
    {
        DivisionLevel.PROVINCE: Tier.COUNTY,
        DivisionLevel.PREFECTURE: Tier.COUNTY,
        DivisionLevel.COUNTY: Tier.COUNTY,
        DivisionLevel.TOWNSHIP: Tier.TOWNSHIP,
        DivisionLevel.VILLAGE: Tier.VILLAGE,
    }
)
"""The tier of the three-level treatment (分级诊疗) that a division's own body is."""
ASCENDING: Final = (Tier.VILLAGE, Tier.TOWNSHIP, Tier.COUNTY)


class DivisionUnknown(Refusal):
    """No such division, or none that the caller may act for: both are answered alike."""

    code = "division_unknown"
    zh = "没有这个区划，或不在您的管辖范围内"
    en = "There is no such division, or none in the caller's jurisdiction"


class OrganisationUnknown(Refusal):
    """No such organisation in the directory."""

    code = "organisation_unknown"
    zh = "目录中没有这个机构"
    en = "The directory has no such organisation"


class RecordUnknown(Refusal):
    """The directory has no record under this code or id."""

    kind = Kind.NOT_FOUND
    code = "not_found"
    zh = "未找到该事项"
    en = "Nothing is known under this id"


class OutsideJurisdiction(Refusal):
    """The directory may be read by all staff; it is changed for the caller's own division and below."""

    kind = Kind.FORBIDDEN
    code = "outside_jurisdiction"
    zh = "只能维护本辖区的目录"
    en = "The directory can be changed within the caller's jurisdiction only"


class AlreadyRecorded(Refusal):
    """The code stands in the directory already."""

    kind = Kind.CONFLICT
    code = "already_recorded"
    zh = "目录中已有此编码"
    en = "The directory has this code already"


class DivisionConflict(Refusal):
    """The code stands in the directory with another level: one code is one place, and the first is kept."""

    kind = Kind.CONFLICT
    code = "division_conflict"
    zh = "此编码已以另一级别登记，保留先登记的一个"
    en = "This code is recorded with another level; the first one is kept"


class LevelDoesNotFit(Refusal):
    """The significant digits of the code belong to another level."""

    code = "level_does_not_fit"
    zh = "级别与编码的有效位数不符"
    en = "The level does not fit the significant digits of the code"


class ParentDoesNotFit(Refusal):
    """A province has no parent; every other division lies under one whose code begins its own."""

    code = "parent_does_not_fit"
    zh = "上级编码与本编码不符"
    en = "The parent's code is not the beginning of this code"


class ValidityReversed(Refusal):
    """The last day of validity lies before the first."""

    code = "validity_reversed"
    zh = "有效期的止日早于起日"
    en = "The validity ends before it begins"


class KindDoesNotFit(Refusal):
    """The kind belongs to another level."""

    code = "kind_does_not_fit"
    zh = "类型与级别不符"
    en = "The kind does not belong to this level"


class GridDoesNotFit(Refusal):
    """A grid's code begins with the significant part of its division's."""

    code = "grid_does_not_fit"
    zh = "网格编码应以所属区划的编码开头"
    en = "A grid's code begins with that of its division"


@dataclass(frozen=True, slots=True, kw_only=True)
class Division:
    """A division (行政区划) as it stands in the directory."""

    code: str
    name: str
    parent_code: str | None
    level: DivisionLevel
    kind: DivisionKind
    valid_from: date | None = None
    valid_to: date | None = None


KINDS: Final[Mapping[DivisionLevel, frozenset[DivisionKind]]] = MappingProxyType(
    {
        DivisionLevel.PROVINCE: frozenset({DivisionKind.PROVINCE}),
        DivisionLevel.PREFECTURE: frozenset({DivisionKind.PREFECTURE}),
        DivisionLevel.COUNTY: frozenset({DivisionKind.COUNTY}),
        DivisionLevel.TOWNSHIP: frozenset({*TOWNSHIP_KINDS.values(), DivisionKind.TOWN_LIKE_UNIT}),
        DivisionLevel.VILLAGE: frozenset(
            {DivisionKind.RESIDENTS_COMMITTEE, DivisionKind.VILLAGE_COMMITTEE, DivisionKind.OTHER}
        ),
    }
)
"""Kinds that a division of each level may have."""


def significant(code: str) -> str:
    """The part of a code that is not padding, cut at the end of a level: `130926100000` gives `130926100`."""
    for digits in DIGITS.values():
        if not code[digits:].strip("0"):
            return code[:digits]
    return code


def kind_of(code: str, level: DivisionLevel) -> DivisionKind:
    """What a division is, as its code says."""
    match level:
        case DivisionLevel.TOWNSHIP:
            return TOWNSHIP_KINDS.get(code[6], DivisionKind.TOWN_LIKE_UNIT)
        case DivisionLevel.VILLAGE:
            number = int(code[9:])
            if number > LAST_VILLAGE:
                return DivisionKind.OTHER
            return DivisionKind.VILLAGE_COMMITTEE if number >= FIRST_VILLAGE else DivisionKind.RESIDENTS_COMMITTEE
        case _:
            return DivisionKind(level.value)


def check(division: Division) -> None:
    """Refuse a division whose parts contradict each other."""
    if len(significant(division.code)) != DIGITS[division.level]:
        raise LevelDoesNotFit(division.code, field="level")
    if division.kind not in KINDS[division.level]:
        raise KindDoesNotFit(division.code, field="kind")
    parent = division.parent_code
    if (parent is None) != (division.level is DivisionLevel.PROVINCE):
        raise ParentDoesNotFit(division.code, field="parent_code")
    if parent is not None and (parent == division.code or not division.code.startswith(significant(parent))):
        raise ParentDoesNotFit(division.code, field="parent_code")
    check_validity(division.valid_from, division.valid_to)


def check_validity(valid_from: date | None, valid_to: date | None) -> None:
    """Refuse a validity that ends before it begins."""
    if valid_from is not None and valid_to is not None and valid_to < valid_from:
        raise ValidityReversed(field="valid_to")


def check_grid(code: str, division: str) -> None:
    """Refuse a grid whose code belongs to another division."""
    if not code.startswith(significant(division)):
        raise GridDoesNotFit(code, field="code")


def is_valid(division: Division, day: date) -> bool:
    """Whether the code is in force on a day: codes are merged and renamed, and old ones take no new cases."""
    return (division.valid_from is None or division.valid_from <= day) and (
        division.valid_to is None or day <= division.valid_to
    )


def own_tier(division: Division) -> Tier:
    """The tier that has a case brought from this division, unless another was named."""
    return TIERS[division.level]


def has_tier(division: Division, tier: Tier) -> bool:
    """Whether the division has a body of this tier: itself, or one above it; a township has no village of its own."""
    return ASCENDING.index(tier) >= ASCENDING.index(own_tier(division))
