"""Every metric there is, in one list: nothing is measured under a name or a label that does not stand here."""

from collections.abc import Iterable, Iterator
from typing import Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector, generate_latest
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

CONTENT_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"
METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
SECONDS: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)
ROWS: Final = (1, 2, 4, 8, 16, 32, 64, 128)
SERIES_LIMIT: Final = 2000
"""Route templates times statuses; beyond it a path has slipped in where a template belongs."""


class Metrics:
    """The metrics of one service, all labelled with its name. No label ever holds a value from outside."""

    def __init__(self, service: str) -> None:
        self.service = service
        self.registry = CollectorRegistry()
        self._requests = self._counter("requests", "Answered requests", "method", "route", "status")
        self._seconds = self._histogram("request_seconds", "Time to answer", SECONDS, "method", "route")
        self.in_flight = self._gauge("requests_in_flight", "Requests being answered").labels(service)
        self._tokens_refused = self._counter("tokens_refused", "Refused bearer tokens", "reason")

        self.journal_entries = self._gauge("journal_entries", "Entries in the journal").labels(service)
        self.writer_rows = self._histogram("writer_batch_rows", "Rows of one coalesced write", ROWS).labels(service)
        self.writer_waiting = self._gauge("writer_waiting_rows", "Rows that wait for the writer").labels(service)

        self.outbox_pending = self._gauge("outbox_pending", "Facts not yet published").labels(service)
        self.oldest_pending_seconds = self._gauge("oldest_pending_seconds", "Age of the oldest of these").labels(
            service
        )
        self.relay_published = self._counter("relay_published", "Facts that the relay published").labels(service)

        self._consumed = self._counter("consumed_records", "Records by what became of them", "outcome")
        self._lag = self._gauge("consumer_lag_records", "Records not yet consumed", "topic", "partition")
        self._dead_letters = self._gauge("dead_letters", "Records set aside", "state")

        self.deadlines_missed = self._counter("deadlines_missed", "Statutory deadlines missed").labels(service)
        self.ready = self._gauge("ready", "1 when the service answers and its tasks are alive").labels(service)
        self._series: dict[tuple[str, str, int], tuple[Counter, Histogram]] = {}

    def request(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count one answer. `route` is the template of the route, or `unmatched`."""
        series = self._series.get((method, route, status))
        if series is None:
            series = self._new_series(method, route, status)
        series[0].inc()
        series[1].observe(seconds)

    def token_refused(self, reason: str) -> None:
        """Count a refused token by the reason that its refusal gives."""
        self._tokens_refused.labels(self.service, reason).inc()

    def consumed(self, outcome: str, number: int = 1) -> None:
        """Count records by what became of them: applied, repeated, set aside."""
        self._consumed.labels(self.service, outcome).inc(number)

    def lag(self, topic: str, partition: int, records: int) -> None:
        """Note how far the consumer is behind the end of a partition."""
        self._lag.labels(self.service, topic, str(partition)).set(records)

    def dead_letters(self, state: str, number: int) -> None:
        """Note how many records are dead, or parked behind a dead one."""
        self._dead_letters.labels(self.service, state).set(number)

    def exposition(self) -> bytes:
        """This service's metrics and its process's, in Prometheus' text format."""
        return exposition([self])

    def _new_series(self, method: str, route: str, status: int) -> tuple[Counter, Histogram]:
        known = method if method in METHODS else "OTHER"
        template = route if len(self._series) < SERIES_LIMIT else "too_many_routes"
        series = (
            self._requests.labels(self.service, known, template, str(status)),
            self._seconds.labels(self.service, known, template),
        )
        if known == method and template == route:  # a stranger's method must not fill the memory
            self._series[method, route, status] = series
        return series

    def _counter(self, name: str, text: str, *labels: str) -> Counter:
        return Counter(f"onewindow_{name}", text, ("service", *labels), registry=self.registry)

    def _gauge(self, name: str, text: str, *labels: str) -> Gauge:
        return Gauge(f"onewindow_{name}", text, ("service", *labels), registry=self.registry)

    def _histogram(self, name: str, text: str, buckets: tuple[float, ...], *labels: str) -> Histogram:
        return Histogram(f"onewindow_{name}", text, ("service", *labels), registry=self.registry, buckets=buckets)


def exposition(services: Iterable[Metrics]) -> bytes:
    """Metrics of several services of one process as one page: each name once, a sample for each service."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Joined([service.registry for service in services]))
    ProcessCollector(registry=registry)
    return generate_latest(registry)


class _Joined(Collector):
    """The families of several registries, those of one name joined."""

    def __init__(self, registries: Iterable[CollectorRegistry]) -> None:
        self._registries = list(registries)

    def collect(self) -> Iterator[Metric]:
        """Families by name; times of creation are left out, which nobody asks for."""
        families: dict[str, Metric] = {}
        for registry in self._registries:
            for family in registry.collect():
                joined = families.setdefault(family.name, Metric(family.name, family.documentation, family.type))
                joined.samples.extend(sample for sample in family.samples if not sample.name.endswith("_created"))
        yield from families.values()
