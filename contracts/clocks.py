"""The statutory clocks: what each law gives how long for, in which unit, and what may stop or lengthen it.

Data with a version, after `domain.md` 3.8 and 4.4. A county may not change this table, a law may. How the days are
counted is `chassis.rules.counting`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from contracts.codes import IntakeChannel

CLOCKS_VERSION: Final = "clocks-2026.1"


class Unit(StrEnum):
    """What a limit is counted in. 30 days are never a month, nor a month 30 days."""

    CALENDAR_DAY = "calendar_day"
    WORKING_DAY = "working_day"
    MONTH = "month"
    YEAR = "year"
    HOUR = "hour"


class ClockClass(StrEnum):
    """Whom the clock binds or protects, hence which side an unlucky last day falls on."""

    DUTY = "duty"
    """Of an organ or a mediator: strict, never deferred."""
    WINDOW = "window"
    """Of a person: a last day on a rest day is deferred."""
    COURT = "court"
    """Before a court: deferred where MSF§85 says so."""


class PauseKind(StrEnum):
    """Why time stands still (or does not: mediation stops no petition clock, but it is a fact worth showing)."""

    HEARING = "hearing"
    APPRAISAL = "appraisal"
    FORCE_MAJEURE = "force_majeure"
    SUPPLEMENTS = "supplements"
    VERIFICATION = "verification"
    MEDIATION = "mediation"


class Consent(StrEnum):
    """Whose word an extension needs."""

    HEAD_OF_ORGAN = "head_of_organ"
    ALL_PARTIES = "all_parties"
    BOTH_PARTIES = "both_parties"


UNIT_LABELS: Final[Mapping[Unit, str]] = MappingProxyType(
    {Unit.CALENDAR_DAY: "日", Unit.WORKING_DAY: "工作日", Unit.MONTH: "个月", Unit.YEAR: "年", Unit.HOUR: "小时"}
)
CLASS_LABELS: Final[Mapping[ClockClass, str]] = MappingProxyType(
    {ClockClass.DUTY: "机关职责", ClockClass.WINDOW: "当事人期限", ClockClass.COURT: "法院期限"}
)
PAUSE_LABELS: Final[Mapping[PauseKind, str]] = MappingProxyType(
    {
        PauseKind.HEARING: "听证",
        PauseKind.APPRAISAL: "鉴定",
        PauseKind.FORCE_MAJEURE: "不可抗力",
        PauseKind.SUPPLEMENTS: "补充证明材料",
        PauseKind.VERIFICATION: "核实",
        PauseKind.MEDIATION: "调解",
    }
)
CONSENT_LABELS: Final[Mapping[Consent, str]] = MappingProxyType(
    {
        Consent.HEAD_OF_ORGAN: "机关负责人批准",
        Consent.ALL_PARTIES: "各方当事人同意",
        Consent.BOTH_PARTIES: "双方当事人同意",
    }
)


@dataclass(frozen=True, slots=True)
class Extension:
    """How a clock may be lengthened: in `unit`, each time by at least a day, with whose consent.

    `most` bounds a single extension (None: whatever was agreed); `once` forbids a second one.
    """

    unit: Unit
    consent: Consent
    most: int | None = None
    once: bool = False


@dataclass(frozen=True, slots=True)
class Clock:
    """One statutory limit: `length` of `unit`, under `basis` (law and article, abbreviated as in domain.md).

    `rolls`: a last day on a rest day is deferred. `pauses`: the kinds of pause that stop it; none for most.
    """

    id: str
    basis: str
    length: int
    unit: Unit
    clock_class: ClockClass
    label: str
    rolls: bool = False
    pauses: tuple[PauseKind, ...] = ()
    extension: Extension | None = None


_HEAD_ONCE = Extension(Unit.CALENDAR_DAY, Consent.HEAD_OF_ORGAN, most=30, once=True)
_ALL_DAYS = Extension(Unit.CALENDAR_DAY, Consent.ALL_PARTIES)
_ALL_WORKING_DAYS = Extension(Unit.WORKING_DAY, Consent.ALL_PARTIES)
_BOTH_DAYS = Extension(Unit.CALENDAR_DAY, Consent.BOTH_PARTIES)
_NOTARY = (PauseKind.FORCE_MAJEURE, PauseKind.SUPPLEMENTS, PauseKind.VERIFICATION)

_DAYS, _WORKING, _HOURS = Unit.CALENDAR_DAY, Unit.WORKING_DAY, Unit.HOUR
_DUTY, _WINDOW, _COURT = ClockClass.DUTY, ClockClass.WINDOW, ClockClass.COURT

_TABLE = (
    Clock("PET_DISPATCH", "XF§22", 15, _DAYS, _DUTY, "信访事项登记转送交办"),
    Clock("PET_NOTICE_DIRECT", "XF§23", 15, _DAYS, _DUTY, "直接收到信访事项的受理告知"),
    Clock("PET_NOTICE_TRANSFERRED", "XF§23", 15, _DAYS, _DUTY, "转送信访事项的受理告知"),
    Clock("PET_OBJECTION", "XF§23", 5, _WORKING, _DUTY, "对转送交办提出异议"),
    Clock("PET_HANDLE", "XF§34", 60, _DAYS, _DUTY, "信访事项办理", extension=_HEAD_ONCE),
    Clock("PET_REVIEW_REQUEST", "XF§35", 30, _DAYS, _WINDOW, "请求复查", rolls=True),
    Clock("PET_REVIEW_DECIDE", "XF§35", 30, _DAYS, _DUTY, "作出复查意见"),
    Clock("PET_RECHECK_REQUEST", "XF§36", 30, _DAYS, _WINDOW, "请求复核", rolls=True),
    Clock("PET_RECHECK_DECIDE", "XF§36", 30, _DAYS, _DUTY, "作出复核意见", pauses=(PauseKind.HEARING,)),
    Clock("MED_GENERAL", "R75§33", 1, Unit.MONTH, _DUTY, "人民调解", extension=_ALL_DAYS),
    Clock("MED_LABOUR", "LD§14", 15, _DAYS, _DUTY, "劳动争议调解"),
    Clock(
        "MED_MEDICAL",
        "YL§38",
        30,
        _WORKING,
        _DUTY,
        "医疗纠纷调解",
        pauses=(PauseKind.APPRAISAL,),
        extension=_ALL_WORKING_DAYS,
    ),
    Clock("MED_TRAFFIC_POLICE", "DL§94, §95", 10, _DAYS, _DUTY, "交通事故损害赔偿调解"),
    Clock(
        "MED_COURT_PRE",
        "TY§27; ZX§24, §26",
        30,
        _DAYS,
        _COURT,
        "法院委派调解",
        rolls=True,
        pauses=(PauseKind.APPRAISAL,),
        extension=_BOTH_DAYS,
    ),
    Clock("MED_COURT_POST_ORD", "TY§27", 15, _DAYS, _COURT, "法院委托调解(普通程序)", rolls=True, extension=_BOTH_DAYS),
    Clock("MED_COURT_POST_SUM", "TY§27", 7, _DAYS, _COURT, "法院委托调解(简易程序)", rolls=True, extension=_BOTH_DAYS),
    Clock("MED_ONLINE_CONFIRM", "ZX§10", 3, _WORKING, _DUTY, "在线调解接受委派委托确认"),
    Clock("JC_APPLY", "RM§33; MSF§205", 30, _DAYS, _WINDOW, "申请司法确认", rolls=True),
    Clock("ENFORCE_APPLY", "MSF§250", 2, Unit.YEAR, _WINDOW, "申请强制执行", rolls=True),
    Clock("LA_DECIDE", "FY§43", 7, _DAYS, _DUTY, "法律援助审查决定"),
    Clock("LA_ASSIGN", "FY§43", 3, _DAYS, _DUTY, "法律援助指派"),
    Clock("LA_OBJECTION", "FY§49", 5, _DAYS, _DUTY, "法律援助异议审查"),
    Clock("NOTARY_ISSUE", "GZ§30", 15, _WORKING, _DUTY, "出具公证书", pauses=_NOTARY),
    Clock("DV_ORDER", "FJB§28", 72, _HOURS, _COURT, "人身安全保护令"),
    Clock("DV_ORDER_URGENT", "FJB§28", 24, _HOURS, _COURT, "人身安全保护令(紧急)"),
)

CLOCKS: Final[Mapping[str, Clock]] = MappingProxyType({clock.id: clock for clock in _TABLE})
"""Every clock that is counted, by id, in the order of the table."""


@dataclass(frozen=True, slots=True)
class NotClock:
    """An id that looks like a clock and is none, with what to do instead."""

    id: str
    zh: str
    en: str


_SET_BY_OTHERS = (
    "期限为法院或交办机关指定日期的24时，不作计算",
    "The limit is 24:00 of the date that the court or the assigning organ gave; nothing is counted.",
)
_AT_ONCE = ("应当即时办理，不计期限；内部提醒由设置决定", "To be done at once; its internal alarm is a setting.")
_UNCONFIRMED = ("简易办理尚无可确认的依据，未启用", "The simple procedure is off until a source confirms it.")

NOT_CLOCKS: Final[Mapping[str, NotClock]] = MappingProxyType(
    {
        id_: NotClock(id_, *hint)
        for id_, hint in {
            "PET_EXTENSION": (
                "延长是 PET_HANDLE 的一个步骤，请在 PET_HANDLE 上申请延长",
                "An extension is a step of PET_HANDLE: ask for PET_HANDLE with an extension.",
            ),
            "PET_ASSIGN_FEEDBACK": _SET_BY_OTHERS,
            "PET_URGENT": _AT_ONCE,
            "PET_SIMPLE_ACCEPT": _UNCONFIRMED,
            "PET_SIMPLE_FINISH": _UNCONFIRMED,
            "JC_SUPPLEMENT": _SET_BY_OTHERS,
            "LA_URGENT": _AT_ONCE,
        }.items()
    }
)
"""Ids that are steps, alarms or dates given by somebody else."""

TRANSFERRED: Final = frozenset(
    {IntakeChannel.UPPER_ASSIGNMENT, IntakeChannel.PETITION_REFERRAL, IntakeChannel.DEPARTMENT_REFERRAL}
)
"""Doors through which another organ sent a petition matter; every other one is the petitioner's own."""


def petition_notice(channel: IntakeChannel) -> str:
    """The clock of the petitioner's notice 受理告知 (XF§23), by the door: the same for every service that owes it."""
    return "PET_NOTICE_TRANSFERRED" if channel in TRANSFERRED else "PET_NOTICE_DIRECT"
