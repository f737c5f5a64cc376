"""The application round the services: what operators ask of the whole, the pages, and errors."""

import re

import httpx
import pytest

from onewindow.embedded import addresses
from onewindow.embedded.county import County


@pytest.fixture
def caller(demonstrated: County) -> httpx.AsyncClient:
    transport = httpx.ASGITransport(demonstrated.app, raise_app_exceptions=False)
    return httpx.AsyncClient(transport=transport, base_url="http://county", timeout=30)


async def test_health_and_readiness_of_the_whole_and_of_each(caller: httpx.AsyncClient) -> None:
    assert (await caller.get("/healthz")).json() == {"status": "ok"}
    ready = (await caller.get("/readyz")).json()
    assert ready["status"] == "ok"
    for service in addresses.SERVICES:
        assert ready["checks"][f"{service}.database"] == "ok"
        assert (await caller.get(f"/{service}/healthz")).is_success
        assert (await caller.get(f"/{service}/readyz")).is_success


async def test_readiness_fails_with_one_part_and_says_which(caller: httpx.AsyncClient, demonstrated: County) -> None:
    mediation = demonstrated.apps["mediation"].state.service
    mediation.health.watch("canary", lambda: False)
    mediation.health._last = None
    answer = await caller.get("/readyz")
    assert answer.status_code == httpx.codes.SERVICE_UNAVAILABLE
    assert [name for name, state in answer.json()["checks"].items() if state != "ok"] == ["mediation.canary"]
    page = (await caller.get("/")).text
    assert page.count('class="badge bad"') == 2  # the whole, and mediation
    mediation.health.watch("canary", lambda: True)
    mediation.health._last = None


async def test_the_metrics_of_all_services_are_one_page(caller: httpx.AsyncClient) -> None:
    answer = await caller.get("/metrics")
    assert answer.headers["content-type"].startswith("text/plain")
    for service in addresses.SERVICES:
        assert f'onewindow_outbox_pending{{service="{service}"}}' in answer.text
    helps = re.findall(r"^# HELP (\S+)", answer.text, re.MULTILINE)
    assert len(helps) == len(set(helps))


async def test_the_start_page_says_what_runs_where_the_documentation_is_and_how_to_get_a_token(
    caller: httpx.AsyncClient,
) -> None:
    answer = await caller.get("/")
    assert answer.headers["content-type"].startswith("text/html")
    assert 'lang="zh-CN"' in answer.text
    assert "token mint --role WINDOW_CLERK --division 130926000000" in answer.text
    assert 'href="/docs"' in answer.text
    for name in ("受理", "调解", "信访", "分析"):
        assert name in answer.text
    assert answer.text.count("就绪 ready") == len(addresses.SERVICES)


@pytest.mark.parametrize("path", ["/", "/docs"])
async def test_pages_load_nothing_from_elsewhere(caller: httpx.AsyncClient, path: str) -> None:
    answer = await caller.get(path)
    loaded = re.findall(r"""(?:src|href)\s*=\s*["']([^"']+)""", answer.text)
    assert loaded
    for address in loaded:
        assert address.startswith(("/", "data:")), address
        if address.startswith("/"):
            assert (await caller.get(address)).is_success, address
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "http" not in policy


async def test_the_documentation_has_its_script_and_style(caller: httpx.AsyncClient) -> None:
    script = await caller.get("/docs/swagger-ui-bundle.js")
    assert script.headers["content-type"].startswith("text/javascript")
    assert "SwaggerUIBundle" in script.text
    assert (await caller.get("/docs/swagger-ui.css")).headers["content-type"].startswith("text/css")


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/nowhere-at-all", 404),
        ("GET", "/docs/nowhere-at-all", 404),
        ("POST", "/healthz", 405),
        ("GET", "/intake/nowhere-at-all", 404),
        ("DELETE", "/intake/healthz", 405),
        ("GET", "/intake", 404),
    ],
)
async def test_errors_are_problems_that_repeat_nothing(
    caller: httpx.AsyncClient, method: str, path: str, status: int
) -> None:
    answer = await caller.request(method, f"{path}?q=canary-7")
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert "canary-7" not in answer.text
    assert "nowhere-at-all" not in answer.text
