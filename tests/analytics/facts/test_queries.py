"""How many cases there are, as far as one may see."""

import asyncpg
import pytest

from onewindow.embedded.databases import ServiceDatabase
from onewindow.figures import OWN
from tests.analytics.conftest import Learn
from tests.analytics.facts_of_cases import SHANGCUN, WOBEI, Case

_, REGISTERED = OWN["analytics"]


@pytest.mark.parametrize(("scope", "seen"), [("*", 3), ("130926", 3), (WOBEI[:9], 2), (SHANGCUN[:9], 1), (None, 0)])
async def test_cases_are_counted_once_they_are_registered(
    learn: Learn, addresses: ServiceDatabase, scope: str | None, seen: int
) -> None:
    await learn([Case(WOBEI).registered(), Case(WOBEI).registered().routed(), Case(SHANGCUN).registered()])
    await learn([Case(WOBEI).opened()])
    connection = await asyncpg.connect(addresses.url, timeout=5)
    try:
        if scope is not None:
            await connection.execute("SELECT set_config('ow.scope', $1, false)", scope)
        assert await connection.fetchval(REGISTERED) == seen
    finally:
        await connection.close()


async def test_the_owner_counts_them_all(learn: Learn, owner: asyncpg.Connection) -> None:
    await learn([Case(WOBEI).registered(), Case(SHANGCUN).registered()])
    assert await owner.fetchval(REGISTERED) == 2
