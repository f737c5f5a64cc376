"""What may be asked of figures: how they are dated and grouped, and what a rate over nothing is."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from chassis.database.scope import Scope
from chassis.rules.refusals import Refusal
from contracts.codes import CaseKind, DisputeType, Label, Tier

NOT_APPLICABLE: Final = "n/a"
"""How a rate with nothing to divide by is written: never zero, never infinity."""
DIGITS: Final = Decimal("0.0001")


class PeriodReversed(Refusal):
    """A period that ends before it begins."""

    code = "period_reversed"
    zh = "统计期间的终止日期早于起始日期"
    en = "The period ends before it begins"


class Basis(StrEnum):
    """By which day a figure falls into the period 统计口径."""

    REGISTRATION = "registration"
    EVENT = "event"


BASES: Final[Mapping[Basis, Label]] = MappingProxyType(
    {
        Basis.REGISTRATION: Label(
            "按登记日期统计：期间内登记的事项，及其截至统计时间的办理情况",
            "By day of registration: the cases registered in the period, and what became of them by the cut-off",
        ),
        Basis.EVENT: Label(
            "按事件日期统计：各项指标按该事实发生之日计入期间，不论何时登记",
            "By day of event: each figure counts what happened in the period, whenever the case was registered",
        ),
    }
)


class GroupBy(StrEnum):
    """By what figures are divided. A case stands in one group of each kind, so its counts add up to the whole."""

    DIVISION = "division"
    TOWNSHIP = "township"
    TIER = "tier"
    CATEGORY = "category"
    KIND = "kind"
    CHANNEL = "channel"
    DAY = "day"
    MONTH = "month"


PLACES: Final = frozenset({GroupBy.DIVISION, GroupBy.TOWNSHIP})
CALENDAR: Final = frozenset({GroupBy.DAY, GroupBy.MONTH})
CODE_TABLES: Final[Mapping[GroupBy, str]] = MappingProxyType(
    {
        GroupBy.TIER: "Tier",
        GroupBy.CATEGORY: "DisputeType",
        GroupBy.KIND: "CaseKind",
        GroupBy.CHANNEL: "IntakeChannel",
    }
)
"""Names in `contracts.codes.LABELS` of the tables whose codes are groups."""

UNKNOWN: Final[Mapping[GroupBy, Label]] = MappingProxyType(
    {
        GroupBy.TIER: Label("层级未定", "tier not known yet"),
        GroupBy.CATEGORY: Label("未分类", "not classified, or no dispute"),
        GroupBy.KIND: Label("登记信息未到", "registration not received yet"),
        GroupBy.CHANNEL: Label("登记信息未到", "registration not received yet"),
    }
)
"""What the group without a code is called."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """Which cases, which days (both included; None: no bound on that side), dated how, in which groups."""

    division: Scope | None = None
    first: date | None = None
    last: date | None = None
    tier: Tier | None = None
    category: DisputeType | None = None
    kind: CaseKind | None = None
    group_by: tuple[GroupBy, ...] = ()
    basis: Basis = Basis.REGISTRATION

    def check(self) -> None:
        """Raise PeriodReversed where no day lies in the period."""
        if self.first is not None and self.last is not None and self.last < self.first:
            raise PeriodReversed(field="to")


@dataclass(frozen=True, slots=True)
class Quotient:
    """A rate's value: both of its figures, and their quotient, which does not exist over nothing."""

    numerator: int
    denominator: int

    @property
    def value(self) -> float | None:
        """The quotient, to four decimals, half up; None over nothing."""
        exact = self._rounded()
        return None if exact is None else float(exact)

    @property
    def text(self) -> str:
        """The quotient in percent with two decimals, such as `69.95%`; `n/a` over nothing."""
        exact = self._rounded()
        return NOT_APPLICABLE if exact is None else f"{exact * 100:.2f}%"

    def _rounded(self) -> Decimal | None:
        if not self.denominator:
            return None
        return (Decimal(self.numerator) / self.denominator).quantize(DIGITS, ROUND_HALF_UP)


def group_id(codes: Mapping[GroupBy, str | None]) -> str:
    """Id of a group, the same at every request: `township:130926102000,kind:DISPUTE`, or `all`."""
    return ",".join(f"{name}:{code or '-'}" for name, code in codes.items()) or "all"
