"""The figures and the rates: what each counts, in which unit and by which formula; numbers, no SQL."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from contracts.codes import Label


class Unit(StrEnum):
    """What a figure counts. Figures of different units are never added."""

    CASES = "件"
    """Cases, each once, however often it was sent on."""
    MATTERS = "件次"
    """Petition matters, once for each registration: a repeated one counts again."""
    PERSON_TIMES = "人次"
    """Visits of persons."""
    VISITS = "批次"
    """Visits of groups."""
    PERSONS = "人"
    """Persons involved in cases; one who is in two cases counts twice."""


UNITS_IN_ENGLISH: Final[Mapping[Unit, str]] = MappingProxyType(
    {
        Unit.CASES: "cases",
        Unit.MATTERS: "petition matters, repeated ones counted again",
        Unit.PERSON_TIMES: "person-times",
        Unit.VISITS: "group visits",
        Unit.PERSONS: "persons involved",
    }
)


@dataclass(frozen=True, slots=True)
class Figure:
    """A count: `formula` says of what, `day` on which day it is dated where figures are counted by event."""

    id: str
    unit: Unit
    day: Label
    name: Label
    formula: Label


@dataclass(frozen=True, slots=True)
class Rate:
    """A quotient of two figures, both dated as figures are.

    Counted by event a rate may pass 100%: what is finished in a period may have begun before it.
    """

    id: str
    numerator: str
    denominator: str
    name: Label
    source: str


_CASES, _MATTERS = Unit.CASES, Unit.MATTERS
_REGISTRATION: Final = Label("登记", "registration")
_ROUTING: Final = Label("首次分流", "first routing")
_OPENING: Final = Label("调解登记", "opening")
_ACCEPTANCE: Final = Label("受理", "acceptance")
_EFFECT: Final = Label("协议生效", "effect of the agreement")
_TERMINATION: Final = Label("终止", "termination")
_END: Final = Label("协议生效或终止", "effect or termination")
_PETITION: Final = Label("信访登记", "registration as a petition")
_ISSUE: Final = Label("出具", "issue")
_DELIVERY: Final = Label("最后一次送达", "last delivery")
_CONCLUSION: Final = Label("办结", "conclusion")
_DUE: Final = Label("办结；未办结的为期限届满", "conclusion; of what is not concluded the last day of its limit")
_MISSED: Final = Label("最早的期限届满", "last day of the first limit missed")
_EVALUATION: Final = Label("评价", "evaluation")

_FIGURES = (
    Figure(
        "registered", _CASES, _REGISTRATION, Label("登记", "registered"), Label("一窗登记的事项", "Cases registered")
    ),
    Figure(
        "people_involved",
        Unit.PERSONS,
        _REGISTRATION,
        Label("涉及人数", "people involved"),
        Label("登记事项的涉及人数之和", "Sum of the people involved in the cases registered"),
    ),
    Figure(
        "routed",
        _CASES,
        _ROUTING,
        Label("分流", "routed"),
        Label("已分流的事项，多次流转只计一次", "Cases sent to a procedure, once however often they were sent on"),
    ),
    Figure(
        "mediations_opened",
        _CASES,
        _OPENING,
        Label("调解登记", "mediations opened"),
        Label("进入人民调解的纠纷", "Disputes on the books of mediation"),
    ),
    Figure(
        "accepted",
        _CASES,
        _ACCEPTANCE,
        Label("调解受理", "mediations accepted"),
        Label("各方同意并受理的纠纷", "Disputes that all parties agreed to mediate and a committee accepted"),
    ),
    Figure(
        "succeeded",
        _CASES,
        _EFFECT,
        Label("调解成功", "mediations succeeded"),
        Label(
            "调解协议生效的纠纷（达成一致而未生效的不计）",
            "Disputes whose agreement took effect; terms agreed and not in effect do not count",
        ),
    ),
    Figure(
        "terminated",
        _CASES,
        _TERMINATION,
        Label("调解终止", "mediations terminated"),
        Label(
            "未达成有效协议而终止的纠纷，受理前终止的也计入",
            "Disputes whose mediation ended without an effective agreement, before or after acceptance",
        ),
    ),
    Figure(
        "mediated",
        _CASES,
        _END,
        Label("调解完毕", "mediated to an end"),
        Label(
            "受理后调解结束的纠纷：成功的和受理后终止的",
            "Accepted disputes whose mediation is over: succeeded, or terminated after acceptance",
        ),
    ),
    Figure(
        "petitions_registered",
        _MATTERS,
        _PETITION,
        Label("信访登记", "petitions registered"),
        Label("信访登记的事项", "Petition matters registered"),
    ),
    Figure(
        "petition_visitors",
        Unit.PERSON_TIMES,
        _PETITION,
        Label("信访人次", "petitioners"),
        Label("信访登记的人次之和", "Sum of the petitioners of the matters registered"),
    ),
    Figure(
        "collective_visits",
        Unit.VISITS,
        _PETITION,
        Label("集体访", "collective visits"),
        Label("五人及以上的集体访", "Matters brought by five people or more"),
    ),
    Figure(
        "petitions_accepted",
        _MATTERS,
        _ACCEPTANCE,
        Label("信访受理", "petitions accepted"),
        Label("有权处理机关受理的信访事项", "Petition matters accepted by the competent organ"),
    ),
    Figure(
        "opinions_issued",
        _MATTERS,
        _ISSUE,
        Label("出具处理意见", "opinions issued"),
        Label("出具处理意见书的信访事项", "Petition matters with a handling opinion"),
    ),
    Figure(
        "opinions_delivered",
        _MATTERS,
        _DELIVERY,
        Label("处理意见送达", "opinions delivered"),
        Label("处理意见书已送达全部信访人的事项", "Petition matters whose opinion has reached every petitioner"),
    ),
    Figure(
        "petitions_concluded",
        _MATTERS,
        _CONCLUSION,
        Label("信访办结", "petitions concluded"),
        Label("程序办结的信访事项", "Petition matters whose procedure is finished"),
    ),
    Figure(
        "petitions_resolved",
        _MATTERS,
        _CONCLUSION,
        Label("信访化解", "petitions resolved"),
        Label("已办结且实体问题化解的信访事项", "Petition matters concluded whose substance is settled"),
    ),
    Figure(
        "petitions_due",
        _MATTERS,
        _DUE,
        Label("信访到期应办结", "petitions due"),
        Label(
            "有办理期限且已办结的，加上超过办理期限尚未办结的",
            "Matters concluded under a limit, and matters not concluded whose limit has passed",
        ),
    ),
    Figure(
        "petitions_on_time",
        _MATTERS,
        _CONCLUSION,
        Label("信访按期办结", "petitions on time"),
        Label(
            "在期限内（含依法延长）办结的信访事项",
            "Petition matters concluded within their limit, valid extension included",
        ),
    ),
    Figure(
        "concluded",
        _CASES,
        _CONCLUSION,
        Label("办结", "concluded"),
        Label(
            "已有办理结果的事项（程序办结，不等于化解）",
            "Cases with an outcome: the procedure is finished, which does not mean resolved",
        ),
    ),
    Figure(
        "resolved",
        _CASES,
        _CONCLUSION,
        Label("化解", "resolved"),
        Label("已办结且实体问题化解的事项", "Cases concluded whose substance is settled"),
    ),
    Figure(
        "overdue",
        _CASES,
        _MISSED,
        Label("超期", "overdue"),
        Label(
            "办理方至少有一个法定期限届满未办的事项", "Cases in which those who handle them let a statutory limit pass"
        ),
    ),
    Figure(
        "unit_evaluated",
        _CASES,
        _EVALUATION,
        Label("评价责任单位", "evaluated the responsible unit"),
        Label("对责任单位作出评价的事项", "Cases whose responsible unit was evaluated"),
    ),
    Figure(
        "unit_satisfied",
        _CASES,
        _EVALUATION,
        Label("对责任单位满意", "satisfied with the responsible unit"),
        Label(
            "对责任单位评价为满意或基本满意的事项", "Those satisfied or basically satisfied with the responsible unit"
        ),
    ),
    Figure(
        "department_evaluated",
        _MATTERS,
        _EVALUATION,
        Label("评价信访部门", "evaluated the petition department"),
        Label("对信访部门作出评价的事项", "Cases in which the petition department was evaluated"),
    ),
    Figure(
        "department_satisfied",
        _MATTERS,
        _EVALUATION,
        Label("对信访部门满意", "satisfied with the petition department"),
        Label(
            "对信访部门评价为满意或基本满意的事项",
            "Those satisfied or basically satisfied with the petition department",
        ),
    ),
)

FIGURES: Final[Mapping[str, Figure]] = MappingProxyType({figure.id: figure for figure in _FIGURES})
"""Every figure by its id, in the order of publication."""

_HABITS = "两种官方口径并用：黄石市司法局2016年占受理，丽水市2016年占调解完毕 two official habits, both published"
_KPI = "按通行做法，未见官方公式原文 by common practice; no official wording was found"
_RATES = (
    Rate(
        "success_of_accepted",
        "succeeded",
        "accepted",
        Label("调解成功率（占受理）", "success rate, of accepted"),
        _HABITS,
    ),
    Rate(
        "success_of_mediated",
        "succeeded",
        "mediated",
        Label("调解成功率（占调解完毕）", "success rate, of mediated"),
        _HABITS,
    ),
    Rate("mediated_of_accepted", "mediated", "accepted", Label("调解率", "mediation rate"), _HABITS),
    Rate(
        "petitions_concluded",
        "petitions_concluded",
        "petitions_accepted",
        Label("信访办结率", "conclusion rate of petitions"),
        _KPI,
    ),
    Rate(
        "petitions_resolved",
        "petitions_resolved",
        "petitions_accepted",
        Label("信访化解率", "resolution rate of petitions"),
        _KPI,
    ),
    Rate(
        "petitions_on_time",
        "petitions_on_time",
        "petitions_due",
        Label("信访按期办结率", "timely conclusion of petitions"),
        _KPI,
    ),
    Rate(
        "unit_evaluated",
        "unit_evaluated",
        "concluded",
        Label("责任单位参评率", "evaluations of the responsible unit"),
        _KPI,
    ),
    Rate(
        "unit_satisfied",
        "unit_satisfied",
        "unit_evaluated",
        Label("责任单位满意率", "satisfaction with the responsible unit"),
        _KPI,
    ),
    Rate(
        "department_evaluated",
        "department_evaluated",
        "petitions_concluded",
        Label("信访部门参评率", "evaluations of the petition department"),
        _KPI,
    ),
    Rate(
        "department_satisfied",
        "department_satisfied",
        "department_evaluated",
        Label("信访部门满意率", "satisfaction with the petition department"),
        _KPI,
    ),
)

RATES: Final[Mapping[str, Rate]] = MappingProxyType({rate.id: rate for rate in _RATES})
"""Every rate by its id, in the order of publication."""
