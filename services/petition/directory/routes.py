"""HTTP edge of the directory's copy: read only, since intake owns it."""

from typing import Annotated, Final

from fastapi import APIRouter, Query

from chassis.http.acting import Act, reads
from chassis.http.dependencies import CursorKey, Subtree
from chassis.http.lists import EXACT_UP_TO, Page, Paged
from contracts.codes import DivisionLevel
from contracts.roles import Permission
from services.petition.directory import queries
from services.petition.directory.schemas import DivisionView

router = APIRouter(prefix="/divisions", tags=["directory"])

LIST: Final = "petition.divisions"


@router.get("")
async def list_divisions(
    *,
    act: Annotated[Act, reads(Permission.PETITION_DIRECTORY_READ)],
    paged: Paged,
    key: CursorKey,
    division: Subtree,
    level: Annotated[DivisionLevel | None, Query()] = None,
) -> Page[DivisionView]:
    """Divisions as petition knows them, in the order of their codes."""
    filters = queries.Filters(division=division, level=level)
    after = paged.after(key, LIST)
    rows = await queries.divisions(act.session, filters, after=str(after[0]) if after else None, limit=paged.rows)
    counted = await queries.total(act.session, filters, at_most=EXACT_UP_TO + 1) if paged.total else None
    return paged.page(
        rows,
        key=key,
        name=LIST,
        position=lambda row: [row.code],
        view=DivisionView.model_validate,
        counted=counted,
    )
