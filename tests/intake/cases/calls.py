"""What callers of the edge of cases send."""

from typing import Any

import httpx

from services.intake.cases.schemas import EXAMPLE
from tests.county import key
from tests.intake.stories import CANARIES

BODY: dict[str, Any] = {
    **EXAMPLE,
    "title": CANARIES["title"],
    "narrative": CANARIES["narrative"],
    "parties": [
        {"role": "APPLICANT", **{field: CANARIES[field] for field in ("name", "phone", "identity_number", "address")}},
        {"role": "RESPONDENT", "name": "李四"},
    ],
}
PETITION: dict[str, Any] = {
    **{name: value for name, value in BODY.items() if name != "category"},
    "kind": "PETITION",
    "petition_category": "APPEAL_CLAIM",
}


async def register(client: httpx.AsyncClient, **changes: Any) -> dict[str, Any]:
    response = await client.post("/v1/cases", json=BODY | changes, headers=key())
    assert response.status_code == 201, response.text
    answer: dict[str, Any] = response.json()
    return answer
