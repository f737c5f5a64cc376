"""The safety net: whatever an application or another middleware raises leaves as a problem, never as a stack trace."""

from typing import Final

import structlog
from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from sqlalchemy.exc import SQLAlchemyError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from chassis.database.writer import WriterFull
from chassis.http.failures import problem_of
from chassis.rules.refusals import Refusal

LOG: Final[structlog.stdlib.BoundLogger] = structlog.get_logger(__name__)

ANSWERED: Final = (HTTPException, RequestValidationError, Refusal, SQLAlchemyError, OSError, WriterFull)
"""What the application answers itself; everything else is for the safety net. TimeoutError is an OSError."""


class SafetyNet:
    """Round all other middleware: no exception passes it, so no server prints one with its data."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer what nobody answered; a response that had begun is cut off, so that it cannot pass for whole."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        started = False

        async def watching(message: Message) -> None:
            nonlocal started
            started = started or message["type"] == "http.response.start"
            await send(message)

        try:
            await self.app(scope, receive, watching)
        except Exception as error:  # noqa: BLE001 -- the one place of the edge where nothing may get past
            response = problem_of(error).response(scope)
            if started:
                LOG.warning("response_cut_off")
                return
            await response(scope, receive, send)


async def answer(request: Request, error: Exception) -> Response:
    """Handler of everything in ANSWERED."""
    return problem_of(error).response(request.scope)


def answer_problems(app: FastAPI) -> None:
    """Let `app` answer its own refusals, 404 and 405 included, as problems."""
    for kind in ANSWERED:
        app.add_exception_handler(kind, answer)
