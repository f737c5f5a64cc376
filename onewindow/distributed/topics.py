"""`onewindow topics apply`: the topics of the published language at the brokers, created and compared."""

import asyncio
from collections.abc import Sequence
from typing import Any

from rich.console import Console
from rich.table import Table

from chassis.bus.kafka import topics
from chassis.bus.kafka.access import KafkaAccess
from chassis.bus.kafka.topics import Outcome, State
from contracts.topics import TOPICS

LABELS = {
    State.CREATED: "已创建 created",
    State.MISSING: "缺失 missing",
    State.AS_WANTED: "一致 as wanted",
    State.DIFFERS: "不一致 differs",
}


def apply(access: KafkaAccess, *, partitions: int, replicas: int | None, create: bool) -> Sequence[Outcome]:
    """Create the missing topics unless told not to, and compare the others; raises Unavailable."""
    return asyncio.run(topics.apply(access, TOPICS.values(), partitions=partitions, replicas=replicas, create=create))


def are_as_wanted(outcomes: Sequence[Outcome]) -> bool:
    """Whether every topic is there and is as the contracts want it."""
    return all(outcome.state in {State.CREATED, State.AS_WANTED} for outcome in outcomes)


def as_json(outcomes: Sequence[Outcome]) -> dict[str, Any]:
    """The outcomes for a program."""
    return {
        "as_wanted": are_as_wanted(outcomes),
        "items": [
            {
                "id": outcome.topic,
                "state": outcome.state,
                "differences": [
                    {"setting": one.setting, "wanted": one.wanted, "found": one.found} for one in outcome.differences
                ],
            }
            for outcome in outcomes
        ],
    }


def show(outcomes: Sequence[Outcome]) -> None:
    """The outcomes for people."""
    table = Table(box=None, pad_edge=False)
    for heading in ("主题 topic", "状态 state"):
        table.add_column(heading, no_wrap=True)
    table.add_column("差异 differences", overflow="fold")
    for outcome in outcomes:
        differences = "; ".join(f"{one.setting} {one.found} ≠ {one.wanted}" for one in outcome.differences)
        table.add_row(outcome.topic, LABELS[outcome.state], differences)
    Console().print(table)
