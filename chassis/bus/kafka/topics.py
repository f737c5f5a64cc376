"""Topics at the brokers: created where they are missing, compared with what is wanted where they are there."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.errors import KafkaError, TopicAlreadyExistsError, UnknownTopicOrPartitionError, for_code

from chassis.bus.failures import describe
from chassis.bus.kafka.access import KafkaAccess
from chassis.bus.kafka.bounded import within
from chassis.bus.protocol import Unavailable
from contracts.topics import Topic

SECONDS: Final = 30.0
MOST_REPLICAS: Final = 3
BATCH_BYTES: Final = 1_048_576
"""A batch that brokers accept, and so a record; events are far smaller."""


class State(StrEnum):
    """What was found of a topic, and done."""

    CREATED = "created"
    MISSING = "missing"
    AS_WANTED = "as_wanted"
    DIFFERS = "differs"


@dataclass(frozen=True, slots=True)
class Difference:
    """A setting that is not as wanted. None of them is ever changed here: data or order may depend on it."""

    setting: str
    wanted: str
    found: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one topic."""

    topic: str
    state: State
    differences: Sequence[Difference] = ()


async def apply(
    access: KafkaAccess,
    topics: Collection[Topic],
    *,
    partitions: int,
    replicas: int | None = None,
    create: bool = True,
) -> Sequence[Outcome]:
    """Create what is missing unless told not to, and compare the rest; raises Unavailable.

    `partitions` can never be changed afterwards, since a case would move to another one. Without `replicas` there are
    as many as brokers, at most three, and of three two must have a record before it counts as written.
    """
    try:
        return await within(SECONDS, _apply(access, topics, partitions, replicas, create=create))
    except (KafkaError, OSError, TimeoutError) as error:
        raise Unavailable(describe(error)) from error


async def _apply(
    access: KafkaAccess, topics: Collection[Topic], partitions: int, replicas: int | None, *, create: bool
) -> Sequence[Outcome]:
    admin = AIOKafkaAdminClient(**access.client())
    try:
        await admin.start()
        if replicas is None:
            replicas = min(MOST_REPLICAS, len((await admin.describe_cluster())["brokers"]))
        wanted = {topic.name: _wanted(topic, partitions, replicas) for topic in topics}
        found = await _found(admin, wanted)
        missing = [name for name in wanted if name not in found]
        created = await _create(admin, {name: wanted[name] for name in missing}) if create and missing else set()
        if missing and not created >= set(missing) and create:  # somebody else was faster: compare theirs
            found = await _found(admin, wanted)
        return [_outcome(name, wanted[name], found.get(name), made=name in created) for name in wanted]
    finally:
        await within(SECONDS, admin.close())


def _wanted(topic: Topic, partitions: int, replicas: int) -> Mapping[str, str]:
    """Every setting of a topic by its Kafka name, the two that are no settings for Kafka included."""
    return {
        "partitions": str(partitions),
        "replicas": str(replicas),
        "min.insync.replicas": str(max(1, replicas - 1)),
        "max.message.bytes": str(BATCH_BYTES),
        # By the broker's clock: a producer with a wrong one must not have its records deleted, or kept for ever.
        "message.timestamp.type": "LogAppendTime",
        **topic.settings,
    }


async def _found(admin: AIOKafkaAdminClient, wanted: Mapping[str, Mapping[str, str]]) -> Mapping[str, dict[str, str]]:
    """Settings of the topics that are there."""
    found: dict[str, dict[str, str]] = {}
    for topic in await admin.describe_topics(list(wanted)):
        error = for_code(topic["error_code"])
        if error is UnknownTopicOrPartitionError:
            continue
        if topic["error_code"]:
            raise error
        parts = topic["partitions"]
        replicas = {str(len(part["replicas"])) for part in parts}
        found[topic["topic"]] = {"partitions": str(len(parts)), "replicas": "/".join(sorted(replicas))}
    if found:
        asked = [ConfigResource(ConfigResourceType.TOPIC, name) for name in found]
        for answer in await admin.describe_configs(asked):
            for code, _, _, name, entries, *_ in answer.resources:
                if code:
                    raise for_code(code)
                found[name] |= {entry[0]: entry[1] for entry in entries if entry[0] in wanted[name]}
    return found


async def _create(admin: AIOKafkaAdminClient, missing: Mapping[str, Mapping[str, str]]) -> set[str]:
    """Create topics; returns those that are new, since a topic that exists is no error here."""
    new = [_new(name, settings) for name, settings in missing.items()]
    answer: Any = await admin.create_topics(new)
    created = set()
    for name, code, *_ in answer.topic_errors:
        error = for_code(code)
        if code and error is not TopicAlreadyExistsError:
            raise error
        if not code:
            created.add(name)
    return created


def _new(name: str, wanted: Mapping[str, str]) -> NewTopic:
    settings = {key: value for key, value in wanted.items() if key not in {"partitions", "replicas"}}
    return NewTopic(name, int(wanted["partitions"]), int(wanted["replicas"]), topic_configs=settings)


def _outcome(name: str, wanted: Mapping[str, str], found: Mapping[str, str] | None, *, made: bool) -> Outcome:
    if made:
        return Outcome(name, State.CREATED)
    if found is None:
        return Outcome(name, State.MISSING)
    differences = [
        Difference(setting, value, found.get(setting, ""))
        for setting, value in wanted.items()
        if found.get(setting) != value
    ]
    return Outcome(name, State.DIFFERS if differences else State.AS_WANTED, differences)
