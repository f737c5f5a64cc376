"""Which clock runs, from when, which form an agreement needs, and which ways stay open; tables and lookups, pure."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from chassis.rules.refusals import Kind, Refusal
from contracts.codes import AgreementForm, DisputeType, IntakeChannel, Route


class ClockNotMediations(Refusal):
    """The handover names a clock that no mediation case runs under."""

    code = "clock_not_mediations"
    zh = "移交指定的期限不适用于人民调解"
    en = "The clock named by the handover is not one that a mediation runs under."


class ClockStartMissing(Refusal):
    """The clock runs from an event outside the committee, which has to be stated."""

    code = "clock_start_missing"
    zh = "该类案件的期限自签收委派委托材料等事件起算，请填写起算时间"
    en = "This clock starts with an event outside, such as signing for the court's file: state when it was."


class ClockStartNotAsked(Refusal):
    """The start of the clock follows from the case itself."""

    code = "clock_start_not_asked"
    zh = "该类案件的期限起算时间由案件本身确定，不得另行填写"
    en = "The start of this clock follows from the case itself and cannot be stated."


class AgreementMustBeWritten(Refusal):
    """The law of this type of dispute asks for a written agreement."""

    kind = Kind.CONFLICT
    code = "agreement_must_be_written"
    zh = "此类纠纷的调解协议应当采用书面形式"
    en = "The agreement on this type of dispute must be in writing."


class Start(StrEnum):
    """From which event a clock runs."""

    ACCEPTANCE = "ACCEPTANCE"
    APPLICATION = "APPLICATION"
    """The application was received: registration at the window."""
    STATED = "STATED"
    """An event that whoever accepts the case states: the court's file was signed for, or the event of DL§94."""


STARTS: Final[Mapping[str, Start]] = MappingProxyType(
    {
        "MED_GENERAL": Start.ACCEPTANCE,  # R75§33
        "MED_LABOUR": Start.APPLICATION,  # LD§14
        "MED_MEDICAL": Start.ACCEPTANCE,  # YL§38
        "MED_TRAFFIC_POLICE": Start.STATED,  # DL§94
        "MED_COURT_PRE": Start.STATED,  # TY§27
        "MED_COURT_POST_ORD": Start.STATED,
        "MED_COURT_POST_SUM": Start.STATED,
    }
)
"""Every clock under which a mediation can run."""
CLOCK_OF_CHANNEL: Final[Mapping[IntakeChannel, str]] = MappingProxyType({IntakeChannel.COURT_REFERRAL: "MED_COURT_PRE"})
"""A court's referral runs on the court's clock, whatever the dispute is about; post-filing ones name theirs."""
CLOCK_OF_TYPE: Final[Mapping[DisputeType, str]] = MappingProxyType(
    {
        DisputeType.MIGRANT_WAGE_ARREARS: "MED_LABOUR",
        DisputeType.OTHER_LABOR: "MED_LABOUR",
        DisputeType.MEDICAL: "MED_MEDICAL",
    }
)
GENERAL_CLOCK: Final = "MED_GENERAL"
DEEMED_FAILED: Final = frozenset({"MED_MEDICAL"})
"""Clocks at whose end the mediation has failed by law (YL§38); the others leave that to people."""

MUST_BE_WRITTEN: Final[Mapping[DisputeType, str]] = MappingProxyType(
    {
        DisputeType.MIGRANT_WAGE_ARREARS: "LD§14",
        DisputeType.OTHER_LABOR: "LD§14",
        DisputeType.FOREST_LAND: "TD§10",
        DisputeType.MEDICAL: "YL§39",
    }
)
"""Types whose agreement must be written, with the article."""

WAYS_OF_TYPE: Final[Mapping[DisputeType, tuple[Route, ...]]] = MappingProxyType(
    {
        DisputeType.MIGRANT_WAGE_ARREARS: (Route.ARBITRATION, Route.LITIGATION),  # LD§5, 14
        DisputeType.OTHER_LABOR: (Route.ARBITRATION, Route.LITIGATION),
        DisputeType.FOREST_LAND: (Route.ARBITRATION, Route.LITIGATION),  # TD§4
    }
)
WAYS: Final = (Route.LITIGATION,)

ROUTES_NOTICE_ZH: Final = (
    "调解不成或者已经终止的，当事人可以依法通过仲裁、行政、司法等途径维护自己的权利（人民调解法第二十六条）"
)
ROUTES_NOTICE_EN: Final = (
    "Mediation has ended: the parties may pursue their rights by arbitration, through the administration or in court "
    "(People's Mediation Law art. 26)."
)


def clock_of(category: DisputeType | None, channel: IntakeChannel, named: str | None) -> str:
    """The clock of a case: as the handover names it, else by the way it came, else by its type."""
    must_be_known(named)
    if named is not None:
        return named
    by_type = GENERAL_CLOCK if category is None else CLOCK_OF_TYPE.get(category, GENERAL_CLOCK)
    return CLOCK_OF_CHANNEL.get(channel, by_type)


def must_be_known(named: str | None) -> None:
    """A clock that a handover names is one of a mediation; raises ClockNotMediations."""
    if named is not None and named not in STARTS:
        raise ClockNotMediations(named)


def start_of(clock: str, *, accepted_at: datetime, applied_at: datetime, stated: datetime | None) -> datetime:
    """The instant from which the clock counts; raises ClockStartMissing and ClockStartNotAsked."""
    start = STARTS[clock]
    if start is Start.STATED:
        if stated is None:
            raise ClockStartMissing(field="clock_started_at")
        return stated
    if stated is not None:
        raise ClockStartNotAsked(field="clock_started_at")
    return applied_at if start is Start.APPLICATION else accepted_at


def may_agree_in(form: AgreementForm, category: DisputeType | None) -> None:
    """The form is one that the law of this type allows; raises AgreementMustBeWritten."""
    if form is AgreementForm.ORAL and category in MUST_BE_WRITTEN:
        raise AgreementMustBeWritten(field="form")


def ways_after(category: DisputeType | None) -> tuple[Route, ...]:
    """Where the parties can go next, once mediation has ended without an agreement (RM§26)."""
    return WAYS if category is None else WAYS_OF_TYPE.get(category, WAYS)
