"""The petitioner's notice, owed by the window and then by the petition department: late, it is counted once."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from chassis.rules.clock import FixedClock
from tests import databases
from tests.county import County, running
from tests.journeys.conftest import DIVISIONS, PETITION, Steps

MONDAY = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)
MISSED = (
    "SELECT type, data->>'clock' AS clock, data->>'due_date' AS due FROM journal WHERE type LIKE '%.deadline_missed'"
)


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(MONDAY)


@pytest.fixture
async def steps(postgres: databases.Server, tmp_path: Path, clock: FixedClock) -> AsyncIterator[Steps]:
    async with running(postgres, tmp_path, clock) as county:
        async with county.client("intake", "DIRECTORY_ADMIN") as client:
            await client.post("/v1/divisions/batch", json={"items": DIVISIONS})
        await county.settled()
        yield await Steps.begin(county)


async def swept(county: County) -> None:
    """Every service looks at its clocks."""
    for name in ("intake", "petition"):
        await county.service(name).sweep.once(county.clock.now())
    await county.settled()


@pytest.mark.parametrize(
    ("routed_after", "by"), [(2, "petition.deadline_missed"), (14, "intake.deadline_missed")], ids=["after", "before"]
)
async def test_a_late_notice_is_missed_once_by_whoever_had_the_matter(
    steps: Steps, clock: FixedClock, routed_after: int, by: str
) -> None:
    received = MONDAY - timedelta(days=3)
    case_id = await steps.register(dict(PETITION) | {"received_at": received.isoformat()})
    clock.set(MONDAY + timedelta(days=routed_after))
    await steps.route(case_id, "PETITION")
    await swept(steps.county)
    clock.set(MONDAY + timedelta(days=20))
    await swept(steps.county)
    matter = await steps.get("petition", "PETITION_HANDLER", f"/v1/matters/{case_id}")
    assert [(deadline["rule"], deadline["state"]) for deadline in matter["deadlines"]] == [
        ("PET_NOTICE_DIRECT", "MISSED")
    ]
    missed = [tuple(row) for name in ("intake", "petition") for row in await steps.county.fetch(name, MISSED)]
    assert missed == [(by, "PET_NOTICE_DIRECT", "2026-03-14")]
    (row,) = await steps.county.fetch("analytics", "SELECT missed_clocks FROM case_facts")
    assert len(row["missed_clocks"]) == 1
