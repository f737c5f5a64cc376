"""What is shown of indicators. What a figure means, and its unit, is said by `/v1/indicators/definitions`."""

from datetime import date, datetime

from pydantic import BaseModel, Field

from chassis.http.lists import Page
from services.analytics.indicators.domain import Basis, GroupBy


class CodeView(BaseModel):
    """A code and what it is called. `code` is null for what has none (yet)."""

    code: str | None
    zh: str
    en: str | None


class RateView(BaseModel):
    """A rate: its two figures and their quotient. Over nothing the quotient is null and is written `n/a`."""

    numerator: int = Field(examples=[305])
    denominator: int = Field(examples=[436])
    value: float | None = Field(examples=[0.6995], description="four decimals")
    text: str = Field(examples=["69.95%"])


class IndicatorView(BaseModel):
    """The figures of one group. Those of different units are never to be added: 件, 件次, 人次, 批次, 人."""

    id: str = Field(examples=["township:130926102000,kind:DISPUTE"], description="the group's, at every request")
    group: dict[GroupBy, CodeView]

    registered: int = Field(description="登记 件")
    people_involved: int = Field(description="涉及人数 人")
    routed: int = Field(description="分流 件")
    mediations_opened: int = Field(description="调解登记 件")
    accepted: int = Field(description="调解受理 件")
    succeeded: int = Field(description="调解成功 件")
    terminated: int = Field(description="调解终止 件")
    mediated: int = Field(description="调解完毕 件")
    petitions_registered: int = Field(description="信访登记 件次")
    petition_visitors: int = Field(description="信访人次 人次")
    collective_visits: int = Field(description="集体访 批次")
    petitions_accepted: int = Field(description="信访受理 件次")
    opinions_issued: int = Field(description="出具处理意见 件次")
    opinions_delivered: int = Field(description="处理意见送达 件次")
    petitions_concluded: int = Field(description="信访办结 件次")
    petitions_resolved: int = Field(description="信访化解 件次")
    petitions_due: int = Field(description="信访到期应办结 件次")
    petitions_on_time: int = Field(description="信访按期办结 件次")
    concluded: int = Field(description="办结 件")
    resolved: int = Field(description="化解 件")
    overdue: int = Field(description="超期 件")
    unit_evaluated: int = Field(description="评价责任单位 件")
    unit_satisfied: int = Field(description="对责任单位满意 件")
    department_evaluated: int = Field(description="评价信访部门 件次")
    department_satisfied: int = Field(description="对信访部门满意 件次")

    rates: dict[str, RateView] = Field(description="by id, as the definitions name them")


class PeriodView(BaseModel):
    """Days in Shanghai, both included; null: without a bound on that side."""

    first: date | None = Field(serialization_alias="from")
    last: date | None = Field(serialization_alias="to")


class BasisView(BaseModel):
    """By which day the figures are dated."""

    code: Basis
    zh: str
    en: str


class IndicatorsPage(Page[IndicatorView]):
    """One page of groups in the order of their codes, with everything that a figure has to be published with."""

    as_of: datetime = Field(description="cut-off: every fact that had arrived by then is counted")
    period: PeriodView
    basis: BasisView
    division: CodeView = Field(description="whose subtree is counted")
    group_by: list[GroupBy]
    definitions: str = Field(examples=["/v1/indicators/definitions"], description="where units and formulas stand")
