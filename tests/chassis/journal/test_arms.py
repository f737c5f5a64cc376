"""What a hot path writes of an entry is what was hashed, or it is not written."""

from datetime import UTC, datetime
from typing import Any

import pytest

from chassis.journal.arms import NotAnOpening, Opening
from chassis.journal.chain import following
from chassis.journal.context import Acting
from chassis.journal.entries import HASHED, Entry, new_id
from contracts.codes import CaseOutcome, ConcludingService
from contracts.intake.cases import CaseConcluded, CaseRouted

OPENING = Opening(CaseConcluded, "POST /v1/notes")
NOON = datetime(2026, 3, 2, 4, tzinfo=UTC)


def first() -> Entry:
    fact = CaseConcluded(
        case_id=new_id(), division="130926000000", outcome=CaseOutcome.WITHDRAWN, concluded_by=ConcludingService.INTAKE
    )
    return following(fact, division="130926000000", who=Acting("clerk", new_id()), at=NOON)


def test_a_row_has_what_differs_between_first_entries() -> None:
    entry = first()
    row = dict(zip(OPENING.columns, OPENING.values("clerk", "key", b"hash", entry), strict=True))
    assert row["k_principal"] == "clerk"
    assert {f"e_{name}" for name in (*HASHED, "hash")} >= row.keys() - {"k_principal", "k_key", "k_body_hash"}
    assert all(row[name] == getattr(entry, name[2:]) for name in row if name.startswith("e_"))


@pytest.mark.parametrize("changes", [{"version": 2}, {"previous_hash": b"x" * 32}, {"ruleset": "another"}])
def test_what_is_no_first_entry_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(NotAnOpening):
        OPENING.values("clerk", "key", b"hash", first()._replace(**changes))


def test_a_fact_of_another_type_is_refused() -> None:
    with pytest.raises(NotAnOpening):
        Opening(CaseRouted, "POST /v1/notes").values("clerk", "key", b"hash", first())
