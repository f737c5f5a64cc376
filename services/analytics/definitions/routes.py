"""HTTP edge of the definitions: a list, since nothing about them is stored."""

from typing import Annotated, Final

from fastapi import APIRouter

from chassis.database.paging import BadCursor
from chassis.http.acting import Act, reads
from chassis.http.dependencies import CursorKey
from chassis.http.lists import Page, Paged
from contracts.roles import Permission
from services.analytics.definitions import domain
from services.analytics.definitions.domain import FIGURES, RATES, Figure, Rate
from services.analytics.definitions.schemas import DefinitionView

router = APIRouter(prefix="/indicators/definitions", tags=["indicators"])

LIST: Final = "analytics.definitions"
VIEWS: Final[tuple[Figure | Rate, ...]] = (*FIGURES.values(), *RATES.values())


@router.get("")
async def list_definitions(
    *,
    act: Annotated[Act, reads(Permission.ANALYTICS_INDICATORS_READ)],  # noqa: ARG001 -- it is what asks for the permission
    paged: Paged,
    key: CursorKey,
) -> Page[DefinitionView]:
    """Every figure, then every rate, with unit and formula, in the order of publication."""
    start = _number(paged.after(key, LIST)) + 1
    numbered = list(enumerate(VIEWS))
    return paged.page(
        numbered[start : start + paged.rows],
        key=key,
        name=LIST,
        position=lambda row: [row[0]],
        view=lambda row: _view(row[1]),
        counted=len(numbered) if paged.total else None,
    )


def _number(after: list[str | int] | None) -> int:
    """Number of the last definition that the caller saw, -1 before the first."""
    if after is None:
        return -1
    if len(after) != 1 or not isinstance(after[0], int):
        raise BadCursor
    return after[0]


def _view(defined: Figure | Rate) -> DefinitionView:
    if isinstance(defined, Figure):
        return DefinitionView(
            id=defined.id,
            is_a="figure",
            zh=defined.name.zh,
            en=defined.name.en,
            unit=defined.unit.value,
            unit_en=domain.UNITS_IN_ENGLISH[defined.unit],
            formula=defined.formula.zh,
            formula_en=defined.formula.en,
            day=defined.day.zh,
            day_en=defined.day.en,
            numerator=None,
            denominator=None,
            source=None,
        )
    above, below = FIGURES[defined.numerator], FIGURES[defined.denominator]
    return DefinitionView(
        id=defined.id,
        is_a="rate",
        zh=defined.name.zh,
        en=defined.name.en,
        unit=None,
        unit_en=None,
        formula=f"{above.name.zh} ÷ {below.name.zh}",
        formula_en=f"{above.name.en} / {below.name.en}",
        day=None,
        day_en=None,
        numerator=defined.numerator,
        denominator=defined.denominator,
        source=defined.source,
    )
