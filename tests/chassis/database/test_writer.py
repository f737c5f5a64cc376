import asyncio
from collections.abc import AsyncIterator, Sequence

import asyncpg
import pytest

from chassis.database.session import Database
from chassis.database.writer import Writer, WriterFull
from onewindow.embedded.databases import ServiceDatabase

INSERT = "INSERT INTO notes SELECT * FROM unnest($1::int[])"


@pytest.fixture
async def notes(addresses: ServiceDatabase) -> AsyncIterator[asyncpg.Connection]:
    owner = await asyncpg.connect(addresses.owner_url)
    await owner.execute("CREATE TABLE notes (n int PRIMARY KEY CHECK (n <> 13)); GRANT ALL ON notes TO chassis")
    yield owner
    await owner.close()


class Committing:
    """Writes numbers and remembers the sizes of the batches that it was given."""

    def __init__(self) -> None:
        self.sizes: list[int] = []

    async def __call__(self, connection: asyncpg.Connection, rows: Sequence[int]) -> Sequence[int]:
        self.sizes.append(len(rows))
        await connection.execute(INSERT, list(rows))
        return [row * 2 for row in rows]


@pytest.fixture
async def commit() -> Committing:
    return Committing()


@pytest.fixture
async def writer(database: Database, commit: Committing, notes: asyncpg.Connection) -> AsyncIterator[Writer[int, int]]:
    writer = Writer[int, int](database.raw, commit, capacity=300)
    task = asyncio.create_task(writer.run())
    yield writer
    task.cancel()
    await asyncio.wait([task])


async def test_rows_that_wait_share_a_commit(
    writer: Writer[int, int], commit: Committing, notes: asyncpg.Connection
) -> None:
    answers = await asyncio.gather(*(writer.put(n) for n in range(100, 300)))
    assert answers == [n * 2 for n in range(100, 300)]
    assert await notes.fetchval("SELECT count(*) FROM notes") == 200
    assert len(commit.sizes) < 10
    assert max(commit.sizes) <= 64


async def test_a_row_that_fails_fails_alone(writer: Writer[int, int], notes: asyncpg.Connection) -> None:
    answers = await asyncio.gather(*(writer.put(n) for n in range(30)), return_exceptions=True)
    assert [n for n, answer in enumerate(answers) if isinstance(answer, BaseException)] == [13]
    assert isinstance(answers[13], asyncpg.CheckViolationError)
    assert await notes.fetchval("SELECT count(*) FROM notes") == 29


async def test_it_reconnects_after_losing_its_connection(
    writer: Writer[int, int], database: Database, notes: asyncpg.Connection
) -> None:
    await writer.put(1)
    other = await database.raw()  # a role may end its own sessions
    await other.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE usename = 'chassis' AND datname = current_database() AND pid <> pg_backend_pid()"
    )
    await other.close()
    assert await writer.put(2) == 4
    assert await notes.fetchval("SELECT count(*) FROM notes") == 2


async def test_a_caller_who_left_is_not_written(
    database: Database, commit: Committing, notes: asyncpg.Connection
) -> None:
    writer = Writer[int, int](database.raw, commit)
    left, stays = writer.put(1), writer.put(2)
    left.cancel()
    task = asyncio.create_task(writer.run())
    assert await stays == 4
    task.cancel()
    await asyncio.wait([task])
    assert await notes.fetchval("SELECT array_agg(n) FROM notes") == [2]


async def test_a_full_queue_refuses(database: Database, commit: Committing, notes: asyncpg.Connection) -> None:
    writer = Writer[int, int](database.raw, commit, capacity=2)
    first = [writer.put(1), writer.put(2)]
    with pytest.raises(WriterFull):
        writer.put(3)
    for future in first:
        future.cancel()


async def test_what_is_in_hand_is_finished_when_it_is_stopped(database: Database, notes: asyncpg.Connection) -> None:
    begun = asyncio.Event()

    async def slowly(connection: asyncpg.Connection, rows: Sequence[int]) -> Sequence[int]:
        begun.set()
        await connection.execute("SELECT pg_sleep(0.1)")
        await connection.execute(INSERT, list(rows))
        return rows

    writer = Writer[int, int](database.raw, slowly)
    task = asyncio.create_task(writer.run())
    future = writer.put(7)
    await begun.wait()
    task.cancel()
    assert await future == 7
    assert await notes.fetchval("SELECT count(*) FROM notes") == 1
