"""The examples of a service's document, sent as they stand."""

import httpx
from fastapi import FastAPI

from tests.architecture.operations import operations
from tests.county import key


async def accepted(service: str, app: FastAPI, client: httpx.AsyncClient) -> int:
    """How many were posted; each was accepted, answered alike when repeated, and refused as stale under a new key."""
    posted = 0
    for one in operations(service, app):
        headers = one.headers | {"Content-Type": "application/json"}
        answer = await client.request(one.method, one.path, headers=headers, content=one.content)
        assert answer.status_code == (201 if one.method == "POST" else 200), (str(one), answer.text)
        if one.method == "POST":
            posted += 1
            again = await client.post(one.path, headers=headers, content=one.content)
            assert again.content == answer.content, str(one)
            stale = await client.post(one.path, headers=headers | key(), content=one.content)
            assert stale.status_code == 412, str(one)
    return posted
