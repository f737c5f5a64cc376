"""HTTP edge of indicators: one question, answered from the facts that have arrived."""

from collections.abc import Mapping
from typing import Annotated, Final

from fastapi import APIRouter, Query

from chassis.database.paging import BadCursor
from chassis.database.scope import CODE_LENGTH, Scope
from chassis.http.acting import Act, reads
from chassis.http.bodies import Day
from chassis.http.dependencies import CursorKey, DivisionMalformed, Subtree
from chassis.http.examples import openapi_example, refuses
from chassis.http.lists import Paged, Paging
from contracts.codes import LABELS, CaseKind, DisputeType, Tier
from contracts.demonstration import COUNTY
from contracts.roles import Permission
from services.analytics.definitions.domain import RATES
from services.analytics.directory import queries as directory
from services.analytics.indicators import domain, queries
from services.analytics.indicators.domain import Basis, GroupBy, Question, Quotient
from services.analytics.indicators.queries import Answer, Group
from services.analytics.indicators.schemas import (
    BasisView,
    CodeView,
    IndicatorsPage,
    IndicatorView,
    PeriodView,
    RateView,
)

router = APIRouter(prefix="/indicators", tags=["indicators"])

DEFINITIONS: Final = "/v1/indicators/definitions"
NOTHING: Final = Answer([], 0)


@router.get(
    "",
    openapi_extra=openapi_example(division=COUNTY, group_by=GroupBy.TOWNSHIP),
    responses=refuses(domain.PeriodReversed, BadCursor, DivisionMalformed),
)
async def read_indicators(
    *,
    act: Annotated[Act, reads(Permission.ANALYTICS_INDICATORS_READ)],
    paged: Paged,
    key: CursorKey,
    division: Subtree,
    first: Annotated[Day | None, Query(alias="from", description="first day, in Shanghai")] = None,
    last: Annotated[Day | None, Query(alias="to", description="last day, included")] = None,
    tier: Annotated[Tier | None, Query()] = None,
    category: Annotated[DisputeType | None, Query()] = None,
    kind: Annotated[CaseKind | None, Query()] = None,
    group_by: Annotated[
        list[GroupBy] | None, Query(max_length=len(GroupBy), description="may be repeated; without it one item, `all`")
    ] = None,
    basis: Annotated[Basis, Query(description="by which day figures are dated")] = Basis.REGISTRATION,
) -> IndicatorsPage:
    """Figures and rates of a division and a period, groups in the order of their codes.

    What each figure means, and its unit, stands in `/v1/indicators/definitions`. Of a division that does not exist or
    lies outside the caller's own there is no item.
    """
    question = Question(
        division=division,
        first=first,
        last=last,
        tier=tier,
        category=category,
        kind=kind,
        group_by=tuple(dict.fromkeys(group_by or ())),
        basis=basis,
    )
    question.check()
    name = f"analytics.indicators:{basis}:{','.join(question.group_by)}"
    answer = await _answer(act, question, paged, _codes(paged.after(key, name), question))
    place = _code(division or act.principal.scope)
    names = await directory.names(act.session, {place, *_places(question, answer.groups)} if answer.groups else ())
    page = paged.page(
        answer.groups,
        key=key,
        name=name,
        position=lambda group: [code or "" for code in group.codes],
        view=lambda group: _view(question, group, names),
        counted=answer.total if paged.total else None,
    )
    return IndicatorsPage(
        items=page.items,
        next_cursor=page.next_cursor,
        total=page.total,
        total_is_minimum=page.total_is_minimum,
        as_of=act.session.info["clock"].now(),
        period=PeriodView(first=first, last=last),
        basis=BasisView(code=basis, zh=domain.BASES[basis].zh, en=domain.BASES[basis].en),
        division=CodeView(code=place, zh=names.get(place, place), en=None),
        group_by=list(question.group_by),
        definitions=DEFINITIONS,
    )


async def _answer(act: Act, question: Question, paged: Paging, after: list[str] | None) -> Answer:
    """The groups; of a place that the caller may not know of, as of one that does not exist, there are none."""
    asked = None if question.division is None else _code(question.division)
    if asked is not None and not act.principal.scope.holds(asked):
        return NOTHING
    answer = await queries.groups(act.session, act.principal.scope, question, after=after, limit=paged.rows)
    if asked is None or question.group_by or any(answer.groups[0].figures.values()):
        return answer
    # Where nothing happened there are zeros, what does not exist has none: only the directory tells them apart.
    return answer if await directory.names(act.session, {asked}) else NOTHING


def _code(scope: Scope) -> str:
    return scope.value.ljust(CODE_LENGTH, "0")


def _codes(after: list[str | int] | None, question: Question) -> list[str] | None:
    """Codes of the last group that the caller saw; raises BadCursor."""
    if after is None:
        return None
    codes = [code for code in after if isinstance(code, str)]
    if not codes or len(codes) != len(after) or len(codes) != len(question.group_by):
        raise BadCursor
    return codes


def _places(question: Question, groups: list[Group]) -> set[str]:
    positions = [at for at, name in enumerate(question.group_by) if name in domain.PLACES]
    return {code for group in groups for at in positions if (code := group.codes[at]) is not None}


def _view(question: Question, group: Group, names: Mapping[str, str]) -> IndicatorView:
    codes = dict(zip(question.group_by, group.codes, strict=True))
    rates = {
        rate.id: Quotient(group.figures[rate.numerator], group.figures[rate.denominator]) for rate in RATES.values()
    }
    return IndicatorView(
        id=domain.group_id(codes),
        group={name: _named(name, code, names) for name, code in codes.items()},
        rates={
            name: RateView(numerator=rate.numerator, denominator=rate.denominator, value=rate.value, text=rate.text)
            for name, rate in rates.items()
        },
        **group.figures,
    )


def _named(name: GroupBy, code: str | None, names: Mapping[str, str]) -> CodeView:
    """A group's code with its label; a code that a newer writer uses is its own label."""
    if code is None:
        return CodeView(code=None, zh=domain.UNKNOWN[name].zh, en=domain.UNKNOWN[name].en)
    if name in domain.CODE_TABLES:
        label = LABELS[domain.CODE_TABLES[name]].get(code)
        return CodeView(code=code, zh=label.zh if label else code, en=label.en if label else None)
    return CodeView(code=code, zh=names.get(code, code), en=None)
