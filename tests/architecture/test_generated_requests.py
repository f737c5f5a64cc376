"""Requests generated from each service's own document: nothing comes back that the document does not say."""

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any
from uuid import uuid4

import httpx
import pytest
import requests
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.strategies import SearchStrategy
from schemathesis import Case, GenerationMode
from schemathesis.checks import CHECKS, load_all_checks
from schemathesis.config import SchemathesisConfig
from schemathesis.openapi import from_dict

from chassis.http.problems import MEDIA_TYPE
from tests.architecture.operations import Described, operations
from tests.county import SERVICES, County

Generated = Case[Any]

load_all_checks()
CHECKED: list[Any] = [  # three kinds of checks stand in one registry
    CHECKS.get_one(name)
    for name in (
        "not_a_server_error",
        "status_code_conformance",
        "content_type_conformance",
        "response_headers_conformance",
        "response_schema_conformance",
    )
]
# Tokens are tested by test_routes.py, NUL by test_bad_input.py: made up here they would hide everything behind them.
CONFIG = {"generation": {"with-security-parameters": False, "allow-x00": False}}
KEY = "Idempotency-Key"
PAGING = ("limit", "total")
# A shorter text may stand in a message by chance.
TELLING = 6
FEW = settings(
    max_examples=4,
    derandomize=True,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),  # generating from a schema is slow at times, and that is no finding
)


@pytest.mark.parametrize("service", SERVICES)
async def test_every_answer_is_as_documented(demonstrated: County, service: str) -> None:
    app = demonstrated.apps[service]
    document = app.openapi()
    schema = from_dict(document, config=SchemathesisConfig.from_dict(CONFIG))
    published = json.dumps(document, ensure_ascii=False)
    statuses: Counter[int] = Counter()
    for one in operations(service, app):
        async with demonstrated.client(service, one.role) as client:
            for strategy in _requests(schema[one.template][one.method], document, one):
                for case in _drawn(strategy):
                    response = await _send(client, case)
                    statuses[response.status_code] += 1
                    case.validate_response(response, checks=CHECKED)
                    if response.status_code >= 400:
                        _check_problem(response, case, published)
    assert min(_count(statuses, 200, 300), _count(statuses, 400, 500)) > 15, statuses


def _requests(operation: Any, document: Mapping[str, Any], one: Described) -> Iterator[SearchStrategy[Generated]]:
    """Requests that fit the document, about what the demonstration has and about anything; and some that do not fit."""
    described = document["paths"][one.template][one.method.lower()].get("parameters", ())
    examples = {
        place: {each["name"]: each["example"] for each in described if each["in"] == place and "example" in each}
        for place in ("path", "header")
    }
    yield operation.as_strategy(path_parameters=examples["path"], headers=examples["header"]).map(_finding_something)
    yield operation.as_strategy()
    yield operation.as_strategy(generation_mode=GenerationMode.NEGATIVE)


def _finding_something(case: Generated) -> Generated:
    """The same request with one filter at most, and from the first page on: what is made up matches nothing."""
    names = [name for name in case.query if name not in (*PAGING, "cursor")]
    case.query = {name: value for name, value in case.query.items() if name in (*PAGING, *names[:1])}
    return case


def _drawn(strategy: SearchStrategy[Generated]) -> list[Generated]:
    """The same few at every run. While they are drawn nothing else runs, so that nothing disturbs Hypothesis."""
    cases: list[Generated] = []

    @FEW
    @given(strategy)
    def draw(case: Generated) -> None:
        cases.append(case)

    draw()
    return cases


def _check_problem(response: httpx.Response, case: Generated, published: str) -> None:
    assert response.headers["content-type"] == MEDIA_TYPE
    problem = response.json()
    assert problem["status"] == response.status_code
    said = "\n".join(_texts(problem))
    sent = _texts([case.path_parameters, case.query, dict(case.headers), case.body])
    assert [text for text in sent if len(text) >= TELLING and text in said and text not in published] == []


async def _send(client: httpx.AsyncClient, case: Generated) -> httpx.Response:
    made = requests.Request(**case.as_transport_kwargs(base_url=str(client.base_url))).prepare()
    headers = {name: str(value) for name, value in made.headers.items()}
    if case.meta is not None and case.meta.generation.mode is GenerationMode.POSITIVE and KEY in headers:
        headers[KEY] = uuid4().hex  # a key that was used before would be all that is ever answered
    content = made.body.encode() if isinstance(made.body, str) else made.body
    assert content is None or isinstance(content, bytes)
    return await client.request(str(made.method), str(made.url), headers=headers, content=content)


def _texts(value: object) -> Iterator[str]:
    """Every text in a JSON value, names of fields included."""
    if isinstance(value, Mapping):
        for name, inner in value.items():
            yield str(name)
            yield from _texts(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _texts(inner)
    elif isinstance(value, str):
        yield value


def _count(statuses: Counter[int], low: int, high: int) -> int:
    return sum(count for status, count in statuses.items() if low <= status < high)
