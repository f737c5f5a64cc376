"""The order in which the demonstration comes into a county: directory, registering, routing, acts, evaluations."""

import asyncio
import hashlib
from collections.abc import Awaitable, Callable, Iterable
from functools import partial
from typing import Final

from sqlalchemy import text

from chassis.database.scope import SYSTEM, Scope
from chassis.database.session import Session
from chassis.journal.context import Acting
from chassis.journal.entries import Entry, new_id
from chassis.service import Service
from contracts.codes import EvaluatedUnit, IntakeChannel, Route, RoutingReason, Tier
from contracts.roles import Role
from onewindow.demonstration import matters, places
from onewindow.demonstration.acts import ACTS
from onewindow.demonstration.desk import PRINCIPAL, Desk, NotAccepted, named
from onewindow.demonstration.matters import Matter
from onewindow.embedded.county import County
from services.intake.cases import commands as cases
from services.intake.cases.domain import NewCase, NewParty
from services.intake.directory import commands as directory

__all__ = ["NotAccepted", "is_loaded", "load"]

LAST: Final = "grid:last"
"""What is recorded when everything else is in: its key is the mark that the demonstration is loaded."""
IS_LOADED: Final = text("SELECT 1 FROM idempotency_keys WHERE principal = :principal AND key = :key")
CONCLUDED_VERSION: Final = 4
"""Facts of a case that was registered, handed over, routed and concluded."""


async def is_loaded(county: County) -> bool:
    """Whether this county has the demonstration, all of it."""
    async with county.apps["intake"].state.service.database.transaction(SYSTEM) as session:
        mark = {"principal": PRINCIPAL, "key": named(LAST)}
        return await session.scalar(IS_LOADED, mark) is not None


async def load(county: County) -> None:
    """Bring in what is not there yet, and return when it has settled; raises NotAccepted and TimeoutError."""
    desk = Desk(county)
    everything = [*matters.examples(), *matters.ordinary()]
    try:
        await _fill_directory(desk)
        await _register(desk, everything)
        await _each(everything, partial(_route, desk))
        await desk.settled()
        await _each(everything, partial(_handle, desk))
        await desk.settled()
        await _each(everything, partial(_evaluate, desk))
        await _record_grid(desk, places.GRIDS[-1], key=LAST)
        await desk.settled()
    finally:
        await desk.close()


async def _fill_directory(desk: Desk) -> None:
    body = {"items": places.divisions()}
    answer = await desk.post(
        "/intake/v1/divisions/batch", body, role=Role.DIRECTORY_ADMIN, division=places.PROVINCE, key="divisions"
    )
    if refused := [item for item in answer["items"] if item["status"] == "refused"]:
        raise NotAccepted(f"divisions: {refused[0]['problem']['code']}")
    for organisation in places.ORGANISATIONS:
        await desk.once(_intake(desk), f"organisation:{organisation.id}", partial(_record_organisation, organisation))
    for post in places.POSTS:
        await desk.once(_intake(desk), f"post:{post.id}", partial(_record_post, _intake(desk), post))
    for grid in places.GRIDS[:-1]:
        await _record_grid(desk, grid, key=f"grid:{grid.id}")


async def _record_organisation(organisation: places.Organisation, session: Session) -> Entry:
    return await directory.record_organisation(
        session,
        SYSTEM,
        name=organisation.name,
        kind=organisation.kind,
        division=organisation.division,
        record_id=organisation.id,
    )


async def _record_post(intake: Service, post: places.Post, session: Session) -> Entry:
    return await directory.record_staff(
        session,
        SYSTEM,
        intake.sealer,
        organisation_id=post.organisation_id,
        division=post.division,
        post=post.title,
        roles=[post.role],
        name=post.name,
        record_id=post.id,
    )


async def _record_grid(desk: Desk, grid: places.Grid, *, key: str) -> None:
    async def record(session: Session) -> Entry:
        return await directory.record_grid(
            session,
            SYSTEM,
            code=grid.code,
            name=grid.name,
            division=grid.division,
            households=grid.households,
            record_id=grid.id,
        )

    await desk.once(_intake(desk), key, record)


async def _register(desk: Desk, everything: Iterable[Matter]) -> None:
    """By the command, since the API gives every case an id of its own and these have fixed ones."""
    window = desk.county.apps["intake"].state.window
    batch = [_registration(matter) for matter in everything]
    for registration, result in zip(batch, await cases.register(window, batch), strict=True):
        if isinstance(result, Exception):
            raise NotAccepted(registration.key) from result


def _registration(matter: Matter) -> cases.Registration:
    by_grid = matter.channel is IntakeChannel.GRID_APP
    role = Role.GRID_PATROLLER if by_grid else Role.WINDOW_CLERK
    subject = f"{role.lower()}@{matter.county}"  # as the development issuer names whoever has this role
    key = named(f"register:{matter.id}")
    return cases.Registration(
        principal=PRINCIPAL,
        key=key,
        body_hash=hashlib.sha256(key.encode()).digest(),
        who=Acting(actor=subject, correlation_id=new_id()),
        scope=Scope.of(matter.county),
        case=NewCase(
            kind=matter.kind,
            channel=matter.channel,
            division=matter.division,
            title=matter.title,
            narrative=matter.narrative,
            category=matter.category,
            petition_category=matter.petition_category,
            people_involved=matter.people_involved,
            amount_fen=matter.amount_fen,
            parties=[
                NewParty(id=party.id, role=party.role, name=party.name, phone=party.phone, address=party.address)
                for party in matter.parties
            ],
        ),
        case_id=matter.id,
    )


async def _route(desk: Desk, matter: Matter) -> None:
    if matter.route is None:
        return
    small = matter.division[9:] != "000"
    body = {
        "route": matter.route,
        "tier": Tier.VILLAGE if small and matter.route is Route.MEDIATION else Tier.TOWNSHIP,
        "reason_code": RoutingReason.CLASSIFIED,
    }
    await desk.post(
        f"/intake/v1/cases/{matter.id}/routing",
        body,
        role=Role.WINDOW_CLERK,
        division=matter.county,
        key=f"route:{matter.id}",
        version=1,
    )


async def _handle(desk: Desk, matter: Matter) -> None:
    """The acts of a case, one after the other, each upon the version that the one before it left."""
    version = 1
    for name in matter.acts:
        act = ACTS[name]
        answer = await desk.post(
            f"/{act.path.format(id=matter.id)}",
            act.body(matter),
            role=act.role,
            division=matter.county,
            key=f"{name}:{matter.id}",
            version=version,
        )
        version = answer["version"]


async def _evaluate(desk: Desk, matter: Matter) -> None:
    if matter.satisfaction is None:
        return
    body = {"of": EvaluatedUnit.RESPONSIBLE_UNIT, "satisfaction": matter.satisfaction, "reason_code": matter.reason}
    await desk.post(
        f"/intake/v1/cases/{matter.id}/satisfaction",
        body,
        role=Role.WINDOW_CLERK,
        division=matter.county,
        key=f"evaluate:{matter.id}",
        version=CONCLUDED_VERSION,
    )


async def _each(everything: Iterable[Matter], work: Callable[[Matter], Awaitable[None]]) -> None:
    async with asyncio.TaskGroup() as group:
        for matter in everything:
            group.create_task(_whole(work, matter))


async def _whole(work: Callable[[Matter], Awaitable[None]], matter: Matter) -> None:
    await work(matter)


def _intake(desk: Desk) -> Service:
    service: Service = desk.county.apps["intake"].state.service
    return service
