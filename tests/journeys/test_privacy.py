"""Canaries: what is personal is found where it may be, and nowhere else: no topic, log line, metric or other column."""

import io
import logging
from collections.abc import Iterator, Sequence

import pytest

from chassis.bus.protocol import Record
from chassis.telemetry import logs
from contracts.topics import TOPICS
from tests.county import key
from tests.journeys.conftest import DISPUTE, PETITION, WOBEI, Steps

NAME, PHONE, IDENTITY, ADDRESS = "金丝雀甲", "13987654321", "130926198407070018", "金丝雀巷九十九号"
NARRATIVE, TITLE, NOTES, TERMS, OPINION = "金丝雀叙述", "金丝雀题", "金丝雀笔录", "金丝雀条款", "金丝雀意见"
SEALED = (NAME, PHONE, IDENTITY, ADDRESS, NOTES)
CANARIES = (*SEALED, NARRATIVE, TITLE, TERMS, OPINION)
STORED_IN_CLEAR = {
    "intake": {("cases", "narrative"), ("cases", "title")},
    "mediation": {("cases", "narrative"), ("agreements", "terms")},
    "petition": {("matters", "narrative"), ("opinions", "text"), ("opinions", "claim"), ("opinions", "facts")},
    "analytics": set[tuple[str, str]](),
}
TEXTS = """
    SELECT c.table_name, c.column_name FROM information_schema.columns c JOIN information_schema.tables t
    USING (table_schema, table_name) WHERE c.table_schema = 'public' AND t.table_type = 'BASE TABLE'
"""


@pytest.fixture
def lines() -> Iterator[io.StringIO]:
    """Every line that is logged, at the most talkative level."""
    stream = io.StringIO()
    root = logging.getLogger()
    before, level = list(root.handlers), root.level
    logs.configure("county", level=logging.DEBUG, stream=stream)
    yield stream
    root.handlers[:] = before
    root.setLevel(level)


@pytest.fixture
async def heard(steps: Steps) -> list[Record]:
    records: list[Record] = []

    async def listen(batch: Sequence[Record]) -> None:
        records.extend(batch)

    await steps.county.bus.subscribe("listener", list(TOPICS), listen)
    return records


def person(role: str) -> dict[str, str]:
    return {"role": role, "name": NAME, "phone": PHONE, "identity_number": IDENTITY, "address": ADDRESS}


async def test_no_canary_leaves_its_cage(
    steps: Steps, mediator: str, lines: io.StringIO, heard: list[Record], capfd: pytest.CaptureFixture[str]
) -> None:
    county = steps.county
    dispute = {**DISPUTE, "title": TITLE, "narrative": NARRATIVE}
    case_id = await steps.accepted_mediation(
        {**dispute, "parties": [person("APPLICANT"), {"role": "RESPONDENT", "name": NAME}]}
    )
    await steps.mediate(case_id, "mediator", {"mediator_id": mediator, "chosen_by": "APPOINTED"})
    await steps.mediate(case_id, "sessions", {"outcome": "TERMS_AGREED", "notes": NOTES})
    await steps.mediate(case_id, "agreement", {"form": "ORAL", "terms": TERMS, "partial": False})
    petition_id = await steps.register({**PETITION, "narrative": NARRATIVE, "parties": [person("PETITIONER")]})
    await steps.route(petition_id, "PETITION")
    await steps.handle(petition_id, "acceptance", {"route": "R31_6", "notice": {"way": "ON_THE_SPOT"}})
    opinion = {
        "conclusion": "EXPLAIN",
        "claim": OPINION,
        "facts": OPINION,
        "text": OPINION,
        "legal_basis": "第三十二条",
    }
    await steps.handle(petition_id, "opinion", opinion, "ORGAN_HEAD")
    # And what goes wrong: refused, repeated, unknown, malformed.
    async with county.client("intake", "WINDOW_CLERK", WOBEI) as client:
        for body in (
            {**dispute, NAME: PHONE},
            {**dispute, "parties": [{**person("APPLICANT"), "identity_number": "130926198407070010"}]},
            {**dispute, "division": "130926999000", "parties": [person("APPLICANT")]},
            {**dispute, "category": NARRATIVE},
        ):
            assert (await client.post("/v1/cases", json=body, headers=key())).status_code == 422
        assert (await client.get(f"/v1/cases/{NAME}?{PHONE}={IDENTITY}")).status_code in {404, 422}
    await county.settled()

    for record in heard:
        for canary in CANARIES:
            assert canary.encode() not in record.value, f"{canary} on {record.topic}"
    assert {record.topic for record in heard} >= {"onewindow.intake.handover.v1", "onewindow.mediation.case.v1"}
    for service, app in county.apps.items():
        metrics = app.state.service.metrics.exposition().decode()
        assert [canary for canary in CANARIES if canary in metrics] == []
        for table, column in await county.fetch(service, TEXTS):
            found = await county.fetch(service, f'SELECT "{column}"::text AS value FROM "{table}"')
            text = "\n".join(row["value"] or "" for row in found)
            allowed = () if (table, column) not in STORED_IN_CLEAR[service] else (NARRATIVE, TITLE, TERMS, OPINION)
            leaked = [canary for canary in CANARIES if canary in text and canary not in allowed]
            hexed = [canary for canary in CANARIES if canary.encode().hex() in text]
            assert leaked + hexed == [], f"{service}.{table}.{column}"
    logged = lines.getvalue() + "".join(capfd.readouterr())
    assert '"event"' in logged, "nothing was logged, so this proves nothing"
    assert [canary for canary in CANARIES if canary in logged] == []


async def test_the_canaries_can_be_read_by_whoever_may(steps: Steps) -> None:
    """The positive control: the particulars are there, masked unless a purpose is given, and each reading is kept."""
    case_id = await steps.register({**DISPUTE, "parties": [person("APPLICANT")]})
    case = await steps.get("intake", "WINDOW_CLERK", f"/v1/cases/{case_id}")
    assert NAME not in str(case)
    assert PHONE not in str(case)
    assert "139****4321" in str(case)
    clear = await steps.get("intake", "WINDOW_CLERK", f"/v1/cases/{case_id}/particulars?purpose=CONTACT")
    assert all(canary in str(clear) for canary in (NAME, PHONE, IDENTITY, ADDRESS))
    reads = await steps.county.fetch("intake", "SELECT data::text AS data FROM journal WHERE stream = 'access'")
    assert len(reads) == 1
    assert "identity_number" in reads[0]["data"]
