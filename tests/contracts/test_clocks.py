import dataclasses

import pytest

from contracts import clocks
from contracts.clocks import CLOCKS, NOT_CLOCKS, ClockClass, PauseKind, Unit

LENGTHS = {
    "PET_DISPATCH": "15 calendar_day duty",
    "PET_NOTICE_DIRECT": "15 calendar_day duty",
    "PET_NOTICE_TRANSFERRED": "15 calendar_day duty",
    "PET_OBJECTION": "5 working_day duty",
    "PET_HANDLE": "60 calendar_day duty",
    "PET_REVIEW_REQUEST": "30 calendar_day window",
    "PET_REVIEW_DECIDE": "30 calendar_day duty",
    "PET_RECHECK_REQUEST": "30 calendar_day window",
    "PET_RECHECK_DECIDE": "30 calendar_day duty",
    "MED_GENERAL": "1 month duty",
    "MED_LABOUR": "15 calendar_day duty",
    "MED_MEDICAL": "30 working_day duty",
    "MED_TRAFFIC_POLICE": "10 calendar_day duty",
    "MED_COURT_PRE": "30 calendar_day court",
    "MED_COURT_POST_ORD": "15 calendar_day court",
    "MED_COURT_POST_SUM": "7 calendar_day court",
    "MED_ONLINE_CONFIRM": "3 working_day duty",
    "JC_APPLY": "30 calendar_day window",
    "ENFORCE_APPLY": "2 year window",
    "LA_DECIDE": "7 calendar_day duty",
    "LA_ASSIGN": "3 calendar_day duty",
    "LA_OBJECTION": "5 calendar_day duty",
    "NOTARY_ISSUE": "15 working_day duty",
    "DV_ORDER": "72 hour court",
    "DV_ORDER_URGENT": "24 hour court",
}


def test_the_table_is_the_one_of_the_rules_page() -> None:
    assert {id_: f"{clock.length} {clock.unit} {clock.clock_class}" for id_, clock in CLOCKS.items()} == LENGTHS


def test_windows_and_courts_roll_and_duties_never_do() -> None:
    for clock in CLOCKS.values():
        assert clock.rolls == (clock.clock_class is not ClockClass.DUTY and clock.unit is not Unit.HOUR), clock.id


def test_only_these_clocks_stop() -> None:
    assert {id_: set(clock.pauses) for id_, clock in CLOCKS.items() if clock.pauses} == {
        "PET_RECHECK_DECIDE": {PauseKind.HEARING},
        "MED_MEDICAL": {PauseKind.APPRAISAL},
        "MED_COURT_PRE": {PauseKind.APPRAISAL},
        "NOTARY_ISSUE": {PauseKind.FORCE_MAJEURE, PauseKind.SUPPLEMENTS, PauseKind.VERIFICATION},
    }


def test_only_these_clocks_are_lengthened_and_in_their_own_day_unit() -> None:
    extended = {id_: clock for id_, clock in CLOCKS.items() if clock.extension}
    assert set(extended) == {
        "PET_HANDLE",
        "MED_GENERAL",
        "MED_MEDICAL",
        "MED_COURT_PRE",
        "MED_COURT_POST_ORD",
        "MED_COURT_POST_SUM",
    }
    for clock in extended.values():
        assert clock.extension is not None
        working = clock.unit is Unit.WORKING_DAY
        assert clock.extension.unit is (Unit.WORKING_DAY if working else Unit.CALENDAR_DAY)
        assert (clock.extension.once, clock.extension.most) == (
            (True, 30) if clock.id == "PET_HANDLE" else (False, None)
        )


def test_what_is_no_clock_is_not_in_the_table_and_says_what_to_do() -> None:
    assert not set(CLOCKS) & set(NOT_CLOCKS)
    assert "PET_HANDLE" in NOT_CLOCKS["PET_EXTENSION"].en
    assert all(step.zh and step.en for step in NOT_CLOCKS.values())


def test_the_table_cannot_be_changed_at_run_time() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        CLOCKS["JC_APPLY"].length = 60  # type: ignore[misc]
    with pytest.raises(TypeError):
        CLOCKS["JC_APPLY"] = CLOCKS["LA_DECIDE"]  # type: ignore[index]


def test_every_code_has_a_chinese_label() -> None:
    assert set(clocks.UNIT_LABELS) == set(Unit)
    assert set(clocks.CLASS_LABELS) == set(ClockClass)
    assert set(clocks.PAUSE_LABELS) == set(PauseKind)
    assert set(clocks.CONSENT_LABELS) == set(clocks.Consent)
    assert len({clock.label for clock in CLOCKS.values()}) == len(CLOCKS)
