"""The embedded run, killed at failpoints while people are at work: the same promises, on the bus inside the process.

And the proof that these checks bite: the same with a relay that deletes its pointers before it has sent.
"""

import contextlib
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from chaos import promises
from chaos.books import Books
from chaos.calling import Caller, clients_at
from chaos.county import COUNTY, Databases, bring_directory
from chaos.history import History
from chaos.people import People
from chaos.process import PROGRAM, Process
from chaos.run import settled
from chassis.failpoints import CONSUMER_AFTER_COMMIT, HTTP_BEFORE_REPLY, RELAY_AFTER_SEND, RELAY_BEFORE_SEND
from onewindow.embedded.addresses import SERVICES, lasting

FORGETFUL = """
from chassis.bus import relay
async def relay_batch(self, connection, lost):
    rows = await connection.fetch(relay.PENDING, self._batch)
    if rows:
        await connection.execute(relay.DELETE_POINTERS, [row["position"] for row in rows])
        relay.reach(relay.RELAY_BEFORE_SEND)
        await self._publish([relay._record(row) for row in rows], lost)
    return len(rows)
relay.Relay._relay_batch = relay_batch
from onewindow.cli import main
main()
"""
SETTLING_SECONDS = 60.0


@dataclass
class Embedded:
    """A run with people in it."""

    process: Process
    people: People
    history: History
    databases: Databases

    async def broken(self, patience: float = SETTLING_SECONDS) -> set[str]:
        """Go on without failpoints, let people finish, and say which promises do not hold."""
        self.process.start()
        await self.process.ready()
        await self.people.pause(SETTLING_SECONDS)
        with contextlib.suppress(TimeoutError):  # what is missing is told by the promises
            await settled(self.databases, patience)
        found = await promises.of_counts(self.databases, self.history.cases)
        told = [(case, done) for case in self.history.cases for done in case.acts]
        found.append(promises.of_people(told, self.history.unresolved))
        assert (await self.process.stop())[0] == 0
        return {one.name for one in found if not one.holds}


@asynccontextmanager
async def embedded(home: Path, failpoint: str, program: tuple[str, ...] = PROGRAM) -> AsyncIterator[Embedded]:
    """A run that will die at the failpoint, with people who have begun to use it."""
    home.mkdir(mode=0o711)
    told = {"ONEWINDOW_HOME": str(home), "ONEWINDOW_ACCESS_LOG": "off"}
    process = Process(
        "run", ("run", "--no-demonstration"), told, port="ONEWINDOW_PORT", log=home / "run.log", program=program
    )
    async with AsyncExitStack() as stack:
        stack.push_async_callback(process.kill)
        process.start(failpoint)
        await process.ready()
        clients = clients_at({name: f"{process.address}/{name}" for name in SERVICES})
        await bring_directory(clients["intake"], home)
        history = History(home / "history.jsonl")
        stack.callback(history.close)
        databases = Databases(await lasting(home))
        caller = Caller(clients, home, COUNTY, history)
        stack.push_async_callback(caller.close)
        books = Books(databases)
        stack.push_async_callback(books.close)
        people = People(caller, history, books.opened, seed=20261125, rate=12, thinking=1)
        stack.push_async_callback(people.disperse)
        people.go()
        await process.killed()
        yield Embedded(process, people, history, databases)


async def test_the_embedded_run_dies_at_each_failpoint_and_keeps_every_promise(home: Path) -> None:
    async with embedded(home, f"{RELAY_AFTER_SEND}=kill@4") as county:
        for failpoint in (f"{CONSUMER_AFTER_COMMIT}=kill@9", f"{HTTP_BEFORE_REPLY}=kill@12"):
            county.process.start(failpoint)
            await county.process.killed()
        assert await county.broken() == set()
        assert len(county.history.cases) > 10


async def test_a_relay_that_deletes_before_it_sends_is_found(home: Path) -> None:
    forgetful = (PROGRAM[0], "-c", FORGETFUL)
    async with embedded(home, f"{RELAY_BEFORE_SEND}=kill@4", forgetful) as county:
        assert "the order of each case is kept, no event is skipped" in await county.broken(patience=2)
