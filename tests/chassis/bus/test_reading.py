"""Poison of every kind: kept byte for byte, its case held, and nothing of it in what people and logs read."""

import json
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from io import StringIO
from typing import Any

import pytest

from chassis.bus.consumer import Consumer
from chassis.bus.protocol import Record
from chassis.journal.entries import new_id
from contracts.envelope import MAX_BYTES
from contracts.topics import INTAKE_CASES
from tests.chassis.bus.stories import Effects, Story, record_of

CANARY = "王小明13812345678"

Spoil = Callable[[Record], Record]


def changed(**fields: Any) -> Spoil:
    """The record with attributes of its envelope changed, or removed where the new value is None."""

    def spoil(record: Record) -> Record:
        envelope = json.loads(record.value) | fields
        kept = {name: value for name, value in envelope.items() if value is not None}
        return replace(record, value=json.dumps(kept, ensure_ascii=False).encode("utf-8", "surrogatepass"))

    return spoil


def data(**fields: Any) -> Spoil:
    """The same for a field of the fact."""
    return lambda record: changed(data=json.loads(record.value)["data"] | fields)(record)


def bytes_of(value: bytes) -> Spoil:
    return lambda record: replace(record, value=value)


POISON: dict[str, tuple[str, Spoil]] = {
    "empty": ("unreadable", bytes_of(b"")),
    "not JSON": ("unreadable", bytes_of(CANARY.encode())),
    "not UTF-8": ("unreadable", bytes_of(b'{"id":"\xff\xfe"}')),
    "JSON, but no envelope": ("unreadable", bytes_of(json.dumps({CANARY: CANARY}).encode())),
    "cut short": ("unreadable", lambda record: replace(record, value=record.value[:-20])),
    "nested without end": ("unreadable", bytes_of(b"[" * 100_000)),
    "a NUL": ("unreadable", lambda record: replace(record, value=b"\0" + record.value)),
    "a NUL in a field": ("invalid_data", data(number=f"\0{CANARY}")),
    "a lone surrogate": ("unreadable", data(number="\ud800")),
    "1 MiB of nothing": ("too_large", lambda record: replace(record, value=record.value + b" " * 2**20)),
    "a mebibyte of data": ("too_large", data(number=CANARY * MAX_BYTES)),
    "no id": ("unreadable", changed(id=None)),
    "no version": ("unreadable", changed(sequence=None)),
    "a version of zero": ("unreadable", changed(sequence=0)),
    "a version beyond any": ("out_of_place", changed(sequence=2**40)),
    "a version before the previous one": ("out_of_place", changed(sequence=1, previous=1)),
    "an unknown version of the type": ("unknown_version", changed(dataversion=99)),
    "a missing field": ("invalid_data", changed(data={"case_id": str(new_id())})),
    "a field of the wrong type": ("invalid_data", data(tier=CANARY)),
    "data of another case": ("out_of_place", data(case_id=str(new_id()))),
    "another key": ("out_of_place", lambda record: replace(record, key=str(new_id()))),
    "a key that is no id": ("out_of_place", lambda record: replace(record, key=CANARY)),
    "a key with a NUL and a surrogate": ("out_of_place", lambda record: replace(record, key="\0\ud800")),
    "no key": ("out_of_place", lambda record: replace(record, key="")),
    "a forged sender": ("out_of_place", changed(source="/onewindow/petition")),
    "a sender that does not exist": ("unreadable", changed(source=CANARY)),
    "another service's topic": ("out_of_place", lambda record: replace(record, topic=INTAKE_CASES.name)),
    "particulars on an open topic": ("out_of_place", changed(parcelkeyid="k1", parcelsealed="AAAA")),
}


@pytest.mark.parametrize("kind", POISON)
async def test_poison_is_kept_verbatim_and_holds_its_case_only(
    kind: str, consumer: Consumer, effects: Effects, counted: Counter[str], lines: StringIO
) -> None:
    reason, spoil = POISON[kind]
    story, other = Story(), Story()
    sound = story.tell()
    poisoned = spoil(story.tell())
    follower = replace(story.tell(), key=poisoned.key)
    await consumer.deliver([sound, other.tell(), poisoned, other.tell(), follower, other.tell()])
    await consumer.deliver([poisoned])
    assert await effects.versions(story.case_id) == [1]
    assert await effects.versions(other.case_id) == [1, 2, 3]
    letters = await effects.letters()
    assert [(state, why) for state, why, _ in letters] == [("dead", reason), ("parked", "behind")]
    kept = await effects.owner.fetchrow("SELECT topic, value, headers::text FROM dead_letters WHERE state = 'dead'")
    assert kept is not None
    assert (kept["topic"], kept["value"]) == (poisoned.topic, poisoned.value)
    assert "content-type" in kept["headers"]
    assert counted["dead"] == 1
    assert counted["alarm"] == (reason == "out_of_place")
    told = " ".join(detail for _, _, detail in letters) + lines.getvalue()
    assert "record_dead" in told
    assert not any(piece in told for piece in (CANARY, "王小明", "13812345678"))


async def test_another_event_with_a_version_that_was_applied_is_a_second_history(
    consumer: Consumer, effects: Effects, counted: Counter[str]
) -> None:
    story = Story()
    first, second = story.tell_all(2)
    await consumer.deliver([first, second])
    forged = changed(id=str(new_id()))(second)
    await consumer.deliver([Story().tell(), forged, Story().tell()])
    assert await effects.letters() == [("dead", "fork", "")]
    assert counted["alarm"] == 1
    assert await effects.versions(story.case_id) == [1, 2]
    assert await effects.owner.fetchval("SELECT count(*) FROM inbox") == 4


async def test_one_id_for_two_versions_is_a_second_history(consumer: Consumer, effects: Effects) -> None:
    story = Story()
    first, second = story.tell_all(2)
    stolen = changed(id=json.loads(first.value)["id"])(second)
    await consumer.deliver([first, stolen])
    assert await effects.versions(story.case_id) == [1]
    assert await effects.letters() == [("dead", "fork", "")]


async def test_where_a_record_was_kept_is_kept_too(consumer: Consumer, effects: Effects) -> None:
    broken = replace(record_of(Story().envelope()), value=b"?", partition=3, offset=2**40)
    await consumer.deliver([broken])
    row = await effects.owner.fetchrow('SELECT partition, "offset" FROM dead_letters')
    assert row is not None
    assert tuple(row) == (3, 2**40)
