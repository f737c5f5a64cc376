"""The application round the four services: their addresses, what operators ask of the whole, and pages for people."""

from collections.abc import Mapping
from typing import Final

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Mount, Route

from chassis.http.middleware import guard_composition
from chassis.http.openapi import merged
from chassis.service import Service
from chassis.telemetry.metrics import CONTENT_TYPE, Metrics, exposition
from onewindow.embedded import pages

TITLE: Final = "一窗 OneWindow"
DESCRIPTION: Final = (
    "矛盾纠纷与信访事项一窗受理：受理、调解、信访、分析四个服务。 One window for disputes and petitions: intake,"
    " mediation, petition and analytics in one process."
)


def compose(apps: Mapping[str, FastAPI], address: str) -> FastAPI:
    """One application: each service under its name, and of the whole: health, metrics, OpenAPI, pages.

    `address` is where a browser of this machine finds it, for the commands on the start page. It starts and stops
    nothing: whoever composes runs the lifespans of the services.
    """
    services: list[Service] = [app.state.service for app in apps.values()]
    metrics = Metrics("onewindow")
    document = merged(
        {f"/{name}": app for name, app in apps.items()}, title=TITLE, version="1", description=DESCRIPTION
    )

    async def alive(_request: Request) -> Response:
        return JSONResponse({"status": "ok"})

    async def ready(_request: Request) -> Response:
        checks = await checked(services)
        sound = all(state == "ok" for state in checks.values())
        return JSONResponse({"status": "ok" if sound else "failing", "checks": checks}, 200 if sound else 503)

    async def measured(_request: Request) -> Response:
        page = exposition([metrics, *(service.metrics for service in services)])
        return Response(page, headers={"Content-Type": CONTENT_TYPE})

    async def described(_request: Request) -> Response:
        return JSONResponse(document)

    async def start(_request: Request) -> Response:
        return pages.start_page(apps, await checked(services), address)

    app = FastAPI(
        title=TITLE,
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        routes=[
            Route("/", start),
            Route("/healthz", alive),
            Route("/readyz", ready),
            Route("/metrics", measured),
            Route("/openapi.json", described),
            *pages.documentation("/openapi.json"),
            *(Mount(f"/{name}", app) for name, app in apps.items()),
        ],
    )
    guard_composition(app, metrics)
    return app


async def checked(services: list[Service]) -> dict[str, str]:
    """What every service says of its readiness, `intake.database` and so on."""
    return {
        f"{service.name}.{name}": state
        for service in services
        for name, state in (await service.health.ready()).checks.items()
    }
