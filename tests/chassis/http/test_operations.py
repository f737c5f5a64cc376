from chassis.database.session import Database
from tests.chassis.http.conftest import Client


async def test_alive_ready_and_measured(reading: Client) -> None:
    assert (await reading.get("/healthz")).json() == {"status": "ok"}
    ready = await reading.get("/readyz")
    assert (ready.status_code, ready.json()) == (200, {"status": "ok", "checks": {"database": "ok"}})
    page = await reading.get("/metrics")
    assert page.headers["content-type"].startswith("text/plain")
    assert 'onewindow_requests_total{method="GET",route="/readyz",service="desk",status="200"} 1.0' in page.text


async def test_without_its_database_a_service_is_alive_and_not_ready(client: Client, database: Database) -> None:
    database.url = "postgresql://nobody@127.0.0.1:1/nothing"
    await database.close()
    assert (await client.get("/healthz")).status_code == 200
    ready = await client.get("/readyz")
    assert (ready.status_code, ready.json()["checks"]) == (503, {"database": "failing"})


async def test_metrics_know_routes_and_never_addresses(reading: Client) -> None:
    await reading.get("/v1/cases/13912345678")
    await reading.get("/v1/13912345678")
    await reading.request("BREW", "/v1/cases")
    page = (await reading.get("/metrics")).text
    assert 'route="/v1/cases/{case_id}",service="desk",status="422"' in page
    assert 'route="unmatched",service="desk",status="404"' in page
    assert 'method="OTHER"' in page
    assert "13912345678" not in page
    assert "BREW" not in page


async def test_every_answer_carries_its_trace_and_is_not_to_be_kept(reading: Client) -> None:
    answer = await reading.get("/v1/cases")
    assert answer.status_code == 200
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["cache-control"] == "no-store"
    assert len(answer.headers["trace-id"]) == 32
    assert "cache-control" not in (await reading.get("/healthz")).headers
