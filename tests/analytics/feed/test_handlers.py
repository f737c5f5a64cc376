"""The feed hears every open fact, nothing else, and before anybody else does."""

from fastapi import FastAPI

from chassis.bus.handlers import topics_of
from contracts.catalog import EVENTS
from contracts.topics import INTAKE_HANDOVERS, TOPICS, PersonalData
from services.analytics.feed import handlers


def test_every_open_fact_reaches_the_feed_and_no_restricted_one() -> None:
    assert set(handlers.HANDLERS) == {event for event in EVENTS if event.topic.personal is PersonalData.OPEN}
    restricted = {name for name, topic in TOPICS.items() if topic.personal is PersonalData.RESTRICTED}
    assert restricted == {INTAKE_HANDOVERS.name}
    assert topics_of([handlers.HANDLERS]) == set(TOPICS) - restricted


def test_its_turn_is_waited_for_before_any_other_row_is_locked(app: FastAPI) -> None:
    table = app.state.service.consumer._reader.handlers
    assert table
    for event, mine in handlers.HANDLERS.items():
        assert table[event][0] is mine, event
