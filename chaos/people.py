"""People who use the county at a steady rate, each on a seeded walk: registering, sending on, consenting, accepting."""

import asyncio
import contextlib
import random
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final

from chaos.calling import Caller, Command, GaveUp
from chaos.history import Act, Case, History

TOWNSHIP: Final = "130926102000"
DIVISIONS: Final = (
    {"code": "130000000000", "name": "河北省", "parent_code": None, "level": "PROVINCE"},
    {"code": "130900000000", "name": "沧州市", "parent_code": "130000000000", "level": "PREFECTURE"},
    {"code": "130926000000", "name": "肃宁县", "parent_code": "130900000000", "level": "COUNTY"},
    {"code": TOWNSHIP, "name": "窝北镇", "parent_code": "130926000000", "level": "TOWNSHIP"},
)
DISPUTE: Final = {
    "kind": "DISPUTE",
    "channel": "WINDOW",
    "category": "NEIGHBOR",
    "division": TOWNSHIP,
    "narrative": "两家因院墙界址发生争执。",
    "people_involved": 4,
    "parties": [
        {"role": "APPLICANT", "name": "周平安", "phone": "13900000011"},
        {"role": "RESPONDENT", "name": "吴和气", "phone": "13900000012"},
    ],
}
PETITION: Final = {
    "kind": "PETITION",
    "petition_category": "APPEAL_CLAIM",
    "channel": "WINDOW",
    "division": TOWNSHIP,
    "narrative": "反映拆迁补偿款未足额发放。",
    "parties": [{"role": "PETITIONER", "name": "郑有理", "phone": "13900000021"}],
}
DOERS: Final = {
    Act.REGISTER: ("intake", "WINDOW_CLERK"),
    Act.TO_MEDIATION: ("intake", "DISPATCHER"),
    Act.TO_PETITION: ("intake", "DISPATCHER"),
}
"""At which service and in which role an act is done; all others are a mediator's."""
PETITIONS: Final = 0.15
SENT_ON: Final = 0.6
"""Share of the cases that are routed; of these disputes the next share is asked for consent."""
ASKED: Final = 0.7
REFUSING: Final = 0.25
DESKS: Final = 16
"""Mediators: how many people can be with one at a time."""

Opened = Callable[[str], Awaitable[None]]
"""Returns when mediation has the case on its books."""


class People:
    """The steady load. It can be paused, so that counts stand still while they are compared."""

    def __init__(
        self, caller: Caller, history: History, opened: Opened, *, seed: int, rate: float, thinking: float
    ) -> None:
        """Make the load; `rate` is how many people a second begin a walk, `thinking` their longest pause on it."""
        self._caller = caller
        self._history = history
        self._opened = opened
        self._seed = seed
        self._rate = rate
        self._thinking = thinking
        self._desks = asyncio.Semaphore(DESKS)
        self._walking: set[asyncio.Task[None]] = set()
        self._arriving: asyncio.Task[None] | None = None

    def go(self) -> None:
        """People arrive from now on."""
        if self._arriving is None:
            self._arriving = asyncio.create_task(self._arrive())

    async def until(self, number: int) -> None:
        """Return when so many have come."""
        self.go()
        while len(self._history.cases) < number:  # noqa: ASYNC110 -- people come one by one
            await asyncio.sleep(1 / self._rate)

    async def pause(self, seconds: float) -> None:
        """Nobody arrives any more; returns when everybody is done. Raises TimeoutError."""
        await self.stop()
        async with asyncio.timeout(seconds):
            while self._walking:
                await asyncio.wait(self._walking)

    async def stop(self) -> None:
        """Nobody arrives any more."""
        arriving, self._arriving = self._arriving, None
        if arriving is not None:
            arriving.cancel()
            await asyncio.wait({arriving})

    async def disperse(self) -> None:
        """Everybody leaves at once, whatever is in hand."""
        await self.stop()
        for task in self._walking:
            task.cancel()
        if self._walking:
            await asyncio.wait(self._walking)

    async def _arrive(self) -> None:
        while True:
            case = Case(len(self._history.cases))
            self._history.cases.append(case)
            task = asyncio.create_task(self._walk(case))
            self._walking.add(task)
            task.add_done_callback(self._left)
            await asyncio.sleep(1 / self._rate)

    def _left(self, task: asyncio.Task[None]) -> None:
        self._walking.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            self._history.unresolved.append(f"{type(error).__name__}: {error}")

    async def _walk(self, case: Case) -> None:
        chance = random.Random(f"{self._seed}:{case.number}")
        with contextlib.suppress(GaveUp):  # the history has it
            await self._bring(case, chance)

    async def _bring(self, case: Case, chance: random.Random) -> None:
        petition = chance.random() < PETITIONS
        await self._do(case, chance, Act.REGISTER, "/v1/cases", PETITION if petition else DISPUTE)
        if chance.random() >= SENT_ON:
            return
        await asyncio.sleep(chance.uniform(0, self._thinking))
        act = Act.TO_PETITION if petition else Act.TO_MEDIATION
        body = {"route": act.removeprefix("to_").upper(), "tier": "TOWNSHIP", "reason_code": "CLASSIFIED"}
        await self._do(case, chance, act, f"/v1/cases/{case.id}/routing", body, version=1)
        if not petition and chance.random() < ASKED:
            await self._opened(case.id)
            async with self._desks:
                await self._mediate(case, chance)

    async def _mediate(self, case: Case, chance: random.Random) -> None:
        path = f"/v1/cases/{case.id}"
        seen = await self._caller.read("mediation", "MEDIATOR", path)
        body: dict[str, Any] = {"rights_notice": "ORAL"}
        version = await self._do(
            case, chance, Act.SEEK_CONSENT, f"{path}/consent-request", body, version=seen["version"]
        )
        for party in seen["parties"]:
            act = Act.REFUSE if chance.random() < REFUSING / 2 else Act.CONSENT
            body = {"party_id": party["id"], "stand": "REFUSED" if act is Act.REFUSE else "CONSENTED"}
            version = await self._do(case, chance, act, f"{path}/consents", body, version=version)
            if act is Act.REFUSE:
                return
        await self._do(case, chance, Act.ACCEPT, f"{path}/acceptance", {}, version=version)

    async def _do(
        self,
        case: Case,
        chance: random.Random,
        act: Act,
        path: str,
        body: Mapping[str, Any],
        *,
        version: int | None = None,
    ) -> int:
        """Have it done by whoever may; returns the case's version then."""
        service, role = DOERS.get(act, ("mediation", "MEDIATOR"))
        key = f"chaos-{self._seed}-{case.number}-{act}-{case.did(act)}"
        await self._caller.carry_out(case, Command(act, service, role, path, body, key, version), chance)
        return case.acts[-1].version
