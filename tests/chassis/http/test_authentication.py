from datetime import timedelta

import pytest
from fastapi import FastAPI

from chassis.rules.clock import FixedClock
from chassis.security.issuer import DevelopmentIssuer
from chassis.security.tokens import Verifier
from tests.chassis.http.conftest import COUNTY, Client, MakeClient
from tests.chassis.http.desk import make_desk


def without(problem: dict[str, object], name: str) -> dict[str, object]:
    return {key: value for key, value in problem.items() if key != name}


async def test_every_cause_gets_the_same_answer(
    closed_desk: FastAPI, make_client: MakeClient, token: str, issuer: DevelopmentIssuer, clock: FixedClock
) -> None:
    client = make_client(closed_desk)
    expired = issuer.mint("MEDIATOR", COUNTY, timedelta(seconds=1))
    clock.advance(timedelta(hours=1))
    tried: list[list[tuple[str, str]]] = [
        [],
        [("Authorization", "")],
        [("Authorization", "Bearer")],
        [("Authorization", "Bearer ")],
        [("Authorization", f"Basic {token}")],
        [("Authorization", token)],
        [("Authorization", f"Bearer {token}x")],
        [("Authorization", f"Bearer {expired}")],
        [("Authorization", "Bearer " + "x" * 100_000)],
        [("Authorization", f"Bearer {token}"), ("Authorization", f"Bearer {token}")],
    ]
    answers = [await client.post("/v1/cases", headers=headers, content=b"{") for headers in tried]
    for answer in answers:
        assert answer.status_code == 401
        assert answer.headers["www-authenticate"] == "Bearer"
        assert answer.headers["content-type"] == "application/problem+json"
        assert without(answer.json(), "trace_id") == without(answers[0].json(), "trace_id")
    assert answers[0].json()["code"] == "unauthenticated"


@pytest.mark.parametrize("path", ["/v1/", "/v1/nothing/here", "/v1//cases", "/%761/cases", "/v1/%2e%2e/healthz"])
async def test_everything_under_v1_is_closed(closed_desk: FastAPI, make_client: MakeClient, path: str) -> None:
    assert (await make_client(closed_desk).get(path)).status_code == 401


@pytest.mark.parametrize("path", ["/healthz", "/metrics", "/openapi.json"])
async def test_what_operators_and_developers_read_is_open(
    closed_desk: FastAPI, make_client: MakeClient, path: str
) -> None:
    assert (await make_client(closed_desk).get(path)).status_code == 200


async def test_it_holds_for_a_mounted_service_too(
    verifier: Verifier, make_client: MakeClient, bearer: dict[str, str]
) -> None:
    whole = FastAPI()
    whole.mount("/desk", make_desk(None, verifier))
    client = make_client(whole)
    assert (await client.get("/desk/v1/cases")).status_code == 401
    assert (await client.get("/desk/healthz")).status_code == 200
    assert (await client.get("/desk/v1/nothing", headers=bearer)).status_code == 404


async def test_the_scheme_is_read_without_regard_to_case(closed: Client, token: str) -> None:
    answer = await closed.get("/v1/nothing", headers={"Authorization": f"bEARER {token}"})
    assert answer.status_code == 404


async def test_refused_tokens_are_counted_by_reason(closed_desk: FastAPI, make_client: MakeClient) -> None:
    client = make_client(closed_desk)
    await client.get("/v1/cases")
    await client.get("/v1/cases", headers={"Authorization": "Bearer x"})
    page = (await client.get("/metrics")).text
    assert 'onewindow_tokens_refused_total{reason="missing",service="desk"} 1.0' in page
    assert 'onewindow_tokens_refused_total{reason="form",service="desk"} 1.0' in page
