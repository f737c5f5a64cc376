"""Particulars on a restricted topic: opened for the receiver they were sealed for, and never anywhere else in clear."""

import base64
import json
from collections import Counter
from io import StringIO
from typing import Any
from uuid import UUID

import pytest

from chassis.bus.handlers import Delivery
from chassis.bus.protocol import Record
from chassis.database.session import Session
from chassis.journal.entries import new_id
from chassis.security.keys import Keyring
from chassis.security.parcels import seal_parcel
from contracts.codes import IntakeChannel, Tier
from contracts.envelope import Parcel
from contracts.intake.handovers import MediationRequested
from tests.chassis.bus.conftest import MakeConsumer
from tests.chassis.bus.stories import NOON, WOBEI, Effects, Story, note, record_of

MASTER, ANOTHER = bytes(range(32)), bytes(range(1, 33))
PARTICULARS = {"parties": [{"name": "王小明", "phone": "13812345678"}], "narrative": "邻居占用宅基地"}
CANARIES = ("王小明", "13812345678", "宅基地")


def keys(service: str, peer: str, master: bytes = MASTER) -> Keyring:
    return Keyring.from_master(master, service, frozenset({peer}))


MEDIATION = keys("mediation", "intake")


def requested(case_id: UUID) -> MediationRequested:
    return MediationRequested(
        case_id=case_id,
        number="（2026）肃窗字第1号",
        division=WOBEI,
        tier=Tier.TOWNSHIP,
        channel=next(iter(IntakeChannel)),
        people_involved=2,
        parties=1,
        registered_at=NOON,
    )


def handover(story: Story, keyring: Keyring, receiver: str = "mediation", sealed_for: UUID | None = None) -> Record:
    """A handover whose parcel is sealed with the sender's keys."""
    entry = new_id()
    plain = json.dumps(PARTICULARS).encode()
    sealed = seal_parcel(keyring, plain, sender="intake", receiver=receiver, entry_id=sealed_for or entry)
    parcel = Parcel(keyid=sealed.key_id, sealed=base64.b64encode(sealed.sealed).decode())
    event = requested(story.case_id)
    return record_of(story.envelope(event, parcel=parcel, entry=entry), event)


class Opening:
    """A handler that remembers what it was shown."""

    def __init__(self) -> None:
        self.seen: list[dict[str, Any] | None] = []

    async def __call__(self, session: Session, delivery: Delivery[Any]) -> None:
        self.seen.append(delivery.particulars)
        await note(session, delivery)


async def test_the_receiver_sees_what_was_sealed_for_it(make_consumer: MakeConsumer, effects: Effects) -> None:
    opening = Opening()
    consumer = make_consumer({MediationRequested: opening}, keyring=MEDIATION)
    await consumer.deliver([handover(Story(), keys("intake", "mediation"))])
    assert opening.seen == [PARTICULARS]


async def test_particulars_that_were_erased_meanwhile_are_simply_gone(
    make_consumer: MakeConsumer, effects: Effects
) -> None:
    opening = Opening()
    story = Story()
    event = requested(story.case_id)
    consumer = make_consumer({MediationRequested: opening}, keyring=MEDIATION)
    await consumer.deliver([record_of(story.envelope(event), event)])
    assert opening.seen == [None]
    assert await effects.versions(story.case_id) == [1]


@pytest.mark.parametrize(
    "spoil",
    [
        pytest.param(lambda story: handover(story, keys("intake", "mediation", ANOTHER)), id="another key"),
        pytest.param(lambda story: handover(story, keys("intake", "petition"), "petition"), id="another receiver"),
        pytest.param(
            lambda story: handover(story, keys("intake", "mediation"), sealed_for=new_id()), id="of another entry"
        ),
    ],
)
async def test_what_cannot_be_opened_is_set_aside_sealed_and_raises_an_alarm(
    spoil: Any,
    make_consumer: MakeConsumer,
    effects: Effects,
    counted: Counter[str],
    lines: StringIO,
) -> None:
    opening = Opening()
    consumer = make_consumer({MediationRequested: opening}, keyring=MEDIATION)
    await consumer.deliver([spoil(Story())])
    assert opening.seen == []
    assert [(state, reason) for state, reason, _ in await effects.letters()] == [("dead", "parcel_unreadable")]
    assert counted["alarm"] == 1
    told = lines.getvalue()
    everything = await effects.owner.fetchval(
        "SELECT string_agg(convert_from(value, 'UTF8') || d::text, '') FROM dead_letters d"
    )
    assert not any(canary in everything + told for canary in CANARIES)


async def test_a_service_without_keys_opens_nothing(make_consumer: MakeConsumer, effects: Effects) -> None:
    opening = Opening()
    await make_consumer({MediationRequested: opening}).deliver([handover(Story(), keys("intake", "mediation"))])
    assert opening.seen == []
    assert await effects.letters() == [("dead", "parcel_unreadable", "no keys")]


async def test_a_handler_that_fails_on_particulars_leaves_none_of_them_behind(
    make_consumer: MakeConsumer, effects: Effects, lines: StringIO
) -> None:
    async def fail(session: Session, delivery: Delivery[Any]) -> None:
        raise ValueError(delivery.particulars)

    consumer = make_consumer({MediationRequested: fail}, keyring=MEDIATION)
    await consumer.deliver([handover(Story(), keys("intake", "mediation"))])
    assert await effects.letters() == [("dead", "unhandled", "ValueError")]
    assert "record_failed" in lines.getvalue()
    told = lines.getvalue()
    everything = await effects.owner.fetchval(
        "SELECT string_agg(convert_from(value, 'UTF8') || d::text, '') FROM dead_letters d"
    )
    assert not any(canary in everything + told for canary in CANARIES)
