"""The catalog is whole, and each event stands where its type says."""

import re
from itertools import groupby
from types import ModuleType

import pytest

from contracts.catalog import CATALOG, EVENTS
from contracts.envelope import Event
from contracts.intake import cases, directory, handovers
from contracts.intake.directory import division_id
from contracts.mediation import cases as mediations
from contracts.petition import matters
from contracts.topics import TOPICS, PersonalData

MODULES = (cases, directory, handovers, mediations, matters)


def events_of(module: ModuleType) -> set[type[Event]]:
    return {
        found
        for found in vars(module).values()
        if isinstance(found, type) and issubclass(found, Event) and found.__module__ == module.__name__
    }


def test_every_event_is_in_the_catalog_once() -> None:
    assert set(EVENTS) == set().union(*map(events_of, MODULES))
    assert len(CATALOG) == len(EVENTS)


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: event.type)
def test_an_event_belongs_to_the_service_that_owns_its_topic(event: type[Event]) -> None:
    owner = event.type.partition(".")[0]
    assert event.topic.owner == owner
    assert event.__module__.split(".")[1] == owner
    assert TOPICS[event.topic.name] is event.topic


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: event.type)
def test_an_event_says_what_it_states_and_what_each_field_means(event: type[Event]) -> None:
    assert event.__doc__
    for name, field in event.model_fields.items():
        assert field.description, name


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: event.type)
def test_the_key_comes_first(event: type[Event]) -> None:
    assert next(iter(event.model_fields)) == event.topic.key


def test_every_topic_has_events_and_a_proper_name() -> None:
    assert {event.topic.name for event in EVENTS} == TOPICS.keys()
    for topic in TOPICS.values():
        assert re.fullmatch(rf"onewindow\.{topic.owner}\.[a-z]+\.v[1-9]", topic.name)


def test_events_of_a_topic_stand_together() -> None:
    assert len([name for name, _ in groupby(EVENTS, key=lambda event: event.topic.name)]) == len(TOPICS)


def test_what_is_restricted_is_kept_briefly_and_only_that() -> None:
    for topic in TOPICS.values():
        assert (topic.personal is PersonalData.RESTRICTED) == (topic.retention_days is not None)


def test_the_brokers_settings_follow() -> None:
    assert TOPICS["onewindow.intake.case.v1"].settings == {"cleanup.policy": "delete", "retention.ms": "-1"}
    assert TOPICS["onewindow.intake.handover.v1"].settings["retention.ms"] == str(7 * 86_400_000)
    assert TOPICS["onewindow.intake.directory.v1"].settings["cleanup.policy"] == "compact"


def test_a_divisions_id_follows_from_its_code_for_ever() -> None:
    assert str(division_id("130926101000")) == "d7048551-2694-5ac0-9a77-e50d01b3cc85"
    assert division_id("130926101000") != division_id("130926102000")
