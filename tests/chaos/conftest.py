"""People at work in a county inside this process, and homes for counties that are killed."""

import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import pytest

from chaos import promises
from chaos.books import Books
from chaos.calling import Caller
from chaos.county import COUNTY, Databases, bring_directory
from chaos.history import History
from chaos.people import People
from onewindow.embedded import places
from onewindow.embedded.addresses import Address
from tests import databases
from tests.county import SERVICES, running


@dataclass
class Worked:
    """A county in which people have been at work, and what they remember."""

    databases: Databases
    history: History

    async def broken(self) -> dict[str, str]:
        """The promises that do not hold, and how."""
        found = await promises.of_counts(self.databases, self.history.cases)
        return {one.name: promises.told_of(one.broken) for one in found if not one.holds}

    @asynccontextmanager
    async def damaged(self, service: str, statement: str, *arguments: object) -> AsyncIterator["Worked"]:
        """The same after a statement of the owner of one database, which is undone in the end."""
        connection = await asyncpg.connect(self.databases.addresses[service].owner_url)
        transaction = connection.transaction()
        await transaction.start()
        try:
            assert await connection.execute(statement, *arguments) not in {"UPDATE 0", "DELETE 0", "INSERT 0 0"}
            yield Worked(Damaged(self.databases.addresses, service, connection), self.history)
        finally:
            await transaction.rollback()
            await connection.close()


class Damaged(Databases):
    """Databases, one of them as a transaction sees it that nobody will commit."""

    def __init__(self, addresses: Mapping[str, Address], service: str, connection: asyncpg.Connection) -> None:
        super().__init__(addresses)
        self._service = service
        self._connection = connection

    async def fetch(self, service: str, query: str, *arguments: object) -> Sequence[Any]:
        if service != self._service:
            return await super().fetch(service, query, *arguments)
        rows: Sequence[Any] = await self._connection.fetch(query, *arguments)
        return rows


@pytest.fixture(scope="module")
async def worked(postgres: databases.Server, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Worked]:
    """Forty people have done what they came for, and all is settled."""
    tmp_path = tmp_path_factory.mktemp("county")
    async with running(postgres, tmp_path) as county, AsyncExitStack() as stack:
        clients = {
            name: await stack.enter_async_context(
                httpx.AsyncClient(
                    transport=httpx.ASGITransport(county.apps[name], raise_app_exceptions=False),
                    base_url="http://county",
                    timeout=10,
                )
            )
            for name in SERVICES
        }
        addresses = {name: Address(name, one.url, one.owner_url) for name, one in county.databases.items()}
        history = History(tmp_path / "history.jsonl")
        stack.callback(history.close)
        await bring_directory(clients["intake"], tmp_path)
        ours = Databases(addresses)
        books = Books(ours)
        stack.push_async_callback(books.close)
        people = People(Caller(clients, tmp_path, COUNTY, history), history, books.opened, seed=11, rate=50, thinking=0)
        stack.push_async_callback(people.disperse)
        await people.until(40)
        await people.pause(180)
        await county.settled()
        yield Worked(ours, history)


@pytest.fixture
def home() -> Iterator[Path]:
    """A home that the account of the database server can reach."""
    folder = Path(tempfile.mkdtemp(prefix="onewindow-chaos-"))
    folder.chmod(0o711)
    yield folder / "home"
    if (folder / "home").exists():
        places.remove(folder / "home")
    shutil.rmtree(folder, ignore_errors=True)
