"""One command from the first call to a definite answer: cut, failed or refused, it is repeated with the same key."""

import asyncio
import random
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import httpx

from chaos.history import Acknowledged, Act, Call, Case, End, History
from chassis.rules.clock import SystemClock
from chassis.security.issuer import DevelopmentIssuer

CALL_SECONDS: Final = 12.0
"""What a client waits for an answer (reliability.md 5.6)."""
PATIENCE_SECONDS: Final = 180.0
"""What a person waits for a definite answer, all in all."""
AGAIN_SECONDS: Final = (0.1, 0.6)
CUT_SHARE: Final = 0.15
CUT_SECONDS: Final = 0.04
"""A call that is cut is cut within this time, which an answer may just have met."""
SUCCESS: Final = range(200, 300)
REFUSALS: Final = range(400, 500)
NOT_NOW: Final = frozenset({408, 425, 429})


class GaveUp(Exception):
    """No definite answer, or a refusal of what is allowed: it stands in the history."""


@dataclass(frozen=True, slots=True)
class Command:
    """What is asked for; its key makes a repeat the same command."""

    act: Act
    service: str
    role: str
    path: str
    body: Mapping[str, Any]
    key: str
    version: int | None = None


def clients_at(addresses: Mapping[str, str]) -> Mapping[str, httpx.AsyncClient]:
    """Clients of services by their URLs, with the patience of a client."""
    return {
        service: httpx.AsyncClient(base_url=url, timeout=CALL_SECONDS, trust_env=False)
        for service, url in addresses.items()
    }


class Caller:
    """Calls services as whoever is allowed to."""

    def __init__(self, clients: Mapping[str, httpx.AsyncClient], home: Path, division: str, history: History) -> None:
        """Make a caller; `clients` reach the services by name, `division` is where everybody sits."""
        self._clients = clients
        self._issuer = DevelopmentIssuer.at(home, clock=SystemClock())
        self._tokens: dict[str, str] = {}
        self._division = division
        self._history = history

    async def close(self) -> None:
        """Hang up."""
        for client in self._clients.values():
            await client.aclose()

    async def carry_out(self, case: Case, command: Command, chance: random.Random) -> dict[str, Any]:
        """The answer to a command, which is then acknowledged in the history; raises GaveUp."""
        began = time.monotonic()
        calls = 0
        while time.monotonic() - began < PATIENCE_SECONDS:
            calls += 1
            cut = chance.uniform(0, CUT_SECONDS) if chance.random() < CUT_SHARE else None
            answer = await self._call(command, cut)
            if answer is not None and answer.status_code in SUCCESS:
                told: dict[str, Any] = answer.json()
                case.id = case.id or told["id"]
                version = int(answer.headers["etag"].strip('"'))
                seconds = time.monotonic() - began
                self._history.acknowledged(
                    case, Acknowledged(command.act, command.service, version, told["receipt"], calls, seconds)
                )
                return told
            if answer is not None and answer.status_code in REFUSALS and answer.status_code not in NOT_NOW:
                self._history.unresolved.append(f"{command.key}: refused {answer.status_code} {_code(answer)}")
                raise GaveUp
            await asyncio.sleep(chance.uniform(*AGAIN_SECONDS))
        self._history.unresolved.append(f"{command.key}: no answer within {PATIENCE_SECONDS:g} s")
        raise GaveUp

    async def read(self, service: str, role: str, path: str) -> dict[str, Any]:
        """What a reader is shown, tried until it is; raises GaveUp."""
        give_up = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < give_up:
            try:
                answer = await self._clients[service].get(path, headers=self._authorised(role))
            except httpx.HTTPError:
                pass
            else:
                if answer.status_code in SUCCESS:
                    found: dict[str, Any] = answer.json()
                    return found
            await asyncio.sleep(AGAIN_SECONDS[1])
        self._history.unresolved.append(f"{service}{path}: could not be read")
        raise GaveUp

    async def _call(self, command: Command, cut: float | None) -> httpx.Response | None:
        headers = {**self._authorised(command.role), "Idempotency-Key": command.key}
        if command.version is not None:
            headers["If-Match"] = f'"{command.version}"'
        began, status = self._history.now, 0
        end = End.UNKNOWN
        try:
            async with asyncio.timeout(cut):
                answer = await self._clients[command.service].post(command.path, json=command.body, headers=headers)
        except TimeoutError:
            end = End.CUT
        except httpx.HTTPError:
            pass
        else:
            status = answer.status_code
            refused = status in REFUSALS and status not in NOT_NOW
            end = End.OK if status in SUCCESS else End.REFUSED if refused else End.UNKNOWN
        seconds = self._history.now - began
        self._history.called(Call(command.service, command.act, began, seconds, end, status))
        return answer if status else None

    def _authorised(self, role: str) -> dict[str, str]:
        if role not in self._tokens:
            self._tokens[role] = self._issuer.mint(role, self._division)
        return {"Authorization": f"Bearer {self._tokens[role]}"}


def _code(answer: httpx.Response) -> str:
    try:
        return str(answer.json().get("code"))
    except ValueError:
        return ""
