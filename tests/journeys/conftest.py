"""A county with two townships and a mediator, and the words for a case's steps."""

from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests import databases
from tests.county import County, key, running

WOBEI = "130926102000"
SHANGCUN = "130926103000"
DIVISIONS = [
    {"code": "130000000000", "name": "河北省", "parent_code": None, "level": "PROVINCE"},
    {"code": "130900000000", "name": "沧州市", "parent_code": "130000000000", "level": "PREFECTURE"},
    {"code": "130926000000", "name": "肃宁县", "parent_code": "130900000000", "level": "COUNTY"},
    {"code": WOBEI, "name": "窝北镇", "parent_code": "130926000000", "level": "TOWNSHIP"},
    {"code": SHANGCUN, "name": "尚村镇", "parent_code": "130926000000", "level": "TOWNSHIP"},
]
DISPUTE: Mapping[str, Any] = {
    "kind": "DISPUTE",
    "channel": "WINDOW",
    "category": "NEIGHBOR",
    "division": WOBEI,
    "narrative": "两家因院墙界址发生争执。",
    "people_involved": 4,
    "parties": [
        {"role": "APPLICANT", "name": "周平安", "phone": "13900000011", "identity_number": "130926197901010024"},
        {"role": "RESPONDENT", "name": "吴和气", "phone": "13900000012"},
    ],
}
PETITION: Mapping[str, Any] = {
    "kind": "PETITION",
    "petition_category": "APPEAL_CLAIM",
    "channel": "WINDOW",
    "division": WOBEI,
    "narrative": "反映拆迁补偿款未足额发放。",
    "visitors": 6,
    "parties": [{"role": "PETITIONER", "name": "郑有理", "phone": "13900000021", "address": "窝北镇示范村3号"}],
}


class Steps:
    """What people do with a case, each as one request that has to succeed."""

    def __init__(self, county: County, before: Mapping[str, int]) -> None:
        self.county = county
        self._before = before

    @classmethod
    async def begin(cls, county: County) -> "Steps":
        """Steps in a county where others may have taken theirs before."""
        return cls(county, await cls(county, {}).indicators(division=WOBEI))

    async def post(
        self,
        service: str,
        role: str,
        path: str,
        body: object,
        version: int | None = None,
        *,
        division: str = WOBEI,
    ) -> dict[str, Any]:
        headers = key() | ({} if version is None else {"If-Match": f'"{version}"'})
        async with self.county.client(service, role, division) as client:
            answer = await client.post(path, json=body, headers=headers)
        assert answer.status_code == 201, f"{path}: {answer.status_code} {answer.text}"
        result: dict[str, Any] = answer.json()
        return result

    async def get(self, service: str, role: str, path: str, division: str = WOBEI) -> dict[str, Any]:
        async with self.county.client(service, role, division) as client:
            answer = await client.get(path)
        assert answer.status_code == 200, f"{path}: {answer.status_code} {answer.text}"
        result: dict[str, Any] = answer.json()
        return result

    async def register(self, case: Mapping[str, Any], role: str = "WINDOW_CLERK") -> str:
        return str((await self.post("intake", role, "/v1/cases", case))["id"])

    async def route(self, case_id: str, route: str) -> None:
        body = {"route": route, "tier": "TOWNSHIP", "reason_code": "CLASSIFIED"}
        await self.post("intake", "DISPATCHER", f"/v1/cases/{case_id}/routing", body, 1)
        await self.county.settled()

    async def mediate(self, case_id: str, act: str, body: object) -> dict[str, Any]:
        """An act on a mediation case in whatever version it has."""
        version = (await self.get("mediation", "MEDIATOR", f"/v1/cases/{case_id}"))["version"]
        role = "COMMITTEE_DIRECTOR" if act == "mediator" else "MEDIATOR"
        return await self.post("mediation", role, f"/v1/cases/{case_id}/{act}", body, version)

    async def parties(self, case_id: str) -> list[str]:
        case = await self.get("mediation", "MEDIATOR", f"/v1/cases/{case_id}")
        return [party["id"] for party in case["parties"]]

    async def accepted_mediation(self, case: Mapping[str, Any] = DISPUTE, role: str = "WINDOW_CLERK") -> str:
        """A dispute that both parties agreed to have mediated, and that was accepted."""
        case_id = await self.register(case, role)
        await self.route(case_id, "MEDIATION")
        await self.mediate(case_id, "consent-request", {"rights_notice": "ORAL"})
        for party in await self.parties(case_id):
            await self.mediate(case_id, "consents", {"party_id": party, "stand": "CONSENTED"})
        await self.mediate(case_id, "acceptance", {})
        return case_id

    async def handle(self, matter_id: str, act: str, body: object, role: str = "PETITION_HANDLER") -> dict[str, Any]:
        version = (await self.get("petition", "PETITION_HANDLER", f"/v1/matters/{matter_id}"))["version"]
        return await self.post("petition", role, f"/v1/matters/{matter_id}/{act}", body, version)

    async def counted(self, *figures: str) -> tuple[int, ...]:
        """What analytics has counted in Wobei since these steps began."""
        now = await self.indicators(division=WOBEI)
        return tuple(now[figure] - self._before.get(figure, 0) for figure in figures)

    async def indicators(self, **query: str) -> dict[str, Any]:
        """The one line of figures that analytics gives to this question; nothing before the first case."""
        async with self.county.client("analytics", "ANALYST", "130926000000") as client:
            answer: httpx.Response = await client.get("/v1/indicators", params=query)
        assert answer.status_code == 200, answer.text
        (figures,) = answer.json()["items"] or [{}]
        return dict(figures)


@pytest.fixture
async def county(postgres: databases.Server, tmp_path: Path) -> AsyncIterator[County]:
    async with running(postgres, tmp_path) as county:
        async with county.client("intake", "DIRECTORY_ADMIN") as client:
            answer = await client.post("/v1/divisions/batch", json={"items": DIVISIONS})
            assert {item["status"] for item in answer.json()["items"]} == {"recorded"}, answer.text
        await county.settled()
        yield county


@pytest.fixture
async def steps(county: County) -> Steps:
    return await Steps.begin(county)


@pytest.fixture
async def mediator(steps: Steps) -> str:
    """A mediator of Wobei's pre-litigation centre, in every service's directory."""
    organisation = await steps.post(
        "intake",
        "DIRECTORY_ADMIN",
        "/v1/organisations",
        {"name": "窝北镇诉前调解中心", "kind": "TOWNSHIP_MEDIATION_CENTER", "division": WOBEI},
        division="130926000000",
    )
    staff = await steps.post(
        "intake",
        "DIRECTORY_ADMIN",
        "/v1/staff",
        {"organisation_id": organisation["id"], "division": WOBEI, "post": "专职调解员", "roles": ["MEDIATOR"]},
        division="130926000000",
    )
    await steps.county.settled()
    return str(staff["id"])
