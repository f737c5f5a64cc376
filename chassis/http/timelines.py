"""A page of a case's timeline, for every service that has cases."""

from typing import Final
from uuid import UUID

from chassis.http.acting import Act
from chassis.http.lists import Page, Paging
from chassis.http.views import EntryView
from chassis.journal.timeline import timeline, version_of

LIST: Final = "timeline"


async def timeline_page(act: Act, case_id: UUID, paged: Paging, key: bytes) -> Page[EntryView]:
    """What happened to a case that the route has found to be the caller's business, in its order."""
    after = paged.after(key, LIST)
    entries = await timeline(
        act.session,
        case_id,
        within=act.principal.scope.value,
        after=int(after[0]) if after else 0,
        limit=paged.rows,
    )
    return paged.page(
        entries,
        key=key,
        name=LIST,
        position=lambda entry: [entry.version],
        view=EntryView.of,
        counted=await version_of(act.session, case_id) if paged.total else None,
    )
