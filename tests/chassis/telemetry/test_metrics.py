"""Metrics: a closed list, closed labels, and one page for several services."""

import re
from collections.abc import Iterable

import pytest
from prometheus_client.parser import text_string_to_metric_families

from chassis.telemetry import metrics
from chassis.telemetry.metrics import Metrics, exposition

NAMES = {
    "onewindow_consumed_records",
    "onewindow_consumer_lag_records",
    "onewindow_dead_letters",
    "onewindow_deadlines_missed",
    "onewindow_journal_entries",
    "onewindow_oldest_pending_seconds",
    "onewindow_outbox_pending",
    "onewindow_ready",
    "onewindow_relay_published",
    "onewindow_request_seconds",
    "onewindow_requests",
    "onewindow_requests_in_flight",
    "onewindow_tokens_refused",
    "onewindow_writer_batch_rows",
    "onewindow_writer_waiting_rows",
}
LABELS = {"service", "method", "route", "status", "outcome", "topic", "partition", "state", "reason", "le"}


def used(service: str) -> Metrics:
    """Metrics after a little of everything."""
    found = Metrics(service)
    found.request("GET", "/v1/cases/{case_id}", 200, 0.004)
    found.request("GET", "/v1/cases/{case_id}", 200, 0.04)
    found.token_refused("expired")
    found.consumed("applied", 3)
    found.lag("cases", 0, 7)
    found.dead_letters("dead", 1)
    found.outbox_pending.set(5)
    found.writer_rows.observe(12)
    found.relay_published.inc(2)
    return found


def samples(page: bytes) -> dict[tuple[str, frozenset[tuple[str, str]]], float]:
    return {
        (sample.name, frozenset(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(page.decode())
        for sample in family.samples
    }


def value(page: bytes, name: str, **labels: str) -> float:
    return samples(page)[name, frozenset(labels.items())]


def test_the_list_is_closed() -> None:
    families = list(text_string_to_metric_families(used("intake").exposition().decode()))
    ours = {family.name for family in families if not family.name.startswith("process_")}
    assert ours == NAMES
    labels = {label for family in families for sample in family.samples for label in sample.labels}
    assert labels <= LABELS
    assert all(family.documentation for family in families)


def test_requests_are_counted_by_template_and_status() -> None:
    page = used("intake").exposition()
    labels = {"service": "intake", "method": "GET", "route": "/v1/cases/{case_id}"}
    assert value(page, "onewindow_requests_total", **labels, status="200") == 2
    assert value(page, "onewindow_request_seconds_count", **labels) == 2
    assert value(page, "onewindow_request_seconds_bucket", **labels, le="0.005") == 1
    assert value(page, "onewindow_request_seconds_sum", **labels) == pytest.approx(0.044)


def test_values_are_shown() -> None:
    page = used("intake").exposition()
    assert value(page, "onewindow_outbox_pending", service="intake") == 5
    assert value(page, "onewindow_consumed_records_total", service="intake", outcome="applied") == 3
    assert value(page, "onewindow_consumer_lag_records", service="intake", topic="cases", partition="0") == 7
    assert value(page, "onewindow_dead_letters", service="intake", state="dead") == 1
    assert value(page, "onewindow_relay_published_total", service="intake") == 2
    assert value(page, "onewindow_writer_batch_rows_bucket", service="intake", le="16.0") == 1


def headings(page: bytes) -> Iterable[str]:
    return re.findall(r"^# TYPE (\S+)", page.decode(), re.MULTILINE)


def test_several_services_share_a_page_with_each_name_once() -> None:
    page = exposition([used("intake"), used("mediation")])
    names = list(headings(page))
    assert len(names) == len(set(names))
    for service in ("intake", "mediation"):
        assert value(page, "onewindow_outbox_pending", service=service) == 5
    assert sum(name == "process_open_fds" for name in names) == 1
    assert b"_created" not in page


def test_a_strangers_method_makes_no_series_of_its_own() -> None:
    found = Metrics("intake")
    for number in range(50):
        found.request(f"CANARY{number}", "unmatched", 405, 0.001)
    page = found.exposition()
    assert b"CANARY" not in page
    assert (
        value(page, "onewindow_requests_total", service="intake", method="OTHER", route="unmatched", status="405") == 50
    )
    assert not found._series


def test_paths_that_slip_in_do_not_fill_the_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(metrics, "SERIES_LIMIT", 10)
    found = Metrics("intake")
    for number in range(100):
        found.request("GET", f"/v1/cases/{number}", 200, 0.001)
    assert len(samples(found.exposition())) < 10 * 20 + 200
    labels = {"service": "intake", "method": "GET", "route": "too_many_routes", "status": "200"}
    assert value(found.exposition(), "onewindow_requests_total", **labels) == 90
