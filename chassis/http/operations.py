"""What operators ask: is it alive, can it be used, what has it measured. Open to everybody, so nothing more."""

from typing import Final

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from chassis.telemetry.health import Health
from chassis.telemetry.metrics import CONTENT_TYPE, Metrics

PATHS: Final = frozenset({"/healthz", "/readyz", "/metrics"})


def operations(health: Health, metrics: Metrics) -> list[Route]:
    """Routes of one service for its operators."""

    async def alive(_request: Request) -> Response:
        return JSONResponse(health.live())

    async def ready(_request: Request) -> Response:
        readiness = await health.ready()
        return JSONResponse(readiness.as_json(), 200 if readiness.ready else 503)

    async def measured(_request: Request) -> Response:
        return Response(metrics.exposition(), headers={"Content-Type": CONTENT_TYPE})

    return [
        Route("/healthz", alive, include_in_schema=False),
        Route("/readyz", ready, include_in_schema=False),
        Route("/metrics", measured, include_in_schema=False),
    ]
