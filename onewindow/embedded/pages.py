"""Pages for people: what runs and how to begin, and the documentation of the API. They load nothing from elsewhere."""

import html
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from string import Template
from typing import Final, NamedTuple

from fastapi import FastAPI
from fastapi.openapi.docs import get_swagger_ui_html
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, Response
from starlette.routing import BaseRoute, Route

from chassis.service import Service
from contracts.demonstration import COUNTY, TOWNSHIP
from onewindow.surroundings import command

HEADERS: Final = {
    "Cache-Control": "no-cache",
    "Content-Security-Policy": (
        "default-src 'none'; connect-src 'self'; img-src 'self' data:; style-src 'self' 'unsafe-inline';"
        " script-src 'self' 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "Referrer-Policy": "no-referrer",
}
"""Of every page: a browser fetches nothing from any other place, whatever a page might say."""
ASSETS: Final = {"swagger-ui-bundle.js": "text/javascript", "swagger-ui.css": "text/css"}
ICON: Final = (
    "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'%3E"
    "%3Crect x='1' y='1' width='14' height='14' rx='3' fill='%23a8322a'/%3E"
    "%3Cpath d='M4 4h8v8H4zM8 4v8M4 8h8' fill='none' stroke='%23fff' stroke-width='1.4'/%3E%3C/svg%3E"
)
"""A window."""
CASE: Final = f"""{{
  "kind": "DISPUTE", "channel": "WINDOW", "category": "NEIGHBOR", "division": "{TOWNSHIP}",
  "narrative": "两家因宅基地边界起争执，请求调解。",
  "parties": [
    {{"role": "APPLICANT", "name": "王小明", "phone": "13900000001"}},
    {{"role": "RESPONDENT", "name": "李大壮"}}
  ]
}}"""
"""What the start page's example registers; nobody has these names and this number."""


class Shown(NamedTuple):
    """How a service is introduced."""

    zh: str
    en: str
    does: str


INTRODUCED: Final[Mapping[str, Shown]] = {
    "intake": Shown("受理", "intake", "登记、分流、满意度、目录 register, route, evaluate, directory"),
    "mediation": Shown("调解", "mediation", "征询意愿、受理、场次、协议 consent, acceptance, sessions, agreements"),
    "petition": Shown("信访", "petition", "受理、处理意见、送达、办结 acceptance, opinion, delivery, conclusion"),
    "analytics": Shown("分析", "analytics", "按区划、层级、类型、日期统计 counts by division, tier, type and day"),
}


def start_page(apps: Mapping[str, FastAPI], checks: Mapping[str, str], address: str) -> Response:
    """The page at `/`, with the state of each service as it is now."""
    sound = all(state == "ok" for state in checks.values())
    return HTMLResponse(
        _template().substitute(
            icon=ICON,
            overall=_badge("运行正常 all well" if sound else "有故障 failing", sound=sound),
            cards="\n".join(_card(app.state.service, checks) for app in apps.values()),
            **{name: html.escape(text) for name, text in commands(address).items()},
        ),
        headers=HEADERS,
    )


def commands(address: str) -> Mapping[str, str]:
    """What a person copies into a shell, one after the other."""
    return {
        "mint": f"TOKEN=$({command()} token mint --role WINDOW_CLERK --division {COUNTY})",
        "register": (
            f'curl -sS {address}/intake/v1/cases -H "Authorization: Bearer $TOKEN" \\\n'
            f'  -H "Idempotency-Key: try-$(date +%s)" -H "Content-Type: application/json" \\\n  -d \'{CASE}\''
        ),
        "read": f'curl -sS "{address}/intake/v1/cases?limit=5&total=true" -H "Authorization: Bearer $TOKEN"',
        "status": f"{command()} status",
    }


def documentation(openapi_url: str) -> Sequence[BaseRoute]:
    """The page at `/docs` with its own script and style, taken from a package of this installation."""

    async def page(_request: Request) -> Response:
        rendered = get_swagger_ui_html(
            openapi_url=openapi_url,
            title="接口文档 API · 一窗 OneWindow",
            swagger_js_url="/docs/swagger-ui-bundle.js",
            swagger_css_url="/docs/swagger-ui.css",
            swagger_favicon_url=ICON,
            swagger_ui_parameters={"docExpansion": "none", "filter": True},
        )
        return HTMLResponse(rendered.body, headers=HEADERS)

    async def asset(request: Request) -> Response:
        name = request.url.path.rpartition("/")[2]
        return FileResponse(_assets() / name, media_type=ASSETS[name], headers={"Cache-Control": "max-age=3600"})

    return [Route("/docs", page), *(Route(f"/docs/{name}", asset) for name in ASSETS)]


def _card(service: Service, checks: Mapping[str, str]) -> str:
    shown = INTRODUCED[service.name]
    ready = all(state == "ok" for name, state in checks.items() if name.startswith(f"{service.name}."))
    figures = "".join(
        f"<div><dt>{label}</dt><dd>{_figure(service, metric)}</dd></div>"
        for label, metric in (("日志条目 entries", "journal_entries"), ("待发布 pending", "outbox_pending"))
    )
    return (
        f'<div class="card"><div class="head"><h3>{shown.zh}<small>{shown.en}</small></h3>'
        f"{_badge('就绪 ready' if ready else '未就绪 not ready', sound=ready)}</div>"
        f"<p>{html.escape(shown.does)}</p><dl>{figures}</dl>"
        f'<div class="links"><a href="/{service.name}/openapi.json">OpenAPI</a>'
        f'<a href="/{service.name}/readyz">readyz</a><a href="/{service.name}/metrics">metrics</a></div></div>'
    )


def _badge(text: str, *, sound: bool) -> str:
    return f'<span class="badge {"ok" if sound else "bad"}">{text}</span>'


def _figure(service: Service, metric: str) -> str:
    value = service.metrics.registry.get_sample_value(f"onewindow_{metric}", {"service": service.name})
    return "-" if value is None else f"{value:,.0f}"


@cache
def _template() -> Template:
    return Template(Path(__file__).with_name("start.html").read_text("utf-8"))


@cache
def _assets() -> Path:
    """Swagger UI as the package fastapi-offline carries it; its code is not run."""
    found = find_spec("fastapi_offline")
    if found is None or found.origin is None:
        raise ModuleNotFoundError("fastapi_offline")
    return Path(found.origin).parent / "static"
