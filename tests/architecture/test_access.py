"""Who may do what: every role at every route of every service, by generation."""

import pytest

from contracts.roles import PERMISSIONS
from tests.architecture.operations import operations
from tests.county import SERVICES, County, key


@pytest.mark.parametrize("service", SERVICES)
@pytest.mark.parametrize("role", sorted(PERMISSIONS))
async def test_every_role_gets_as_far_as_its_permissions(county: County, service: str, role: str) -> None:
    described = list(operations(service, county.apps[service]))
    assert described
    async with county.client(service, role) as client:
        for one in described:
            headers = one.headers | key() | {"Content-Type": "application/json"}
            answer = await client.request(one.method, one.path, headers=headers, content=one.content)
            allowed = one.permission in PERMISSIONS[role]
            assert (answer.status_code == 403) is not allowed, (str(one), answer.text)
