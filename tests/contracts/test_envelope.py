"""The envelope carries a fact there and back unchanged, in CloudEvents' form."""

import json
import re
from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from contracts.codes import CaseKind, IntakeChannel, Tier
from contracts.envelope import Envelope, Parcel, canonical_text, envelope_bytes
from contracts.intake.cases import CaseRegistered
from contracts.intake.handovers import HandoverParticulars, MediationRequested

SHANGHAI = timezone(timedelta(hours=8))
CASE = UUID("0198c4f2-7b1e-7c3a-9f10-2b6d5e8a4c01")

moments = st.datetimes(
    min_value=datetime(1900, 1, 1),  # noqa: DTZ001  hypothesis adds the zone itself
    max_value=datetime(2200, 1, 1),  # noqa: DTZ001  same
    timezones=st.sampled_from([UTC, SHANGHAI, timezone(timedelta(hours=-3, minutes=-30))]),
)


def registered(**changes: Any) -> CaseRegistered:
    fields: dict[str, Any] = {
        "case_id": CASE,
        "number": "（2026）肃窗字第123号",
        "kind": CaseKind.DISPUTE,
        "channel": IntakeChannel.WINDOW,
        "division": "130926101000",
        "tier": Tier.TOWNSHIP,
        "people_involved": 3,
        "parties": 2,
        "registered_at": datetime(2026, 3, 2, 9, 15, 30, 250000, tzinfo=SHANGHAI),
    }
    return CaseRegistered.model_validate(fields | changes)


def enveloped(event: CaseRegistered, **changes: Any) -> Envelope:
    attributes: dict[str, Any] = {
        "id": uuid4(),
        "time": event.registered_at,
        "recordedat": event.registered_at,
        "sequence": 1,
        "previous": 0,
        "division": event.division,
        "correlationid": uuid4(),
    }
    return Envelope.of(event, **(attributes | changes))


def test_the_canonical_text_is_sorted_dense_unescaped_and_in_utc() -> None:
    assert registered(category="NEIGHBOR", occurred_on="2026-02-27").canonical() == (
        '{"amount_fen":null,"case_id":"0198c4f2-7b1e-7c3a-9f10-2b6d5e8a4c01","category":"NEIGHBOR","channel":"WINDOW",'
        '"division":"130926101000","kind":"DISPUTE","number":"（2026）肃窗字第123号","occurred_on":"2026-02-27",'
        '"parties":2,"people_involved":3,"registered_at":"2026-03-02T01:15:30.250000Z","scale":null,"source":null,'
        '"tier":"TOWNSHIP"}'
    )


def test_whole_seconds_keep_their_six_digits() -> None:
    event = registered(registered_at=datetime(2026, 1, 1, tzinfo=UTC))
    assert '"registered_at":"2026-01-01T00:00:00.000000Z"' in event.canonical()


@given(moments)
def test_equal_instants_make_equal_texts(moment: datetime) -> None:
    here, there = registered(registered_at=moment), registered(registered_at=moment.astimezone(UTC))
    assert here.canonical() == there.canonical()


@given(moments, st.integers(1, 1_000_000), st.one_of(st.none(), st.integers(0, 10**15)))
def test_canonical_text_and_model_dump_say_the_same(moment: datetime, people: int, amount: int | None) -> None:
    event = registered(registered_at=moment, people_involved=people, amount_fen=amount)
    assert json.loads(event.canonical()) == event.model_dump(mode="json")
    assert CaseRegistered.model_validate_json(event.canonical()) == event
    assert CaseRegistered.model_validate(json.loads(event.canonical())).canonical() == event.canonical()


@given(moments, st.integers(1, 10**9), st.one_of(st.none(), st.uuids()), st.sampled_from([None, "c2VhbGVk", "AA=="]))
def test_an_envelope_comes_back_equal_and_byte_for_byte(
    moment: datetime, sequence: int, cause: UUID | None, sealed: str | None
) -> None:
    parcel = Parcel(keyid='a "quoted" 键', sealed=sealed) if sealed else None
    envelope = enveloped(
        registered(registered_at=moment), sequence=sequence, previous=sequence - 1, causationid=cause, parcel=parcel
    )
    again = Envelope.model_validate_json(envelope.to_bytes())
    assert again == envelope
    assert again.to_bytes() == envelope.to_bytes()
    assert again.parcel == parcel


def test_bytes_made_around_journaled_text_are_those_of_the_model() -> None:
    event = registered()
    envelope = enveloped(event, causationid=uuid4(), parcel=Parcel(keyid="k1", sealed="AA=="))
    assert envelope.causationid is not None
    assert envelope.to_bytes() == envelope_bytes(
        id=envelope.id,
        type=event.type,
        version=event.version,
        subject=event.subject_id,
        time=envelope.time,
        sequence=1,
        previous=0,
        recordedat=envelope.recordedat,
        correlationid=envelope.correlationid,
        causationid=envelope.causationid,
        division=event.division,
        data_text=event.canonical(),
        parcel=envelope.parcel,
    )


def test_the_bytes_are_a_structured_cloudevent() -> None:
    record = json.loads(enveloped(registered(), parcel=Parcel(keyid="k1", sealed="AA==")).to_bytes())
    assert record["specversion"] == "1.0"
    assert {"id", "source", "type"} <= record.keys()
    assert all(re.fullmatch(r"[a-z0-9]{1,20}", name) for name in record)
    assert all(isinstance(value, str | int | bool) for name, value in record.items() if name != "data")
    assert record["partitionkey"] == record["subject"] == str(CASE)
    assert record["source"] == "/onewindow/intake"
    assert record["dataschema"] == "urn:onewindow:schema:intake.case_registered:v1"


def test_an_attribute_without_a_value_is_absent() -> None:
    record = json.loads(enveloped(registered()).to_bytes())
    assert not {"causationid", "parcelkeyid", "parcelsealed"} & record.keys()


def test_the_data_of_an_unknown_type_still_travels_exactly() -> None:
    record = json.loads(enveloped(registered()).to_bytes())
    record["data"] = {"新": [1, {"b": 2, "a": None}], "x": 1.5}
    envelope = Envelope.model_validate(record)
    assert envelope.data == record["data"]
    assert json.loads(envelope.to_bytes())["data"] == record["data"]


def test_unknown_attributes_and_fields_are_ignored_when_read() -> None:
    record = json.loads(enveloped(registered()).to_bytes())
    record["later"] = "addition"
    record["data"]["later"] = "addition"
    envelope = Envelope.model_validate_json(json.dumps(record))
    assert CaseRegistered.model_validate(envelope.data) == registered()


@pytest.mark.parametrize(
    ("attribute", "value"),
    [
        ("specversion", "0.3"),
        ("id", "not-a-uuid"),
        ("sequence", 0),
        ("sequence", "1"),
        ("previous", -1),
        ("time", "2026-03-02T09:15:30"),
        ("time", 1772413200),
        ("division", "130926"),
        ("data", "text"),
    ],
)
def test_a_malformed_envelope_is_refused(attribute: str, value: object) -> None:
    record = json.loads(enveloped(registered()).to_bytes()) | {attribute: value}
    with pytest.raises(ValidationError, match=attribute):
        Envelope.model_validate_json(json.dumps(record))


def test_an_event_cannot_be_changed() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        registered().parties = 3  # type: ignore[misc]


def test_a_text_that_json_cannot_carry_never_becomes_canonical() -> None:
    with pytest.raises(TypeError):
        canonical_text({"x": object()})


def test_particulars_come_back_from_their_parcel() -> None:
    plain = {
        "parties": [
            {
                "party_id": str(uuid4()),
                "role": "APPLICANT",
                "name": "测试甲",
                "phone": "13800000000",
                "identity_number": None,
                "address": None,
            }
        ],
        "narrative": "邻里排水纠纷",
    }
    particulars = HandoverParticulars.model_validate(plain)
    assert HandoverParticulars.from_bytes(particulars.to_bytes()) == particulars
    assert json.loads(particulars.to_bytes()) == plain


def test_a_handover_names_its_receiver_by_itself() -> None:
    assert MediationRequested.model_fields["receiver"].default == "mediation"
