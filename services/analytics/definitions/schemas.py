"""What is shown of a definition."""

from typing import Literal

from pydantic import BaseModel, Field


class DefinitionView(BaseModel):
    """What a figure or a rate means. Of a rate there are no unit and day: it has those of its two figures."""

    id: str = Field(examples=["succeeded"], description="name of the figure in an item, or of the rate in `rates`")
    is_a: Literal["figure", "rate"]
    zh: str = Field(examples=["调解成功"])
    en: str = Field(examples=["mediations succeeded"])
    unit: str | None = Field(examples=["件"], description="figures of different units are never added")
    unit_en: str | None = Field(examples=["cases"])
    formula: str = Field(examples=["调解协议生效的纠纷（达成一致而未生效的不计）"])
    formula_en: str = Field(examples=["Disputes whose agreement took effect"])
    day: str | None = Field(examples=["协议生效"], description="按事件统计时计入期间的日期")
    day_en: str | None = Field(examples=["effect of the agreement"], description="by which day it is dated by event")
    numerator: str | None = Field(examples=[None], description="of a rate: id of the figure above the line")
    denominator: str | None = Field(examples=[None], description="of a rate: id of the figure below the line")
    source: str | None = Field(examples=[None], description="of a rate: whose formula it is")
