import pytest
from sqlalchemy import func, select

from chassis.database import liveness
from chassis.database.prepared import Prepared
from chassis.database.scope import SYSTEM
from chassis.database.session import Database
from tests.chassis.bus.stories import eventually

WHO = Prepared(select(func.pg_backend_pid()))


async def _pid(database: Database) -> int:
    ((pid,),) = await database.rows(SYSTEM, WHO, {})
    return int(pid)


async def _end(database: Database, pid: int) -> None:
    connection = await database.raw()
    try:
        await connection.execute("SELECT pg_terminate_backend($1, 5000)", pid)
    finally:
        await connection.close()


async def test_a_connection_in_use_is_kept(one_connection: Database) -> None:
    assert await _pid(one_connection) == await _pid(one_connection)


async def test_one_whose_end_was_seen_is_replaced_without_a_question(one_connection: Database) -> None:
    first = await _pid(one_connection)
    async with one_connection._engine.connect() as connection:
        driver = (await connection.get_raw_connection()).driver_connection
    assert driver is not None
    await _end(one_connection, first)

    async def seen() -> bool:
        return bool(driver.is_closed())

    await eventually(seen)
    assert await _pid(one_connection) != first


async def test_after_a_silence_the_server_is_asked(one_connection: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(liveness, "SILENCE_SECONDS", 0.0)
    first = await _pid(one_connection)
    assert await _pid(one_connection) == first
    await _end(one_connection, first)
    assert await _pid(one_connection) != first
