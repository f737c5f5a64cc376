"""Event fields take what they mean and nothing that merely looks like it."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from contracts.fields import (
    ClockId,
    Count,
    Day,
    DivisionCode,
    Flag,
    GridCode,
    Moment,
    OfficialNumber,
    People,
    SourceReference,
)

ACCEPTED = [
    (Moment, "2026-03-02T09:15:30+08:00", datetime(2026, 3, 2, 1, 15, 30, tzinfo=UTC)),
    (Moment, "2026-03-02T01:15:30Z", datetime(2026, 3, 2, 1, 15, 30, tzinfo=UTC)),
    (Day, "2026-03-02", date(2026, 3, 2)),
    (Day, date(2026, 3, 2), date(2026, 3, 2)),
    (DivisionCode, "130926101000", "130926101000"),
    (GridCode, "130926101000003", "130926101000003"),
    (OfficialNumber, "（2026）肃人调字第123号", "（2026）肃人调字第123号"),
    (SourceReference, "messages:188006", "messages:188006"),
    (ClockId, "MED_COURT_POST_ORD", "MED_COURT_POST_ORD"),
    (People, 1, 1),
    (Flag, False, False),
]

REFUSED = [
    (Moment, "2026-03-02T09:15:30"),  # no offset: nobody knows which day it is
    (Moment, "2026-03-02"),
    (Moment, "1772413200"),
    (Moment, 1772413200),
    (Moment, datetime(2026, 3, 2)),  # noqa: DTZ001  the point
    (Moment, "0001-01-01T00:00:00+08:00"),  # before year 1 in UTC
    (Day, "2026-03-02T00:00:00Z"),
    (Day, datetime(2026, 3, 2, tzinfo=UTC)),
    (Day, "20260302"),
    (Day, 20514),
    (Day, "2026-02-30"),
    (DivisionCode, "130926"),
    (DivisionCode, "１３０９２６１０１０００"),
    (DivisionCode, "130926101000\n"),
    (DivisionCode, 130926101000),
    (OfficialNumber, "(2026)肃人调字第123号"),
    (SourceReference, "messages"),
    (SourceReference, "消息:1"),
    (ClockId, "pet_handle"),
    (People, 0),
    (People, "3"),
    (People, 3.0),
    (People, True),
    (Count, -1),
    (Flag, 1),
    (Flag, "true"),
]


@pytest.mark.parametrize(("field", "given", "held"), ACCEPTED)
def test_what_a_field_means_is_held(field: Any, given: object, held: object) -> None:
    assert TypeAdapter(field).validate_python(given) == held


@pytest.mark.parametrize(("field", "given"), REFUSED)
def test_what_only_looks_like_it_is_refused(field: Any, given: object) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(field).validate_python(given)
