"""Batches over HTTP: waits for a server that is away, renews a token that has run out, tells what cannot be sent."""

import random
import time
from collections.abc import Callable, Mapping, Sequence
from types import TracebackType
from typing import Any, Final, Self

import httpx

from onewindow.importing.rows import Item

TIMEOUT: Final = httpx.Timeout(12.0, connect=3.0)
FIRST_PAUSE: Final = 0.2
LONGEST_PAUSE: Final = 5.0
AWAY: Final = frozenset({408, 429, 500, 502, 503, 504})
"""Statuses after which the same request is sent again; its keys make that safe."""
UNFIT: Final = frozenset({400, 413, 422})
"""The batch as a whole was refused, because of some row in it."""
TOO_SLOW: Final = "timed_out"


class ServerAway(Exception):
    """The server did not answer for as long as this import was to wait."""


class NotAllowed(Exception):
    """The token is not good for this: the message is the problem's."""


class Unfit(Exception):
    """The batch was refused as a whole; `problem` says why, or is empty when it only took too long."""

    def __init__(self, problem: Mapping[str, Any]) -> None:
        super().__init__()
        self.problem = problem


class Sender:
    """One connection to intake. `token` makes a bearer token; a new one is asked for when the server refuses it."""

    def __init__(
        self, url: str, token: Callable[[], str], *, patience: float, waiting: Callable[[], None] = lambda: None
    ) -> None:
        self._client = httpx.Client(base_url=url, timeout=TIMEOUT, follow_redirects=False, trust_env=False)
        self._token = token
        self._bearer = token()
        self._patience = patience
        self._waiting = waiting

    def __enter__(self) -> Self:
        """For `with`."""
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        """Close the connection."""
        self._client.close()

    def knows_division(self, code: str) -> bool:
        """Whether the directory has this division; True where the token may not ask. Raises ServerAway, NotAllowed."""
        answer = self._request("GET", f"/v1/divisions/{code}")
        return answer.status_code not in {404, 422}

    def post(self, path: str, items: Sequence[Item]) -> list[Mapping[str, Any]]:
        """What became of each item; raises ServerAway, NotAllowed, and Unfit."""
        answer = self._request("POST", path, {"items": list(items)}, splittable=len(items) > 1)
        if answer.status_code in UNFIT:
            raise Unfit(_problem(answer))
        if not answer.is_success:
            raise NotAllowed(_told(answer))
        found: list[Mapping[str, Any]] = answer.json()["items"]
        if len(found) != len(items):
            raise NotAllowed("the answer does not fit the request: is this the address of intake?")
        return found

    def _request(self, method: str, path: str, body: object = None, *, splittable: bool = False) -> httpx.Response:
        give_up = time.monotonic() + self._patience
        pause, renewed = FIRST_PAUSE, False
        while True:
            answer = self._attempt(method, path, body)
            if answer is not None and answer.status_code == httpx.codes.UNAUTHORIZED:
                if renewed:
                    raise NotAllowed(_told(answer))
                self._bearer, renewed = self._token(), True
                continue
            if answer is not None and answer.status_code not in AWAY:
                return answer
            if answer is not None and splittable and _problem(answer).get("code") == TOO_SLOW:
                raise Unfit({})
            if time.monotonic() > give_up:
                raise ServerAway(self._client.base_url)
            self._waiting()
            time.sleep(pause * random.uniform(0.5, 1.0))  # noqa: S311 -- spreads load, guards nothing
            pause = min(LONGEST_PAUSE, pause * 2)

    def _attempt(self, method: str, path: str, body: object) -> httpx.Response | None:
        headers = {"Authorization": f"Bearer {self._bearer}"}
        try:
            return self._client.request(method, path, json=body, headers=headers)
        except httpx.TransportError:
            return None


def _problem(answer: httpx.Response) -> Mapping[str, Any]:
    try:
        found = answer.json()
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _told(answer: httpx.Response) -> str:
    problem = _problem(answer)
    words = " ".join(str(problem[name]) for name in ("detail", "detail_en") if problem.get(name))
    return f"{answer.status_code} {words or 'this is not the address of intake'}"
