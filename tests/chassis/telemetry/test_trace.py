"""Trace ids: what of a header is believed, and what travels on."""

import asyncio
from uuid import UUID

import pytest

from chassis.telemetry.trace import Trace, current, new_trace, of_correlation, parse, received, tracing

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
SPAN = "00f067aa0ba902b7"


def test_a_well_formed_header_is_believed() -> None:
    assert parse(f"00-{TRACE}-{SPAN}-01") == Trace(TRACE, SPAN, "01")
    assert parse(f"cc-{TRACE}-{SPAN}-00-what-comes-later") == Trace(TRACE, SPAN, "00")


@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        f"ff-{TRACE}-{SPAN}-01",
        f"00-{TRACE}-{SPAN}-01-more",
        f"00-{'0' * 32}-{SPAN}-01",
        f"00-{TRACE}-{'0' * 16}-01",
        f"00-{TRACE.upper()}-{SPAN}-01",
        f"00-{TRACE[:-1]}-{SPAN}-01",
        f"00-{TRACE}-{SPAN}",
        f"00-{TRACE}-{SPAN}-01\n",
        f" 00-{TRACE}-{SPAN}-01",
        f"00-{TRACE}-{SPAN}-0１",
    ],
)
def test_anything_else_begins_a_new_trace(header: str | None) -> None:
    assert parse(header) is None
    begun = received(header)
    assert begun.trace_id != TRACE
    assert parse(begun.traceparent()) == begun


def test_a_received_trace_goes_on_under_a_new_span() -> None:
    ours = received(f"00-{TRACE}-{SPAN}-01")
    assert ours.trace_id == TRACE
    assert ours.span_id != SPAN
    assert parse(ours.child().traceparent()) != ours
    assert ours.child().trace_id == TRACE


def test_a_fact_leads_back_to_its_trace() -> None:
    begun = new_trace()
    assert begun.correlation_id == UUID(hex=begun.trace_id)
    assert of_correlation(begun.correlation_id).trace_id == begun.trace_id


async def test_each_task_has_its_own() -> None:
    async def work(trace: Trace) -> str | None:
        with tracing(trace):
            await asyncio.sleep(0)
            here = current()
            return here.trace_id if here else None

    traces = [new_trace() for _ in range(10)]
    assert await asyncio.gather(*(work(trace) for trace in traces)) == [trace.trace_id for trace in traces]
    assert current() is None
