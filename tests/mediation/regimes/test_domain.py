from datetime import UTC, datetime, timedelta

import pytest

from contracts.clocks import CLOCKS
from contracts.codes import AgreementForm, DisputeType, IntakeChannel, Route
from services.mediation.regimes import domain

ACCEPTED = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)
APPLIED = ACCEPTED - timedelta(days=3)
SIGNED = ACCEPTED - timedelta(days=1)

LABOUR = {DisputeType.MIGRANT_WAGE_ARREARS, DisputeType.OTHER_LABOR}


@pytest.mark.parametrize("category", [None, *DisputeType])
@pytest.mark.parametrize("channel", IntakeChannel)
def test_every_type_by_every_door_has_a_clock(category: DisputeType | None, channel: IntakeChannel) -> None:
    clock = domain.clock_of(category, channel, None)
    if channel is IntakeChannel.COURT_REFERRAL:
        assert clock == "MED_COURT_PRE"
    elif category in LABOUR:
        assert clock == "MED_LABOUR"
    elif category is DisputeType.MEDICAL:
        assert clock == "MED_MEDICAL"
    else:
        assert clock == "MED_GENERAL"


def test_every_clock_of_the_tables_is_a_statutory_one_with_a_start() -> None:
    used = {domain.GENERAL_CLOCK, *domain.CLOCK_OF_TYPE.values(), *domain.CLOCK_OF_CHANNEL.values()}
    assert used | domain.DEEMED_FAILED <= domain.STARTS.keys() <= CLOCKS.keys()


@pytest.mark.parametrize("named", domain.STARTS)
def test_a_clock_named_by_the_handover_goes_before_type_and_door(named: str) -> None:
    assert domain.clock_of(DisputeType.MEDICAL, IntakeChannel.WINDOW, named) == named


@pytest.mark.parametrize("named", ["PET_HANDLE", "MED_ONLINE_CONFIRM", "JC_APPLY"])
def test_a_clock_of_something_else_is_refused(named: str) -> None:
    with pytest.raises(domain.ClockNotMediations):
        domain.clock_of(None, IntakeChannel.WINDOW, named)


@pytest.mark.parametrize(
    ("clock", "start"), [("MED_GENERAL", ACCEPTED), ("MED_MEDICAL", ACCEPTED), ("MED_LABOUR", APPLIED)]
)
def test_a_clock_starts_with_its_own_event(clock: str, start: datetime) -> None:
    assert domain.start_of(clock, accepted_at=ACCEPTED, applied_at=APPLIED, stated=None) == start
    with pytest.raises(domain.ClockStartNotAsked):
        domain.start_of(clock, accepted_at=ACCEPTED, applied_at=APPLIED, stated=SIGNED)


@pytest.mark.parametrize("clock", ["MED_COURT_PRE", "MED_COURT_POST_ORD", "MED_COURT_POST_SUM", "MED_TRAFFIC_POLICE"])
def test_a_referral_runs_from_what_is_stated(clock: str) -> None:
    assert domain.start_of(clock, accepted_at=ACCEPTED, applied_at=APPLIED, stated=SIGNED) == SIGNED
    with pytest.raises(domain.ClockStartMissing):
        domain.start_of(clock, accepted_at=ACCEPTED, applied_at=APPLIED, stated=None)


@pytest.mark.parametrize("category", [None, *DisputeType])
def test_the_law_of_some_types_asks_for_writing(category: DisputeType | None) -> None:
    domain.may_agree_in(AgreementForm.WRITTEN, category)
    if category in {*LABOUR, DisputeType.FOREST_LAND, DisputeType.MEDICAL}:
        with pytest.raises(domain.AgreementMustBeWritten) as refused:
            domain.may_agree_in(AgreementForm.ORAL, category)
        assert refused.value.code == "agreement_must_be_written"
    else:
        domain.may_agree_in(AgreementForm.ORAL, category)


@pytest.mark.parametrize("category", [None, *DisputeType])
def test_court_is_always_open_and_arbitration_where_the_law_says_so(category: DisputeType | None) -> None:
    ways = domain.ways_after(category)
    assert Route.LITIGATION in ways
    assert (Route.ARBITRATION in ways) is (category in {*LABOUR, DisputeType.FOREST_LAND})
