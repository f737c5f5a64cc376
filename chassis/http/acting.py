"""What a route acts with: a permitted caller and one transaction, committed before the answer leaves."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from fastapi import Depends, Request, Response
from sqlalchemy.exc import NoResultFound

from chassis.database.session import Database, Session
from chassis.http import idempotency
from chassis.http.acknowledgements import Acknowledgement
from chassis.http.addresses import check_address
from chassis.http.authentication import principal_of
from chassis.http.permissions import PERMISSION, PermissionDenied
from chassis.http.preconditions import etag, expected_version
from chassis.http.templates import route_template
from chassis.http.tracing import begin_trace
from chassis.journal.context import Acting, acting_as
from chassis.journal.entries import Entry
from chassis.journal.record import ChainNotFound
from chassis.journal.timeline import entry
from chassis.security.principals import Principal

IF_MATCH = "ow_if_match"
"""Attribute of a dependency that wants If-Match, for OpenAPI."""
WRITES = "ow_writes"
"""Attribute of a dependency that writes, for OpenAPI."""


class NothingAcknowledged(Exception):
    """A route claimed an idempotency key and recorded no fact: a fault of ours, and everything is rolled back."""


class Repeated(Exception):
    """The request was carried out before; carries the entry from which it is answered again."""

    def __init__(self, first: Entry) -> None:
        super().__init__()
        self.first = first


@dataclass(slots=True)
class Act:
    """One caller's act upon the service, inside its one transaction.

    `expected` is the version in If-Match, to be given to `journal.record`, or None.
    """

    session: Session
    principal: Principal
    expected: int | None
    response: Response
    acknowledged: Entry | None = None

    def acknowledge(self, recorded: Entry) -> Acknowledgement:
        """The answer to a command whose last fact is `recorded`; the idempotency key is tied to it."""
        self.acknowledged = recorded
        self.tag(recorded.version)
        return Acknowledgement.of(recorded)

    def tag(self, version: int) -> None:
        """Answer with the case's version as ETag."""
        self.response.headers["ETag"] = etag(version)


@dataclass(frozen=True, slots=True)
class Look:
    """One caller's look at what the service holds, for lists that are asked often: no transaction has begun yet."""

    principal: Principal
    database: Database


def looks(permission: str) -> Any:  # noqa: ANN401 -- FastAPI's Depends, for use inside Annotated
    """For a route that asks prepared questions, inside its Annotated Look; raises PermissionDenied."""

    async def looking(request: Request) -> Look:
        return Look(_permitted(request, permission), request.app.state.service.database)

    setattr(looking, PERMISSION, permission)
    return Depends(looking)


def reads(permission: str) -> Any:  # noqa: ANN401 -- same
    """For a route that reads, inside its Annotated Act; raises PermissionDenied for a caller without `permission`."""

    async def reading(request: Request, response: Response) -> AsyncIterator[Act]:
        principal = _permitted(request, permission)
        async with _transaction(request, principal) as session:
            yield Act(session, principal, None, response)

    setattr(reading, PERMISSION, permission)
    return Depends(reading, scope="function")


def writes(permission: str, *, if_match: bool = False) -> Any:  # noqa: ANN401 -- same
    """What a writing route depends on; a POST needs an Idempotency-Key, and `if_match` makes If-Match required.

    The scope "function" is what commits before the answer leaves: with FastAPI's default a failed commit answered 200.
    """

    async def writing(request: Request, response: Response) -> AsyncIterator[Act]:
        principal = _permitted(request, permission)
        expected = expected_version(request, required=if_match)
        operation = f"{request.method} {route_template(request.scope)}"
        claim = idempotency.claim_of(request, operation, required=request.method == "POST")
        async with _transaction(request, principal) as session:
            if claim is not None:
                await _refuse_repeat(session, claim)
            act = Act(session, principal, expected, response)
            yield act
            if claim is not None:
                if act.acknowledged is None:
                    raise NothingAcknowledged
                await idempotency.remember(session, claim, act.acknowledged.id)

    setattr(writing, PERMISSION, permission)
    setattr(writing, WRITES, True)
    setattr(writing, IF_MATCH, if_match)
    return Depends(writing, scope="function")


async def answer_repeat(request: Request, error: Exception) -> Response:
    """Handler of Repeated: status and body of the first answer, rebuilt from the journal."""
    if not isinstance(error, Repeated):
        raise error
    status: int = getattr(request.scope["route"], "status_code", None) or 200
    answer = Acknowledgement.of(error.first)
    return Response(answer.model_dump_json(), status, {"ETag": etag(answer.version)}, "application/json")


def _permitted(request: Request, permission: str) -> Principal:
    principal = principal_of(request)
    if not principal.permits(permission):
        raise PermissionDenied
    check_address(request)
    return principal


@asynccontextmanager
async def _transaction(request: Request, principal: Principal) -> AsyncIterator[Session]:
    acting = Acting(actor=principal.subject, correlation_id=begin_trace(request.scope).correlation_id)
    with acting_as(acting):
        async with request.app.state.service.database.transaction(principal.scope) as session:
            yield session


async def _refuse_repeat(session: Session, claim: idempotency.Claim) -> None:
    first = await idempotency.claim(session, claim)
    if first is None:
        return
    try:
        raise Repeated(await entry(session, first))
    except NoResultFound:  # the case has moved out of the caller's jurisdiction since
        raise ChainNotFound from None
